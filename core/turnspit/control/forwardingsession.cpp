#include <turnspit/control/forwardingsession.h>

namespace turnspit {

Task<Result<Snapshot>> ForwardingSession::snapshot()
{
    return forward<Snapshot>([](HostSession& s) { return s.snapshot(); });
}

Task<Result<QList<ActionResult>>> ForwardingSession::act(ActionRequest request)
{
    return forward<QList<ActionResult>>([request](HostSession& s) { return s.act(request); });
}

Task<Result<RunInfo>> ForwardingSession::run(QString name, Trigger trigger)
{
    return forward<RunInfo>([name, trigger](HostSession& s) { return s.run(name, trigger); });
}

Task<Result<RunInfo>> ForwardingSession::awaitRun(RunId id)
{
    return forward<RunInfo>([id](HostSession& s) { return s.awaitRun(id); });
}

Task<Result<>> ForwardingSession::stopRun(RunId id)
{
    return forward<void>([id](HostSession& s) { return s.stopRun(id); });
}

Task<Result<>> ForwardingSession::extendStop(QString name, Milliseconds by)
{
    return forward<void>([name, by](HostSession& s) { return s.extendStop(name, by); });
}

Task<Result<ServiceInfo>> ForwardingSession::awaitState(QString name, QString state,
                                                        std::optional<Milliseconds> timeout)
{
    return forward<ServiceInfo>([name, state, timeout](HostSession& s) { return s.awaitState(name, state, timeout); });
}

Task<Result<DefinitionInfo>> ForwardingSession::definition(QString name)
{
    return forward<DefinitionInfo>([name](HostSession& s) { return s.definition(name); });
}

Task<Result<ActionResult>> ForwardingSession::add(AddRequest request)
{
    return forward<ActionResult>([request](HostSession& s) { return s.add(request); });
}

Task<Result<ActionResult>> ForwardingSession::update(UpdateRequest request)
{
    return forward<ActionResult>([request](HostSession& s) { return s.update(request); });
}

Task<Result<ActionResult>> ForwardingSession::remove(QString name)
{
    return forward<ActionResult>([name](HostSession& s) { return s.remove(name); });
}

Task<Result<QString>> ForwardingSession::undo()
{
    return forward<QString>([](HostSession& s) { return s.undo(); });
}

Task<Result<QList<Diagnostic>>> ForwardingSession::check(QString name, QString text)
{
    return forward<QList<Diagnostic>>([name, text](HostSession& s) { return s.check(name, text); });
}

Task<Result<SchedulePreview>> ForwardingSession::previewSchedule(QString text, int count)
{
    return forward<SchedulePreview>([text, count](HostSession& s) { return s.previewSchedule(text, count); });
}

Task<Result<QList<RunInfo>>> ForwardingSession::runs(RunQuery query)
{
    return forward<QList<RunInfo>>([query](HostSession& s) { return s.runs(query); });
}

Task<Result<QList<PlannedRun>>> ForwardingSession::nextRuns(int count, QString service)
{
    return forward<QList<PlannedRun>>([count, service](HostSession& s) { return s.nextRuns(count, service); });
}

Task<Result<QList<HostEvent>>> ForwardingSession::events(EventQuery query)
{
    return forward<QList<HostEvent>>([query](HostSession& s) { return s.events(query); });
}

Task<Result<LogPage>> ForwardingSession::readLog(LogQuery query)
{
    return forward<LogPage>([query](HostSession& s) { return s.readLog(query); });
}

Task<Result<LogPage>> ForwardingSession::followLog(LogQuery query)
{
    return forward<LogPage>([query](HostSession& s) { return s.followLog(query); });
}

Task<Result<HostInfo>> ForwardingSession::hostStatus()
{
    return forward<HostInfo>([](HostSession& s) { return s.hostStatus(); });
}

Task<Result<QStringList>> ForwardingSession::reload()
{
    return forward<QStringList>([](HostSession& s) { return s.reload(); });
}

Task<Result<>> ForwardingSession::shutdown()
{
    return forward<void>([](HostSession& s) { return s.shutdown(); });
}

Task<Result<QList<StopInfo>>> ForwardingSession::stopping()
{
    return forward<QList<StopInfo>>([](HostSession& s) { return s.stopping(); });
}

Task<Result<QList<UsageSample>>> ForwardingSession::usage(QString name)
{
    return forward<QList<UsageSample>>([name](HostSession& s) { return s.usage(name); });
}

Task<Result<Inspection>> ForwardingSession::inspect(InspectRequest request)
{
    return forward<Inspection>([request](HostSession& s) { return s.inspect(request); });
}

Task<Result<quint64>> ForwardingSession::beginTry(TryRequest request)
{
    return forward<quint64>([request](HostSession& s) { return s.beginTry(request); });
}

Task<Result<TryPage>> ForwardingSession::followTry(quint64 id, qint64 cursor)
{
    return forward<TryPage>([id, cursor](HostSession& s) { return s.followTry(id, cursor); });
}

Task<Result<>> ForwardingSession::stopTry(quint64 id)
{
    return forward<void>([id](HostSession& s) { return s.stopTry(id); });
}

Task<Result<LogExtent>> ForwardingSession::logExtent(LogExtentQuery query)
{
    return forward<LogExtent>([query](HostSession& s) { return s.logExtent(query); });
}

Task<Result<LogFound>> ForwardingSession::findInLog(LogFind query)
{
    return forward<LogFound>([query](HostSession& s) { return s.findInLog(query); });
}

Task<Result<GoodVersion>> ForwardingSession::restore(QString name, bool dryRun)
{
    return forward<GoodVersion>([name, dryRun](HostSession& s) { return s.restore(name, dryRun); });
}

Task<Result<QList<HoldInfo>>> ForwardingSession::holds()
{
    return forward<QList<HoldInfo>>([](HostSession& s) { return s.holds(); });
}

Task<Result<QList<ServiceUsage>>> ForwardingSession::usageHistory(UsageQuery query)
{
    return forward<QList<ServiceUsage>>([query](HostSession& s) { return s.usageHistory(query); });
}

Task<Result<QList<QueueInfo>>> ForwardingSession::queues()
{
    return forward<QList<QueueInfo>>([](HostSession& s) { return s.queues(); });
}

} // namespace turnspit
