#include <turnspit/session/filelesssession.h>

#include <turnspit/async/wait.h>

namespace turnspit {

Error FilelessSession::unknown(const QString& name) const
{
    return Error{ErrorKind::NoSuchService, "there is no service `" + name.toStdString() + "` in " + m_host};
}

Error FilelessSession::noFiles() const
{
    return Error{ErrorKind::Refused, m_host + " is a program with services of its own: it has no service files"};
}

Error FilelessSession::noFileOf(const QString& name) const
{
    return has(name) ? noFiles() : unknown(name);
}

// ---- runs and figures: of commands only
// ---------------------------------------------------------------------------------------------

Task<Result<RunInfo>> FilelessSession::awaitRun(RunId id)
{
    co_await yieldToLoop();
    co_return fail("there is no run " + std::to_string(id.value));
}

Task<Result<>> FilelessSession::stopRun(RunId id)
{
    co_await yieldToLoop();
    co_return fail(ErrorKind::Refused, "there is no run " + std::to_string(id.value));
}

Task<Result<>> FilelessSession::extendStop(QString name, Milliseconds by)
{
    co_await yieldToLoop();
    co_return fail(has(name) ? Error{ErrorKind::Refused, "`" + name.toStdString() + "` is built in"} : unknown(name));
}

Task<Result<QList<RunInfo>>> FilelessSession::runs(RunQuery query)
{
    co_await yieldToLoop();
    if (!query.service.isEmpty() && !has(query.service))
        co_return fail(unknown(query.service));
    co_return QList<RunInfo>();
}

Task<Result<QList<StopInfo>>> FilelessSession::stopping()
{
    co_await yieldToLoop();
    co_return QList<StopInfo>();
}

Task<Result<QList<UsageSample>>> FilelessSession::usage(QString name)
{
    co_await yieldToLoop();
    if (!has(name))
        co_return fail(unknown(name));
    co_return QList<UsageSample>();
}

Task<Result<QList<ServiceUsage>>> FilelessSession::usageHistory(UsageQuery query)
{
    co_await yieldToLoop();
    QList<ServiceUsage> none;
    for (const QString& name : query.names)
        none.append(ServiceUsage{name, {}});
    co_return none;
}

// ---- files
// --------------------------------------------------------------------------------------------------------------------------

Task<Result<ActionResult>> FilelessSession::add(AddRequest request)
{
    co_await yieldToLoop();
    co_return fail(noFiles());
}

Task<Result<ActionResult>> FilelessSession::update(UpdateRequest request)
{
    co_await yieldToLoop();
    co_return fail(noFileOf(request.name));
}

Task<Result<ActionResult>> FilelessSession::remove(QString name)
{
    co_await yieldToLoop();
    co_return fail(noFileOf(name));
}

Task<Result<QString>> FilelessSession::undo()
{
    co_await yieldToLoop();
    co_return fail(noFiles());
}

Task<Result<GoodVersion>> FilelessSession::restore(QString name, bool dryRun)
{
    co_await yieldToLoop();
    co_return fail(noFileOf(name));
}

Task<Result<QList<Diagnostic>>> FilelessSession::check(QString name, QString text)
{
    co_await yieldToLoop();
    co_return fail(noFiles());
}

Task<Result<SchedulePreview>> FilelessSession::previewSchedule(QString text, int count)
{
    co_await yieldToLoop();
    co_return fail(noFiles());
}

Task<Result<Inspection>> FilelessSession::inspect(InspectRequest request)
{
    co_await yieldToLoop();
    co_return fail(noFiles());
}

Task<Result<quint64>> FilelessSession::beginTry(TryRequest request)
{
    co_await yieldToLoop();
    co_return fail(noFiles());
}

Task<Result<TryPage>> FilelessSession::followTry(quint64 id, qint64 cursor)
{
    co_await yieldToLoop();
    co_return fail(noFiles());
}

Task<Result<>> FilelessSession::stopTry(quint64 id)
{
    co_await yieldToLoop();
    co_return fail(noFiles());
}

} // namespace turnspit
