#include <ipc/methods.h>

#include <ipc/methodgroups.h>
#include <ipc/methodparams.h>

#include <turnspit/control/hostsession.h>

#include <array>

namespace turnspit::wire {

namespace {

Answer snapshot(HostSession& session, QJsonObject)
{
    co_return answer(co_await session.snapshot());
}

Answer events(HostSession& session, QJsonObject params)
{
    auto query = fromJson<EventQuery>(params);
    if (!query)
        co_return fail(query.error());
    if (const auto limit = countIn(params, "limit", query->limit, maxListed); !limit)
        co_return fail(limit.error());
    co_return answer(co_await session.events(*std::move(query)));
}

Answer hostStatus(HostSession& session, QJsonObject)
{
    co_return answer(co_await session.hostStatus());
}

Answer reload(HostSession& session, QJsonObject)
{
    co_return answer(co_await session.reload());
}

Answer shutdown(HostSession& session, QJsonObject)
{
    co_return answer(co_await session.shutdown());
}

constexpr std::array hostMethods{
    Method{"snapshot", snapshot},  Method{"events.query", events},    Method{"host.status", hostStatus},
    Method{"host.reload", reload}, Method{"host.shutdown", shutdown},
};

std::array<std::span<const Method>, 4> groups()
{
    return {hostMethods, serviceMethods(), editingMethods(), logMethods()};
}

QLatin1StringView nameOf(const Method& method)
{
    return {method.name.data(), static_cast<qsizetype>(method.name.size())};
}

} // namespace

const Method* findMethod(QStringView name)
{
    for (const auto methods : groups()) {
        for (const Method& method : methods) {
            if (name == nameOf(method))
                return &method;
        }
    }
    return nullptr;
}

QStringList methodNames()
{
    QStringList names{QStringLiteral("hello"), QStringLiteral("subscribe")};
    for (const auto methods : groups()) {
        for (const Method& method : methods)
            names.append(nameOf(method));
    }
    return names;
}

} // namespace turnspit::wire
