#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/control/hostsession.h>

#include <QComboBox>

#include <memory>

namespace turnspit {

class LogFeed;

/// Which part of a log is shown: the whole, the current run, or one of the last runs. objectName logRun.
class LogRunBox final : public QComboBox
{
    Q_OBJECT
public:
    explicit LogRunBox(LogFeed& feed, QWidget* parent = nullptr);
    ~LogRunBox() override;

    /// Asks for the runs of the feed's service anew, and shows which part the feed has.
    void refresh();

protected:
    void enterEvent(QEnterEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;

private:
    void askAgain();
    void fill();
    void select();
    [[nodiscard]] static QString runText(const RunInfo& run);
    Task<> ask(QString service);

    LogFeed& m_feed;
    QList<RunInfo> m_runs;
    std::unique_ptr<TaskScope> m_tasks; ///< last: destroyed before what its tasks use
};

} // namespace turnspit
