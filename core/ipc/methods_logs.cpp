// The methods about logs.
#include <ipc/methodgroups.h>
#include <ipc/methodparams.h>

#include <turnspit/control/hostsession.h>

#include <array>

namespace turnspit::wire {

namespace {

constexpr int maxLogCount = 100'000;

Result<LogQuery> logQueryIn(const QJsonObject& params)
{
    if (const auto service = required(params, "service"); !service)
        return fail(service.error());
    auto query = fromJson<LogQuery>(params);
    if (!query)
        return query;
    if (const auto count = countIn(params, "count", query->count, maxLogCount); !count)
        return fail(count.error());
    if (query->last && *query->last < 0)
        return fail(ErrorKind::Protocol, "`last` must not be negative");
    return query;
}

Answer readLog(HostSession& session, QJsonObject params)
{
    auto query = logQueryIn(params);
    if (!query)
        co_return fail(query.error());
    co_return answer(co_await session.readLog(*std::move(query)));
}

Answer followLog(HostSession& session, QJsonObject params)
{
    auto query = logQueryIn(params);
    if (!query)
        co_return fail(query.error());
    co_return answer(co_await session.followLog(*std::move(query)));
}

Answer searchLog(HostSession& session, QJsonObject params)
{
    auto query = logQueryIn(params);
    if (!query)
        co_return fail(query.error());
    if (query->grep.isEmpty())
        co_return fail(ErrorKind::Protocol, "`grep` must be given");
    co_return answer(co_await session.readLog(*std::move(query)));
}

/// The page cut in half; its cursor says where the next one begins, so nothing is lost by it.
bool halvePage(QJsonObject& params, const QJsonValue& page)
{
    const auto entries = page[Key("entries")].toArray().size();
    // A page of spans ends where it is too long, by itself.
    if (entries < 2 || params.contains(Key("spans")))
        return false;
    params.insert(Key("count"), static_cast<int>(entries / 2));
    return true;
}

Answer logExtent(HostSession& session, QJsonObject params)
{
    if (const auto service = required(params, "service"); !service)
        co_return fail(service.error());
    auto query = fromJson<LogExtentQuery>(params);
    if (!query)
        co_return fail(query.error());
    co_return answer(co_await session.logExtent(*std::move(query)));
}

Answer findInLog(HostSession& session, QJsonObject params)
{
    if (const auto service = required(params, "service"); !service)
        co_return fail(service.error());
    auto query = fromJson<LogFind>(params);
    if (!query)
        co_return fail(query.error());
    co_return answer(co_await session.findInLog(*std::move(query)));
}

constexpr std::array table{
    Method{"log.read", readLog, halvePage},
    Method{"log.follow", followLog, halvePage},
    Method{"log.search", searchLog, halvePage},
    Method{"log.extent", logExtent},
    Method{"log.find", findInLog},
};

} // namespace

std::span<const Method> logMethods()
{
    return table;
}

} // namespace turnspit::wire
