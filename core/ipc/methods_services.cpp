// The methods about services, their runs, schedules and figures.
#include <ipc/methodgroups.h>
#include <ipc/methodparams.h>

#include <turnspit/control/hostsession.h>

#include <array>

namespace turnspit::wire {

namespace {

constexpr int maxServices = 500; // whose samples of a day are in one answer

template <Action action>
Answer act(HostSession& session, QJsonObject params)
{
    params.remove(Key("action")); // the method says which
    auto request = fromJson<ActionRequest>(params);
    if (!request)
        co_return fail(request.error());
    if (const auto allowed = checkTrigger(request->trigger); !allowed)
        co_return fail(allowed.error());
    if (request->names.isEmpty() && !request->all && request->group.isEmpty())
        co_return fail(ErrorKind::Protocol, "`name`, `names`, `all` or `group` must be given");
    if (request->until && action != Action::Hold)
        co_return fail(ErrorKind::Protocol, "`until` is for service.hold");
    request->action = action;
    co_return answer(co_await session.act(*std::move(request)));
}

Answer runNow(HostSession& session, QJsonObject params)
{
    auto name = required(params, "name");
    if (!name)
        co_return fail(name.error());
    const auto trigger = triggerIn(params);
    if (!trigger)
        co_return fail(trigger.error());
    co_return answer(co_await session.run(*std::move(name), *trigger));
}

Answer awaitRun(HostSession& session, QJsonObject params)
{
    const auto id = runIdIn(params);
    if (!id)
        co_return fail(id.error());
    co_return answer(co_await session.awaitRun(*id));
}

Answer stopRun(HostSession& session, QJsonObject params)
{
    const auto id = runIdIn(params);
    if (!id)
        co_return fail(id.error());
    co_return answer(co_await session.stopRun(*id));
}

Answer extendStop(HostSession& session, QJsonObject params)
{
    auto name = required(params, "name");
    if (!name)
        co_return fail(name.error());
    JsonFields fields(params);
    Milliseconds by{};
    fields.read("by", by);
    if (!fields.isGiven("by"))
        fields.wrong("by", "must be given");
    if (fields.error())
        co_return fail(*fields.error());
    co_return answer(co_await session.extendStop(*std::move(name), by));
}

Answer awaitState(HostSession& session, QJsonObject params)
{
    auto name = required(params, "name");
    if (!name)
        co_return fail(name.error());
    auto state = required(params, "state");
    if (!state)
        co_return fail(state.error());
    JsonFields fields(params);
    std::optional<Milliseconds> timeout;
    fields.read("timeout", timeout);
    if (*state != QLatin1String("ended") && !serviceStateFromString(state->toStdString()))
        fields.wrong("state", "must be a state or `ended`");
    if (fields.error())
        co_return fail(*fields.error());
    co_return answer(co_await session.awaitState(*std::move(name), *std::move(state), timeout));
}

Answer runs(HostSession& session, QJsonObject params)
{
    auto query = fromJson<RunQuery>(params);
    if (!query)
        co_return fail(query.error());
    if (const auto limit = countIn(params, "limit", query->limit, maxListed); !limit)
        co_return fail(limit.error());
    co_return answer(co_await session.runs(*std::move(query)));
}

Answer nextRuns(HostSession& session, QJsonObject params)
{
    const auto count = countIn(params, "count", 20, maxListed);
    if (!count)
        co_return fail(count.error());
    JsonFields fields(params);
    QString service;
    fields.read("service", service);
    if (fields.error())
        co_return fail(*fields.error());
    co_return answer(co_await session.nextRuns(*count, std::move(service)));
}

Answer stopping(HostSession& session, QJsonObject)
{
    co_return answer(co_await session.stopping());
}

Answer holds(HostSession& session, QJsonObject)
{
    co_return answer(co_await session.holds());
}

Answer usage(HostSession& session, QJsonObject params)
{
    auto name = required(params, "name");
    if (!name)
        co_return fail(name.error());
    co_return answer(co_await session.usage(*std::move(name)));
}

Answer usageHistory(HostSession& session, QJsonObject params)
{
    auto query = fromJson<UsageQuery>(params);
    if (!query)
        co_return fail(query.error());
    if (query->names.size() > maxServices)
        co_return fail(ErrorKind::Protocol, "`names` must be at most " + std::to_string(maxServices));
    co_return answer(co_await session.usageHistory(*std::move(query)));
}

Answer queues(HostSession& session, QJsonObject)
{
    co_return answer(co_await session.queues());
}

constexpr std::array table{
    Method{"service.start", act<Action::Start>},
    Method{"service.stop", act<Action::Stop>},
    Method{"service.restart", act<Action::Restart>},
    Method{"service.kill", act<Action::Kill>},
    Method{"service.hold", act<Action::Hold>},
    Method{"service.resume", act<Action::Resume>},
    Method{"service.enable", act<Action::Enable>},
    Method{"service.disable", act<Action::Disable>},
    Method{"service.run", runNow},
    Method{"service.extendStop", extendStop},
    Method{"service.awaitState", awaitState},
    Method{"run.await", awaitRun},
    Method{"run.stop", stopRun},
    Method{"schedule.next", nextRuns},
    Method{"runs.query", runs},
    Method{"service.stopping", stopping},
    Method{"service.usage", usage},
    Method{"service.holds", holds},
    Method{"usage.query", usageHistory},
    Method{"queue.status", queues},
};

} // namespace

std::span<const Method> serviceMethods()
{
    return table;
}

} // namespace turnspit::wire
