// What the services of a plain host say.
#include <turnspit/worker/workersession.h>

#include <turnspit/hosting/servicecontroller.h>
#include <turnspit/session/controllers.h>

namespace turnspit {

Task<Result<LogPageQuery>> WorkerSession::select(LogQuery query, bool follow)
{
    auto folder = logFolderOf(query.service);
    if (!folder)
        co_return fail(folder.error());
    if (query.run)
        co_return fail("there is no run " + std::to_string(query.run->value) + " of `" + query.service.toStdString() +
                       "`");
    LogPageQuery selection;
    selection.folder = *std::move(folder);
    selection.open = true;
    selection.live = follow || query.allRuns || !isEnded(find(query.service)->status().state);
    selection.query = std::move(query);
    co_return selection;
}

Result<std::string> WorkerSession::logFolderOf(const QString& service) const
{
    if (!find(service))
        return fail(unknown(service));
    if (!m_parts.logs)
        return fail(ErrorKind::Refused, hostName() + " keeps no logs");
    return m_parts.logsFolder + "/" + service.toStdString();
}

Task<Result<LogPage>> WorkerSession::readLog(LogQuery query)
{
    return m_logs.read(std::move(query));
}

Task<Result<LogPage>> WorkerSession::followLog(LogQuery query)
{
    return m_logs.follow(std::move(query));
}

Task<Result<LogExtent>> WorkerSession::logExtent(LogExtentQuery query)
{
    return m_logs.extent(query);
}

Task<Result<LogFound>> WorkerSession::findInLog(LogFind query)
{
    return m_logs.find(std::move(query));
}

} // namespace turnspit
