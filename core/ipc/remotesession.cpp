#include <ipc/remotesession.h>

#include <turnspit/async/wait.h>
#include <turnspit/control/json.h>
#include <turnspit/control/jsonfields.h>

#include <algorithm>

namespace turnspit {

namespace {

using Key = QLatin1StringView;
using namespace std::chrono_literals;

constexpr std::chrono::milliseconds firstBackoff = 200ms;
constexpr std::chrono::milliseconds longestBackoff = 2s;
constexpr int runsAPage = 5'000;
constexpr qsizetype servicesAPage = 200;
constexpr int mostListed = 10'000;
constexpr int mostLogEntries = 100'000;

template <class T>
Result<T> objectFrom(const Result<QJsonValue>& answer)
{
    if (!answer)
        return fail(answer.error());
    return fromJson<T>(answer->toObject());
}

template <class T>
Result<QList<T>> listFrom(const Result<QJsonValue>& answer)
{
    if (!answer)
        return fail(answer.error());
    return listFromJson<T>(*answer);
}

Result<> nothingFrom(const Result<QJsonValue>& answer)
{
    if (!answer)
        return fail(answer.error());
    return {};
}

QJsonValue triggerWord(Trigger trigger)
{
    return QString::fromStdString(std::string(toString(trigger)));
}

} // namespace

RemoteSession::RemoteSession(Options options, QObject* parent)
    : HostSession(parent), m_options(std::move(options)), m_client(m_options.client), m_backoff(firstBackoff)
{
    connect(&m_client, &WireClient::opened, this, &RemoteSession::opened);
    connect(&m_client, &WireClient::closed, this, &RemoteSession::closed);
    connect(&m_client, &WireClient::notified, this, &RemoteSession::notified);
}

RemoteSession::~RemoteSession()
{
    m_client.disconnect(this);
}

Task<Result<RemoteSession::Greeting>> RemoteSession::open(QString path)
{
    m_path = std::move(path);
    m_opening.emplace();
    auto answer = m_opening->future();
    // Not from here: the connection may fail at once, and who awaits must have returned to the loop by then.
    m_retry = Clock::current().createTimer([this] { tryToOpen(); });
    m_retry->startOnce(0ms);
    setConnection(Connection::Connecting);
    co_return co_await std::move(answer);
}

void RemoteSession::tryToOpen()
{
    setConnection(Connection::Connecting);
    m_client.open(m_path);
}

void RemoteSession::setConnection(Connection connection)
{
    if (connection != std::exchange(m_connection, connection))
        Q_EMIT connectionChanged(connection);
}

void RemoteSession::opened(const QJsonObject& greeting)
{
    m_backoff = firstBackoff;
    JsonFields fields(greeting);
    m_greeting = {};
    fields.read("protocol", m_greeting.protocol);
    fields.read("host", m_greeting.host);
    fields.read("pid", m_greeting.pid);
    fields.read("version", m_greeting.version);
    fields.read("features", m_greeting.features);
    if (m_wantsDeltas)
        fetchSnapshot(QStringLiteral("subscribe"), [](Result<>) {});
    if (auto opening = std::exchange(m_opening, std::nullopt))
        opening->set(m_greeting);
    setConnection(Connection::Connected);
}

void RemoteSession::closed(const Error& why)
{
    m_lastError = why;
    m_snapshot.reset();
    m_early.clear();
    m_fetching = false;
    if (auto opening = std::exchange(m_opening, std::nullopt))
        opening->set(fail(why));
    if (m_options.reconnect) {
        m_retry = Clock::current().createTimer([this] { tryToOpen(); });
        m_retry->startOnce(m_backoff);
        m_backoff = std::min(m_backoff * 2, longestBackoff);
    }
    setConnection(Connection::Lost);
}

void RemoteSession::notified(const QString& method, const QJsonObject& params)
{
    if (method != Key("delta") || !m_wantsDeltas)
        return;
    std::optional<Revision> from;
    JsonFields fields(params);
    fields.read("from", from);
    if (const auto delta = fromJson<Delta>(params); delta && !fields.error())
        receive(*delta, from);
    else
        fetchSnapshot(QStringLiteral("snapshot"), [](Result<>) {}); // not understood: what it changed is in the snapshot
}

void RemoteSession::fetchSnapshot(const QString& method, std::move_only_function<void(Result<>)> done)
{
    m_fetching = true;
    m_client.send(method, {}, [this, done = std::move(done)](Result<QJsonValue> answer) mutable {
        const auto snapshot = objectFrom<Snapshot>(answer);
        m_fetching = false;
        done(snapshot ? Result<>() : fail(snapshot.error()));
        if (snapshot)
            install(*snapshot);
        else
            m_early.clear();
    });
}

void RemoteSession::install(Snapshot snapshot)
{
    m_snapshot = std::move(snapshot);
    const QPointer<RemoteSession> self = this;
    Q_EMIT snapshotReplaced(*m_snapshot);
    if (!self)
        return;
    for (const Early& early : std::exchange(m_early, {})) {
        receive(early.delta, early.from);
        if (!self)
            return;
    }
}

void RemoteSession::receive(const Delta& delta, std::optional<Revision> from)
{
    if (m_fetching || !m_snapshot) {
        m_early.push_back({delta, from});
        return;
    }
    const Revision mine = m_snapshot->revision;
    const Revision begin = from.value_or(Revision{delta.revision.value - 1});
    const bool isVoid = from && !*from;
    if (!isVoid && delta.revision <= mine)
        return;
    if (isVoid || begin > mine) {
        fetchSnapshot(QStringLiteral("snapshot"), [](Result<>) {});
        return;
    }
    apply(delta);
    if (delta.revision.value == mine.value + 1)
        Q_EMIT deltaArrived(delta);
    else
        Q_EMIT snapshotReplaced(*m_snapshot); // several in one: listeners count by one
}

void RemoteSession::apply(const Delta& delta)
{
    QList<ServiceInfo>& services = m_snapshot->services;
    const auto place = [&](const QString& name) {
        return std::lower_bound(services.begin(), services.end(), name,
                                [](const ServiceInfo& service, const QString& wanted) { return service.name < wanted; });
    };
    for (const QString& name : delta.removed) {
        if (const auto found = place(name); found != services.end() && found->name == name)
            services.erase(found);
    }
    for (const ServiceInfo& service : delta.changed) {
        if (const auto found = place(service.name); found != services.end() && found->name == service.name)
            *found = service;
        else
            services.insert(found, service);
    }
    if (delta.host)
        m_snapshot->host = *delta.host;
    m_snapshot->revision = delta.revision;
}

Task<RemoteSession::Value> RemoteSession::call(QString method, QJsonObject params)
{
    if (!m_client.isOpen()) {
        const Error why = m_lastError;
        co_await yieldToLoop();
        co_return fail(why);
    }
    Promise<Value> promise;
    auto future = promise.future();
    m_client.send(method, params, [answer = std::move(promise)](Value value) mutable { answer.set(std::move(value)); });
    co_return co_await std::move(future);
}

Task<Result<Snapshot>> RemoteSession::snapshot()
{
    if (m_snapshot && !m_fetching) {
        const Snapshot kept = *m_snapshot;
        co_await yieldToLoop();
        co_return kept;
    }
    co_return objectFrom<Snapshot>(co_await call(QStringLiteral("snapshot"), {}));
}

Task<Result<>> RemoteSession::subscribe()
{
    m_wantsDeltas = m_wantsDeltas || m_options.reconnect;
    if (!m_client.isOpen() || m_snapshot) {
        const Result<> answer = m_snapshot ? Result<>() : fail(m_lastError);
        co_await yieldToLoop();
        co_return answer;
    }
    m_wantsDeltas = true;
    Promise<Result<>> promise;
    auto future = promise.future();
    fetchSnapshot(QStringLiteral("subscribe"),
                  [answer = std::move(promise)](Result<> done) mutable { answer.set(std::move(done)); });
    co_return co_await std::move(future);
}

Task<Result<QList<ActionResult>>> RemoteSession::act(ActionRequest request)
{
    const std::string word(toString(request.action));
    QJsonObject params = toJson(request);
    params.remove(Key("action"));
    co_return listFrom<ActionResult>(co_await call(QStringLiteral("service.") + QString::fromStdString(word), params));
}

Task<Result<RunInfo>> RemoteSession::run(QString name, Trigger trigger)
{
    co_return objectFrom<RunInfo>(co_await call(QStringLiteral("service.run"),
                                                {{Key("name"), name}, {Key("trigger"), triggerWord(trigger)}}));
}

Task<Result<RunInfo>> RemoteSession::awaitRun(RunId id)
{
    co_return objectFrom<RunInfo>(co_await call(QStringLiteral("run.await"), {{Key("id"), static_cast<qint64>(id.value)}}));
}

Task<Result<>> RemoteSession::stopRun(RunId id)
{
    co_return nothingFrom(co_await call(QStringLiteral("run.stop"), {{Key("id"), static_cast<qint64>(id.value)}}));
}

Task<Result<>> RemoteSession::extendStop(QString name, Milliseconds by)
{
    co_return nothingFrom(co_await call(QStringLiteral("service.extendStop"), {{Key("name"), name}, {Key("by"), durationToJson(by)}}));
}

Task<Result<ServiceInfo>> RemoteSession::awaitState(QString name, QString state, std::optional<Milliseconds> timeout)
{
    QJsonObject params{{Key("name"), name}, {Key("state"), state}};
    if (timeout)
        params.insert(Key("timeout"), durationToJson(*timeout));
    co_return objectFrom<ServiceInfo>(co_await call(QStringLiteral("service.awaitState"), params));
}

Task<Result<DefinitionInfo>> RemoteSession::definition(QString name)
{
    co_return objectFrom<DefinitionInfo>(co_await call(QStringLiteral("service.definition"), {{Key("name"), name}}));
}

Task<Result<ActionResult>> RemoteSession::add(AddRequest request)
{
    co_return objectFrom<ActionResult>(co_await call(QStringLiteral("service.add"), toJson(request)));
}

Task<Result<ActionResult>> RemoteSession::update(UpdateRequest request)
{
    co_return objectFrom<ActionResult>(co_await call(QStringLiteral("service.update"), toJson(request)));
}

Task<Result<ActionResult>> RemoteSession::remove(QString name)
{
    co_return objectFrom<ActionResult>(co_await call(QStringLiteral("service.remove"), {{Key("name"), name}}));
}

Task<Result<QString>> RemoteSession::undo()
{
    const Value answer = co_await call(QStringLiteral("service.undo"), {});
    if (!answer)
        co_return fail(answer.error());
    co_return answer->toObject().value(Key("text")).toString();
}

Task<Result<QList<Diagnostic>>> RemoteSession::check(QString name, QString text)
{
    co_return listFrom<Diagnostic>(co_await call(QStringLiteral("service.check"), {{Key("name"), name}, {Key("text"), text}}));
}

Task<Result<SchedulePreview>> RemoteSession::previewSchedule(QString text, int count)
{
    co_return objectFrom<SchedulePreview>(co_await call(QStringLiteral("schedule.preview"),
                                                        {{Key("text"), text}, {Key("count"), std::clamp(count, 1, mostListed)}}));
}

Task<Result<QList<RunInfo>>> RemoteSession::runs(RunQuery query)
{
    // As many as are asked for, in pages that the wire takes.
    QList<RunInfo> all;
    const QPointer<RemoteSession> self = this;
    while (query.limit > 0) {
        RunQuery page = query;
        page.limit = std::min(query.limit, runsAPage);
        const auto got = listFrom<RunInfo>(co_await call(QStringLiteral("runs.query"), toJson(page)));
        if (!got)
            co_return fail(got.error());
        all.append(*got);
        if (got->size() < page.limit || query.id)
            break;
        query.limit -= page.limit;
        query.before = got->last().id;
        if (!self)
            throw OperationCancelled{};
    }
    co_return all;
}

Task<Result<QList<PlannedRun>>> RemoteSession::nextRuns(int count, QString service)
{
    QJsonObject params{{Key("count"), std::clamp(count, 1, mostListed)}};
    if (!service.isEmpty())
        params.insert(Key("service"), service);
    co_return listFrom<PlannedRun>(co_await call(QStringLiteral("schedule.next"), params));
}

Task<Result<QList<HostEvent>>> RemoteSession::events(EventQuery query)
{
    query.limit = std::clamp(query.limit, 1, mostListed);
    co_return listFrom<HostEvent>(co_await call(QStringLiteral("events.query"), toJson(query)));
}

Task<Result<LogPage>> RemoteSession::readLog(LogQuery query)
{
    query.count = std::clamp(query.count, 1, mostLogEntries);
    co_return objectFrom<LogPage>(co_await call(QStringLiteral("log.read"), toJson(query)));
}

Task<Result<LogPage>> RemoteSession::followLog(LogQuery query)
{
    query.count = std::clamp(query.count, 1, mostLogEntries);
    co_return objectFrom<LogPage>(co_await call(QStringLiteral("log.follow"), toJson(query)));
}

Task<Result<HostInfo>> RemoteSession::hostStatus()
{
    co_return objectFrom<HostInfo>(co_await call(QStringLiteral("host.status"), {}));
}

Task<Result<QStringList>> RemoteSession::reload()
{
    const Value answer = co_await call(QStringLiteral("host.reload"), {});
    if (!answer)
        co_return fail(answer.error());
    QStringList lines;
    const QJsonArray array = answer->toArray();
    for (const QJsonValue& line : array)
        lines.append(line.toString());
    co_return lines;
}

Task<Result<>> RemoteSession::shutdown()
{
    co_return nothingFrom(co_await call(QStringLiteral("host.shutdown"), {}));
}

Task<Result<QList<StopInfo>>> RemoteSession::stopping()
{
    co_return listFrom<StopInfo>(co_await call(QStringLiteral("service.stopping"), {}));
}

Task<Result<QList<UsageSample>>> RemoteSession::usage(QString name)
{
    co_return listFrom<UsageSample>(co_await call(QStringLiteral("service.usage"), {{Key("name"), name}}));
}

Task<Result<Inspection>> RemoteSession::inspect(InspectRequest request)
{
    co_return objectFrom<Inspection>(co_await call(QStringLiteral("service.inspect"), toJson(request)));
}

Task<Result<quint64>> RemoteSession::beginTry(TryRequest request)
{
    const Value answer = co_await call(QStringLiteral("try.begin"), toJson(request));
    if (!answer)
        co_return fail(answer.error());
    co_return static_cast<quint64>(answer->toObject().value(Key("id")).toInteger());
}

Task<Result<TryPage>> RemoteSession::followTry(quint64 id, qint64 cursor)
{
    co_return objectFrom<TryPage>(
        co_await call(QStringLiteral("try.follow"), {{Key("id"), static_cast<qint64>(id)}, {Key("cursor"), cursor}}));
}

Task<Result<>> RemoteSession::stopTry(quint64 id)
{
    co_return nothingFrom(co_await call(QStringLiteral("try.stop"), {{Key("id"), static_cast<qint64>(id)}}));
}

Task<Result<LogExtent>> RemoteSession::logExtent(LogExtentQuery query)
{
    co_return objectFrom<LogExtent>(co_await call(QStringLiteral("log.extent"), toJson(query)));
}

Task<Result<LogFound>> RemoteSession::findInLog(LogFind query)
{
    co_return objectFrom<LogFound>(co_await call(QStringLiteral("log.find"), toJson(query)));
}

Task<Result<GoodVersion>> RemoteSession::restore(QString name, bool dryRun)
{
    co_return objectFrom<GoodVersion>(co_await call(QStringLiteral("service.restore"), {{Key("name"), name}, {Key("dry_run"), dryRun}}));
}

Task<Result<QList<HoldInfo>>> RemoteSession::holds()
{
    co_return listFrom<HoldInfo>(co_await call(QStringLiteral("service.holds"), {}));
}

Task<Result<QList<ServiceUsage>>> RemoteSession::usageHistory(UsageQuery query)
{
    // As many as are asked for, in pages that the wire takes.
    QList<ServiceUsage> all;
    const QPointer<RemoteSession> self = this;
    const QStringList names = query.names;
    for (qsizetype first = 0; first < names.size(); first += servicesAPage) {
        query.names = names.mid(first, servicesAPage);
        const auto got = listFrom<ServiceUsage>(co_await call(QStringLiteral("usage.query"), toJson(query)));
        if (!got)
            co_return fail(got.error());
        all.append(*got);
        if (!self)
            throw OperationCancelled{};
    }
    if (names.isEmpty())
        co_await yieldToLoop();
    co_return all;
}

Task<Result<QList<QueueInfo>>> RemoteSession::queues()
{
    co_return listFrom<QueueInfo>(co_await call(QStringLiteral("queue.status"), {}));
}

} // namespace turnspit
