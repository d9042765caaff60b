#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/control/hostsession.h>
#include <ui/logs/logexport.h>

#include <QWidget>

#include <memory>

class QButtonGroup;
class QComboBox;
class QLabel;
class QStackedWidget;
class QToolButton;
class QTreeView;

namespace turnspit {

class HostMirror;
class PlaceholderPage;
class Refresher;
class RunDetails;
class RunExport;
class RunFeed;
class RunsStrip;

/// The history of one service: a timeline, a table that loads a hundred runs at a time, and the chosen run in full. Brought up to date
/// when the service's row changes, at most once a second, and not while it is hidden.
///
/// objectNames: runsTab, runsStrip, runsSpan, runsNow, runsAll, runsFailed, runsView, runsEmpty, and those of RunDetails.
class RunsTab final : public QWidget
{
    Q_OBJECT
public:
    static constexpr int pageSize = 100;
    static constexpr int stripPageSize = 500;
    static constexpr int mostInStrip = 5000; ///< what is older is hatched

    /// Session and mirror must outlive it.
    RunsTab(HostSession& session, HostMirror& mirror, QWidget* parent = nullptr);
    ~RunsTab() override;

    /// "": no service.
    void open(const QString& service);
    [[nodiscard]] const QString& service() const { return m_service; }

    [[nodiscard]] std::optional<RunId> selectedRun() const { return m_selected; }
    void select(std::optional<RunId> run);

Q_SIGNALS:
    /// Somebody wants to read what this run wrote.
    void logRequested(const QString& service, turnspit::RunId run);
    /// Once more, as ServiceActions::again does it.
    void againRequested(const turnspit::ServiceInfo& service);
    /// What came of something that takes a while: a sentence for a person.
    void told(const QString& text);

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void createTable();
    void createBar();
    void createLayout();
    void setFilter(bool failedOnly);
    void takeRow();
    void refresh();
    void hostChanged();
    void rowsChanged();
    void fillTable();
    void fitColumns();
    void fillStrip();
    void refreshPages();
    void refreshDetails();
    void spanChosen(int index);
    void stripMoved();
    void currentRowChanged();
    void requestLog();
    // runstab_acts.cpp
    void connectDetails();
    void refreshAgain();
    void exportLog(RunId run);
    void exportList();
    Task<> writeLog(QString path, LogExport::Format format, QString service, RunId run);
    Task<> compare(RunInfo run);
    [[nodiscard]] std::optional<double> usual() const;
    Task<> loadPlanned(quint64 generation);
    Task<> tick();

    HostSession& m_session;
    HostMirror& m_mirror;
    QString m_service;
    std::optional<ServiceInfo> m_row; ///< as it was when it was looked at last
    std::optional<RunId> m_selected;
    bool m_failedOnly = false;
    bool m_opened = false; ///< the feeds were asked for this service
    bool m_settingRow = false;
    bool m_wasLive = false;
    quint64 m_generation = 0;

    RunFeed* m_table;
    RunFeed* m_all; ///< for the strip, whatever the table filters
    RunsStrip* m_strip;
    QTreeView* m_view;
    QStackedWidget* m_pages;
    QWidget* m_main;
    PlaceholderPage* m_empty;
    RunDetails* m_details;
    QComboBox* m_span;
    QToolButton* m_now;
    QButtonGroup* m_filter;
    QLabel* m_note;
    Refresher* m_refresher;
    LogExport* m_logExport;
    RunExport* m_listExport;
    std::unique_ptr<TaskScope> m_ticking; ///< while shown
    TaskScope m_tasks;                    ///< last: destroyed before what its tasks use
};

} // namespace turnspit
