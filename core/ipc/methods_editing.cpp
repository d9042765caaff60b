// The methods about service files, and commands that are tried.
#include <ipc/methodgroups.h>
#include <ipc/methodparams.h>

#include <turnspit/control/hostsession.h>

#include <array>

namespace turnspit::wire {

namespace {

Answer definition(HostSession& session, QJsonObject params)
{
    auto name = required(params, "name");
    if (!name)
        co_return fail(name.error());
    co_return answer(co_await session.definition(*std::move(name)));
}

Answer add(HostSession& session, QJsonObject params)
{
    for (const char* key : {"name", "text"}) {
        if (const auto given = required(params, key); !given)
            co_return fail(given.error());
    }
    auto request = fromJson<AddRequest>(params);
    if (!request)
        co_return fail(request.error());
    if (const auto allowed = checkTrigger(request->trigger); !allowed)
        co_return fail(allowed.error());
    co_return answer(co_await session.add(*std::move(request)));
}

Answer update(HostSession& session, QJsonObject params)
{
    if (const auto name = required(params, "name"); !name)
        co_return fail(name.error());
    auto request = fromJson<UpdateRequest>(params);
    if (!request)
        co_return fail(request.error());
    if (request->edits.isEmpty() == !request->text.has_value())
        co_return fail(ErrorKind::Protocol, "either `edits` or `text` must be given");
    co_return answer(co_await session.update(*std::move(request)));
}

Answer remove(HostSession& session, QJsonObject params)
{
    auto name = required(params, "name");
    if (!name)
        co_return fail(name.error());
    co_return answer(co_await session.remove(*std::move(name)));
}

Answer undo(HostSession& session, QJsonObject)
{
    co_return answer(co_await session.undo());
}

Answer check(HostSession& session, QJsonObject params)
{
    auto name = required(params, "name");
    if (!name)
        co_return fail(name.error());
    auto text = required(params, "text");
    if (!text)
        co_return fail(text.error());
    co_return answer(co_await session.check(*std::move(name), *std::move(text)));
}

Answer restore(HostSession& session, QJsonObject params)
{
    auto name = required(params, "name");
    if (!name)
        co_return fail(name.error());
    co_return answer(co_await session.restore(*std::move(name), params.value(QLatin1StringView("dry_run")).toBool()));
}

Answer previewSchedule(HostSession& session, QJsonObject params)
{
    auto text = required(params, "text");
    if (!text)
        co_return fail(text.error());
    const auto count = countIn(params, "count", 5, maxListed);
    if (!count)
        co_return fail(count.error());
    co_return answer(co_await session.previewSchedule(*std::move(text), *count));
}

Answer inspect(HostSession& session, QJsonObject params)
{
    auto request = fromJson<InspectRequest>(params);
    if (!request)
        co_return fail(request.error());
    co_return answer(co_await session.inspect(*std::move(request)));
}

Result<quint64> tryIdIn(const JsonFields& fields, quint64 id)
{
    if (!fields.error() && id == 0)
        return fail(ErrorKind::Protocol, "`id` must be given");
    return fields.take(id);
}

Answer beginTry(HostSession& session, QJsonObject params)
{
    if (const auto text = required(params, "text"); !text)
        co_return fail(text.error());
    auto request = fromJson<TryRequest>(params);
    if (!request)
        co_return fail(request.error());
    const auto begun = co_await session.beginTry(*std::move(request));
    if (!begun)
        co_return fail(begun.error());
    co_return QJsonObject{{Key("id"), static_cast<qint64>(*begun)}};
}

Answer followTry(HostSession& session, QJsonObject params)
{
    JsonFields fields(params);
    quint64 number = 0;
    qint64 cursor = 0;
    fields.read("id", number);
    fields.read("cursor", cursor);
    if (cursor < 0)
        fields.wrong("cursor", "must not be negative");
    const auto id = tryIdIn(fields, number);
    if (!id)
        co_return fail(id.error());
    co_return answer(co_await session.followTry(*id, cursor));
}

Answer stopTry(HostSession& session, QJsonObject params)
{
    JsonFields fields(params);
    quint64 number = 0;
    fields.read("id", number);
    const auto id = tryIdIn(fields, number);
    if (!id)
        co_return fail(id.error());
    co_return answer(co_await session.stopTry(*id));
}

constexpr std::array table{
    Method{"service.definition", definition},
    Method{"service.add", add},
    Method{"service.update", update},
    Method{"service.remove", remove},
    Method{"service.undo", undo},
    Method{"service.check", check},
    Method{"schedule.preview", previewSchedule},
    Method{"service.inspect", inspect},
    Method{"try.begin", beginTry},
    Method{"try.follow", followTry},
    Method{"try.stop", stopTry},
    Method{"service.restore", restore},
};

} // namespace

std::span<const Method> editingMethods()
{
    return table;
}

} // namespace turnspit::wire
