#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/control/hostsession.h>

#include <QWidget>

#include <memory>

class QComboBox;
class QGridLayout;
class QLabel;
class QPushButton;
class QToolButton;

namespace turnspit {

class FitText;
class HostMirror;
class LastRuns;
class LogTail;
class PlaceholderPage;
class QueueFigures;
class Refresher;
class Sparkline;
class UsageHistory;

/// All that matters of one service on a page: how it stands, what runs, what it uses, by which rules, what comes next, what was, and the
/// last lines of its log. Brought up to date when its row changes, at most once a second, and not while it is hidden.
///
/// objectNames: overviewTab, overviewState, overviewDescription, overviewCommand, overviewCopy, overviewFolder, overviewEnvironment,
/// overviewCpu, overviewMemory, overviewSpan, overviewGrowth, overviewRestart, overviewStop, overviewSchedule, overviewNext, overviewRuns, overviewAllRuns, lastLines,
/// overviewOpenLog, overviewQueue, overviewTicks, overviewLastError.
class OverviewTab final : public QWidget
{
    Q_OBJECT
public:
    static constexpr int runsShown = 5;
    static constexpr int runsCounted = 100; ///< for the restarts of today

    /// Session and mirror must outlive it.
    OverviewTab(HostSession& session, HostMirror& mirror, QWidget* parent = nullptr);
    ~OverviewTab() override;

    /// "": no service.
    void open(const QString& service);
    [[nodiscard]] const QString& service() const { return m_service; }

Q_SIGNALS:
    void logRequested(const QString& service);
    void runLogRequested(const QString& service, turnspit::RunId run);
    void runsRequested(const QString& service);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    /// A caption and what stands beside it; hidden together.
    struct Line
    {
        QLabel* caption = nullptr;
        QWidget* value = nullptr;
        void setVisible(bool visible) const;
    };
    Line addLine(QGridLayout& grid, const QString& caption, QWidget* value);
    QLabel* newText(const char* name);
    void createPage();
    QWidget* createCommand();
    QWidget* createFigures();
    QWidget* createRuns();
    QWidget* createTail();
    void takeRow();
    void hostChanged();
    void refresh();
    Task<> load(quint64 generation);
    void showState();
    void showDefinition();
    void showNext();
    void showUsage();
    void showWork();
    Task<> loadGrowth(quint64 generation);
    void copyCommand();
    [[nodiscard]] const ServiceInfo* row() const;
    [[nodiscard]] QString stateSentence(const ServiceInfo& row) const;
    Task<> tick();

    HostSession& m_session;
    HostMirror& m_mirror;
    QString m_service;
    std::optional<ServiceInfo> m_row;
    DefinitionInfo m_definition;
    QString m_sentence; ///< of the schedule
    QList<RunInfo> m_runs;       ///< those that are shown
    QList<WallTime> m_restarts;  ///< when its last runs began that were restarts, as far as they are known
    QList<PlannedRun> m_next;
    bool m_wasLive = false;
    bool m_loading = false;
    bool m_again = false; ///< something changed while it was loaded
    quint64 m_generation = 0;

    UsageHistory* m_usage;
    QueueFigures* m_queue;
    PlaceholderPage* m_empty;
    QWidget* m_scroll = nullptr;
    QLabel* m_icon = nullptr;
    QLabel* m_state = nullptr;
    QLabel* m_description = nullptr;
    FitText* m_command = nullptr;
    QToolButton* m_copy = nullptr;
    QLabel* m_folder = nullptr;
    QLabel* m_environment = nullptr;
    QWidget* m_figures = nullptr;
    Sparkline* m_cpu = nullptr;
    Sparkline* m_memory = nullptr;
    QComboBox* m_span = nullptr;
    QLabel* m_growth = nullptr;
    QLabel* m_restart = nullptr;
    QLabel* m_stop = nullptr;
    QLabel* m_schedule = nullptr;
    QLabel* m_nextText = nullptr;
    QLabel* m_queueText = nullptr;
    QLabel* m_ticks = nullptr;
    QLabel* m_lastError = nullptr;
    LastRuns* m_lastRuns = nullptr;
    LogTail* m_tail = nullptr;
    Line m_commandLine, m_folderLine, m_environmentLine, m_restartLine, m_stopLine, m_scheduleLine, m_nextLine, m_runsLine, m_queueLine, m_ticksLine,
        m_lastErrorLine, m_tailLine;
    Refresher* m_refresher;
    std::unique_ptr<TaskScope> m_ticking; ///< while shown
    TaskScope m_tasks;                    ///< last: destroyed before what its tasks use
};

} // namespace turnspit
