#pragma once

#include <turnspit/control/values.h>
#include <ui/edit/field.h>

#include <QWidget>

#include <optional>
#include <utility>

class QCheckBox;
class QComboBox;
class QDateTimeEdit;
class QLabel;
class QLineEdit;
class QSpinBox;
class QStackedWidget;
class QTimeEdit;

namespace turnspit {

class RemarkLabel;

/// When a service runs: the table [schedule] of its file, said without cron where that is possible, with its sentence and next runs.
///
/// objectNames: scheduleKindBox, scheduleEdit (the cron expression), everyCountBox, everyUnitBox, atTimeEdit, weekday1..7, monthDayBox,
/// onceEdit, schedulePreview, scheduleOverlapBox, scheduleMissedBox, scheduleMissedLimitEdit, scheduleTimezoneEdit, scheduleJitterEdit,
/// scheduleRunAtStartBox.
class ScheduleFields final : public QWidget
{
    Q_OBJECT
public:
    /// How the rule is said; Cron is any expression.
    enum Kind { Every, Daily, Weekly, Monthly, Once, Cron };

    explicit ScheduleFields(QWidget* parent = nullptr);

    /// The values that are in force, or none where the service has no schedule; what a person changed stays.
    void load(const QJsonObject& values);
    /// The same, and what a person changed goes.
    void reset(const QJsonObject& values);

    /// What makes the schedule that is shown of what was loaded: sets, and rules of another kind taken out where `given` has them.
    [[nodiscard]] QList<KeyEdit> edits(const QStringList& given) const;

    /// The table that is shown, as the text of a service file.
    [[nodiscard]] QString text() const;

    /// Why it cannot be saved as it is shown; "" where it can.
    [[nodiscard]] QString problem() const;

    /// The next runs; null: there is nothing to say at the moment.
    void showPreview(const std::optional<SchedulePreview>& preview);
    /// Those about `schedule.*`.
    void showRemarks(const QList<Remark>& remarks);

    [[nodiscard]] const QList<Field*>& fields() const { return m_fields; }

Q_SIGNALS:
    void edited();

private:
    QWidget* createEvery();
    void createWeekly();
    QWidget* createMonthly();
    void createCron();
    void createRest();
    [[nodiscard]] Kind kind() const;
    void setKind(Kind kind);
    void kindChosen();
    [[nodiscard]] std::pair<QString, QString> rule() const; ///< key and TOML
    void showRule(const QJsonObject& schedule);
    void changed();

    QComboBox* m_kind;
    QStackedWidget* m_pages;
    QSpinBox* m_count;
    QComboBox* m_unit;
    QTimeEdit* m_time;
    QLabel* m_timeLabel;
    QWidget* m_weekdayRow;
    QList<QCheckBox*> m_weekdays; ///< Monday first
    QSpinBox* m_day;
    QDateTimeEdit* m_once;
    QLineEdit* m_cron;
    QLabel* m_cronHelp;
    QLabel* m_sentence;
    QLabel* m_preview;
    RemarkLabel* m_remarks;
    QList<Field*> m_fields; ///< all but the rule
    std::pair<QString, QString> m_loadedRule;
    bool m_loading = false;
};

} // namespace turnspit
