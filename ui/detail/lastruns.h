#pragma once

#include <turnspit/control/values.h>

#include <QWidget>

#include <vector>

class QLabel;
class QToolButton;

namespace turnspit {

/// A few runs, a line each: the shape of the outcome, what came of it, when, how long, who began it, and the way to its log.
class LastRuns final : public QWidget
{
    Q_OBJECT
public:
    LastRuns(int most, QWidget* parent = nullptr);

    /// Newest first; what is too much is left out.
    void setRuns(const QList<RunInfo>& runs);

    /// What is shown relative to now has moved on.
    void tick();

Q_SIGNALS:
    void logRequested(turnspit::RunId run);

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Row
    {
        QLabel* icon;
        QLabel* text;
        QToolButton* log;
    };
    void refreshIcons();
    [[nodiscard]] static QString sentence(const RunInfo& run);

    std::vector<Row> m_rows;
    QLabel* m_none;
    QList<RunInfo> m_runs;
};

} // namespace turnspit
