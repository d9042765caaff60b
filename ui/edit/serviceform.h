#pragma once

#include <turnspit/control/values.h>
#include <ui/edit/field.h>

#include <QWidget>

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;

namespace turnspit {

class EnvironmentTable;
class FoldSection;
class KindCards;
class RemarkLabel;
class ScheduleFields;

/// Every key of a service file as something to click or to type into. Knows what was loaded, so that `edits` holds what a person
/// changed and nothing else. Works on the answers of HostSession::inspect; asks nothing itself.
///
/// objectNames: kindButtons, commandEdit, commandStatus, shellBox, nameEdit, groupBox, workingDirectoryEdit; sections environmentSection,
/// restartSection, logSection, advancedSection; one for each key, see Field.
class ServiceForm final : public QWidget
{
    Q_OBJECT
public:
    /// `fixedName`: the service is there already and keeps its name. `browse`: files of the host can be looked at here.
    ServiceForm(bool fixedName, bool browse, QWidget* parent = nullptr);

    /// Everything anew, from an inspection whose values are not empty; what was typed is gone.
    void reset(const Inspection& inspection);
    /// The same for an empty text: what was typed in the meantime stays.
    void begin(const Inspection& inspection);
    /// An answer about what the form shows now: untouched fields follow the values in force, remarks go to their places.
    void show(const Inspection& inspection);
    void showPreview(const std::optional<SchedulePreview>& preview);

    /// What turns the text that was loaded into what the form shows, in the order of `Inspection::keys`; removals last.
    [[nodiscard]] QList<KeyEdit> edits() const;

    /// Of the schedule that is shown; "" where the kind has none.
    [[nodiscard]] QString scheduleText() const;

    /// What only the form knows to be wrong: "" where nothing is.
    [[nodiscard]] QString problem() const;

    [[nodiscard]] QString name() const;
    void setName(const QString& name);
    /// Names are suggested from the command and stay clear of these; groups are offered.
    void setKnown(const QStringList& names, const QStringList& groups);
    [[nodiscard]] QString commandLine() const;
    [[nodiscard]] ServiceKind kind() const;

    /// What the form calls a key.
    [[nodiscard]] QString wordFor(const QString& key) const;

    void mend(const KeyEdit& fix);
    void focusCommand();
    /// The button that makes the folder cannot be pressed again while one is made.
    void setMakingFolder(bool making);

Q_SIGNALS:
    void edited();
    /// The working folder is not there, and somebody wants it to be.
    void folderWanted(const QString& path);

private:
    void createMain(bool fixedName, bool browse);
    void createEnvironment(bool browse);
    void createRestart();
    void createLog();
    void createAdvanced();
    QFormLayout* section(FoldSection*& into, const char* name, const QString& title, QWidget* above = nullptr);
    void add(QFormLayout* form, const QString& label, Field* field);
    Field* remember(Field* field);
    [[nodiscard]] Field* find(const QString& key) const;
    void addUnknownKeys(const Inspection& inspection);
    void loadFields(const Inspection& inspection, bool all);
    void placeRemarks(const QList<Remark>& remarks);
    void showCommandStatus(const Inspection& inspection);
    void commandTyped();
    void kindChosen();
    void changed();
    QWidget* withBrowser(QLineEdit* edit, bool browse, bool folder);

    KindCards* m_kind;
    QLineEdit* m_command;
    QCheckBox* m_shell;
    QLabel* m_status;
    QLineEdit* m_name;
    QLineEdit* m_folder;
    bool m_browse;
    QComboBox* m_group;
    QWidget* m_scheduleBox;
    ScheduleFields* m_schedule;
    EnvironmentTable* m_environment;
    RemarkLabel* m_commandRemarks;
    RemarkLabel* m_nameRemarks;
    RemarkLabel* m_folderRemarks;
    FoldSection* m_environmentSection;
    FoldSection* m_restartSection;
    FoldSection* m_logSection;
    FoldSection* m_advancedSection;
    QFormLayout* m_advancedForm;
    QList<Field*> m_fields; ///< all but the command, the schedule's and the variables
    Field* m_commandField;
    Field* m_stopCommandField;
    QStringList m_given; ///< of what was loaded
    QStringList m_order;
    QStringList m_names;
    ServiceKind m_loadedKind = ServiceKind::Kept;
    bool m_nameIsSuggested = true;
    bool m_loading = false;
};

} // namespace turnspit
