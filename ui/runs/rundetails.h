#pragma once

#include <turnspit/control/values.h>

#include <ui/services/actiontable.h>

#include <QFrame>

class QAction;
class QLabel;
class QToolBar;

namespace turnspit {

/// One run in full: what came of it and why, who began it, when, how long against what is usual, what it used; and what can be done with
/// it. Buttons that have no room are behind the last one.
///
/// objectNames: runDetails, runTitle, runReason, runFacts; buttons runShowLog, runAgain, runCompare, runExport, and their actions
/// actionShowRunLog, actionRunAgain, actionCompareRun, actionExportRunLog, actionExportRuns.
class RunDetails final : public QFrame
{
    Q_OBJECT
public:
    explicit RunDetails(QWidget* parent = nullptr);

    /// Nothing: asks to choose one. `usual`: what good runs take, in seconds.
    void setRun(const std::optional<RunInfo>& run, std::optional<double> usual);

    /// May the service run once more?
    void setAgain(const Permission& again);

    /// For a menu.
    [[nodiscard]] QList<QAction*> runActions() const;

    /// What is shown relative to now has moved on.
    void tick();

Q_SIGNALS:
    void logRequested(turnspit::RunId run);
    void againRequested();
    void compareRequested(const turnspit::RunInfo& run);
    void logExportRequested(turnspit::RunId run);
    void listExportRequested();

protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void createTools();
    QAction* createAction(const char* objectName, const QString& icon, const QString& text);
    void addButton(QAction* action, const char* objectName);
    void refresh();
    void fitHeight();
    [[nodiscard]] QString facts(const RunInfo& run) const;

    std::optional<RunInfo> m_run;
    std::optional<double> m_usual;
    QLabel* m_icon;
    QLabel* m_title;
    QLabel* m_reason;
    QLabel* m_facts;
    QToolBar* m_tools;
    QAction* m_log;
    QAction* m_again;
    QAction* m_compare;
    QAction* m_export;     ///< the menu with the next two
    QAction* m_exportLog;
    QAction* m_exportList;
};

} // namespace turnspit
