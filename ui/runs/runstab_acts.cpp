#include <ui/runs/runstab.h>

#include <ui/logs/logfiledialog.h>
#include <ui/logs/savedialog.h>
#include <ui/runs/comparedialog.h>
#include <ui/runs/outcomes.h>
#include <ui/runs/rundetails.h>
#include <ui/runs/runexport.h>
#include <ui/services/actiontable.h>
#include <ui/services/servicemodel.h>
#include <ui/session/hostmirror.h>
#include <ui/text/words.h>


/// What can be done with a run beside looking at it.
namespace turnspit {

void RunsTab::connectDetails()
{
    connect(m_details, &RunDetails::againRequested, this, [this] {
        if (const ServiceInfo* const service = m_mirror.model().find(m_service))
            Q_EMIT againRequested(ServiceInfo(*service));
    });
    connect(m_details, &RunDetails::compareRequested, this, [this](const RunInfo& run) { m_tasks.spawn(compare(run)); });
    connect(m_details, &RunDetails::logExportRequested, this, &RunsTab::exportLog);
    connect(m_details, &RunDetails::listExportRequested, this, &RunsTab::exportList);
    const auto tellFailure = [this](const QString& path, const QString& why) {
        Q_EMIT told(tr("%1 could not be written: %2", "path, why").arg(path, why));
    };
    connect(m_logExport, &LogExport::failed, this, tellFailure);
    connect(m_listExport, &RunExport::failed, this, tellFailure);
    connect(m_logExport, &LogExport::finished, this, [this](const QString& path) { Q_EMIT told(tr("The log is in %1").arg(path)); });
    connect(m_listExport, &RunExport::finished, this,
            [this](const QString& path, int runs) { Q_EMIT told(tr("%Ln run(s) written to %1", nullptr, runs).arg(path)); });
}

void RunsTab::refreshAgain()
{
    const ServiceInfo* const service = m_service.isEmpty() ? nullptr : m_mirror.model().find(m_service);
    if (!service)
        m_details->setAgain({false, tr("No service is selected."), {}});
    else if (!m_mirror.isLive())
        m_details->setAgain({false, tr("No host is connected."), {}});
    else
        m_details->setAgain(permission(commandForAgain(*service), *service));
}

void RunsTab::exportLog(RunId run)
{
    const QString name = tr("%1-run-%2", "name of a file: a service, a number").arg(m_service).arg(run.value);
    askForLogFile(*this, tr("Export the log of run %1 of %2").arg(run.value).arg(m_service), name,
                  [this, service = m_service, run](const QString& path, LogExport::Format format) {
                      m_tasks.spawn(writeLog(path, format, service, run));
                  });
}

Task<> RunsTab::writeLog(QString path, LogExport::Format format, QString service, RunId run)
{
    const auto extent = co_await m_session.logExtent({.service = service, .run = run});
    if (!extent) {
        Q_EMIT told(words::error(extent.error()));
        co_return;
    }
    LogChoice choice;
    choice.first = extent->first;
    choice.end = extent->end;
    m_logExport->start(path, service, std::move(choice), format);
}

void RunsTab::exportList()
{
    const QString name = tr("%1-runs", "name of a file: a service").arg(m_service) + QStringLiteral(".csv");
    auto* dialog = new SaveDialog(*this, tr("Export the runs of %1").arg(m_service), name);
    dialog->setObjectName(QStringLiteral("runsExportDialog"));
    dialog->setNameFilter(tr("Table (*.csv)"));
    dialog->setDefaultSuffix(QStringLiteral("csv"));
    const QList<Outcome> outcomes = m_failedOnly ? outcomes::troubles() : QList<Outcome>();
    connect(dialog, &QFileDialog::fileSelected, this, [this, service = m_service, outcomes](const QString& path) {
        m_listExport->start(path, service, outcomes);
    });
    dialog->open();
}

/// Against the newest run before it that was good, which need not be loaded.
Task<> RunsTab::compare(RunInfo run)
{
    RunQuery query;
    query.service = run.service;
    query.limit = 1;
    query.before = run.id;
    query.outcomes = {Outcome::Succeeded};
    const auto good = co_await m_session.runs(query);
    if (!good)
        Q_EMIT told(words::error(good.error()));
    else if (good->isEmpty())
        Q_EMIT told(tr("There is no good run of %1 before run %2.").arg(run.service).arg(run.id.value));
    else
        (new CompareDialog(m_session, good->first(), run, window()))->open();
}

} // namespace turnspit
