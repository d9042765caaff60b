#include <ipc/methods.h>

#include <turnspit/control/hostsession.h>
#include <turnspit/control/json.h>
#include <turnspit/control/jsonfields.h>

#include <array>

namespace turnspit::wire {

namespace {

using Answer = Task<Result<QJsonValue>>;
using Key = QLatin1StringView;

constexpr int maxListed = 10'000; // runs, events and times: an answer of so many stays far below its limit
constexpr int maxLogCount = 100'000;
constexpr int maxServices = 500;     // whose samples of a day are in one answer

QJsonValue asJson(const QString& text) { return QJsonObject{{Key("text"), text}}; }
QJsonValue asJson(const QStringList& list) { return QJsonArray::fromStringList(list); }

template <class T>
QJsonValue asJson(const T& value)
{
    return toJson(value);
}

template <class T>
Result<QJsonValue> answer(const Result<T>& result)
{
    if (!result)
        return fail(result.error());
    if constexpr (std::is_void_v<T>)
        return QJsonObject();
    else
        return asJson(*result);
}

/// One string that must be there.
Result<QString> required(const QJsonObject& params, const char* key)
{
    JsonFields fields(params);
    QString text;
    fields.read(key, text);
    if (!fields.isGiven(key))
        fields.wrong(key, "must be given");
    return fields.take(text);
}

Result<int> countIn(const QJsonObject& params, const char* key, int whenMissing, int most)
{
    JsonFields fields(params);
    int count = whenMissing;
    fields.read(key, count);
    if (count < 1 || count > most)
        fields.wrong(key, ("must be from 1 to " + std::to_string(most)).c_str());
    return fields.take(count);
}

/// What a client may say began a run; the other triggers are the host's own.
Result<> checkTrigger(Trigger trigger)
{
    if (trigger == Trigger::Window || trigger == Trigger::Tray || trigger == Trigger::Ctl)
        return {};
    return fail(ErrorKind::Protocol, "`trigger` must be one of window, tray, ctl");
}

Result<Trigger> triggerIn(const QJsonObject& params)
{
    JsonFields fields(params);
    Trigger trigger = Trigger::Ctl;
    fields.readWord("trigger", trigger, triggerFromString);
    if (fields.error())
        return fail(*fields.error());
    if (const auto allowed = checkTrigger(trigger); !allowed)
        return fail(allowed.error());
    return trigger;
}

Result<RunId> runIdIn(const QJsonObject& params)
{
    JsonFields fields(params);
    RunId id;
    fields.read("id", id);
    if (!id)
        fields.wrong("id", "must be given");
    return fields.take(id);
}

Answer snapshot(HostSession& session, QJsonObject)
{
    co_return answer(co_await session.snapshot());
}

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

Answer runs(HostSession& session, QJsonObject params)
{
    auto query = fromJson<RunQuery>(params);
    if (!query)
        co_return fail(query.error());
    if (const auto limit = countIn(params, "limit", query->limit, maxListed); !limit)
        co_return fail(limit.error());
    co_return answer(co_await session.runs(*std::move(query)));
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

Answer stopping(HostSession& session, QJsonObject)
{
    co_return answer(co_await session.stopping());
}

Answer usage(HostSession& session, QJsonObject params)
{
    auto name = required(params, "name");
    if (!name)
        co_return fail(name.error());
    co_return answer(co_await session.usage(*std::move(name)));
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

Answer restore(HostSession& session, QJsonObject params)
{
    auto name = required(params, "name");
    if (!name)
        co_return fail(name.error());
    co_return answer(co_await session.restore(*std::move(name), params.value(QLatin1StringView("dry_run")).toBool()));
}

Answer holds(HostSession& session, QJsonObject)
{
    co_return answer(co_await session.holds());
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
    Method{"snapshot", snapshot},
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
    Method{"service.definition", definition},
    Method{"service.add", add},
    Method{"service.update", update},
    Method{"service.remove", remove},
    Method{"service.undo", undo},
    Method{"service.check", check},
    Method{"run.await", awaitRun},
    Method{"run.stop", stopRun},
    Method{"schedule.preview", previewSchedule},
    Method{"schedule.next", nextRuns},
    Method{"runs.query", runs},
    Method{"events.query", events},
    Method{"log.read", readLog, halvePage},
    Method{"log.follow", followLog, halvePage},
    Method{"log.search", searchLog, halvePage},
    Method{"host.status", hostStatus},
    Method{"host.reload", reload},
    Method{"host.shutdown", shutdown},
    Method{"service.stopping", stopping},
    Method{"service.usage", usage},
    Method{"service.inspect", inspect},
    Method{"try.begin", beginTry},
    Method{"try.follow", followTry},
    Method{"try.stop", stopTry},
    Method{"log.extent", logExtent},
    Method{"log.find", findInLog},
    Method{"service.restore", restore},
    Method{"service.holds", holds},
    Method{"usage.query", usageHistory},
    Method{"queue.status", queues},
};

} // namespace

const Method* findMethod(QStringView name)
{
    for (const Method& method : table) {
        if (name == QLatin1StringView(method.name.data(), static_cast<qsizetype>(method.name.size())))
            return &method;
    }
    return nullptr;
}

QStringList methodNames()
{
    QStringList names{QStringLiteral("hello"), QStringLiteral("subscribe")};
    for (const Method& method : table)
        names.append(QString::fromLatin1(method.name.data(), static_cast<qsizetype>(method.name.size())));
    return names;
}

} // namespace turnspit::wire
