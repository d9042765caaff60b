#include <turnspit/services/engine.h>

#include <turnspit/async/promise.h>
#include <turnspit/async/wait.h>
#include <turnspit/services/enginelink.h>
#include <turnspit/services/enginesession.h>
#include <turnspit/services/historyask.h>
#include <turnspit/services/hostlock.h>
#include <turnspit/services/wallclockwatch.h>
#include <turnspit/servicefile/parse.h>
#include <turnspit/servicefile/servicefilestore.h>
#include <turnspit/supervision/exitwords.h>

#include <QJsonDocument>
#include <QJsonObject>

#include <numeric>
#include <stdexcept>
#include <system_error>

#include <unistd.h>

namespace turnspit {

using namespace std::chrono_literals;

namespace {

/// How long a keeper may take to answer before the host gives up starting: the next keeper first ends what is left of a lost one's runs.
constexpr auto keeperLimit = 30s;

template <class T>
T valueOrThrow(Result<T> result)
{
    if (!result)
        throw std::runtime_error(result.error().text());
    return *std::move(result);
}

void okOrThrow(const Result<>& result)
{
    if (!result)
        throw std::runtime_error(result.error().text());
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): units outlive the engine's tasks
Task<> setWhenIdle(Unit& unit, std::shared_ptr<Event> gate)
{
    co_await unit.when([](const Unit& u) { return !u.live(); });
    gate->set();
}

struct StoredState
{
    std::optional<WallTime> lastPlanned;
    bool oneTimeDone = false;
};

StoredState readState(const std::string& text)
{
    const QJsonObject object = QJsonDocument::fromJson(QByteArray::fromStdString(text)).object();
    return {parseRfc3339(object.value(QLatin1String("last_planned")).toString().toStdString()),
            object.value(QLatin1String("one_time_done")).toBool()};
}

} // namespace

Engine::Engine(EngineOptions& options, EngineLink& link, ServiceControllers& controllers, ApplicationLifetime& lifetime,
               Logger<Engine> log)
    : m_options(options), m_link(link), m_controllers(controllers), m_lifetime(lifetime), m_log(std::move(log)), m_clock(Clock::current()), m_mailbox(Mailbox::current()),
      m_environment(currentEnvironment()), m_random(std::random_device{}()), m_publisher(m_clock),
      m_folder(options.places, m_clock), m_usageRings(m_clock), m_tasks([this](std::exception_ptr error) {
          try {
              std::rethrow_exception(error);
          } catch (const std::exception& e) {
              trouble(e.what());
          }
      })
{}

Engine::~Engine()
{
    m_controllers.onChanged({});
    m_link.m_engine = nullptr;
    m_servers.clear();
}

// ---- start ----------------------------------------------------------------------------------------------------------------------

Result<> Engine::openHistory()
{
    HistoryWriter::Options options;
    options.file = m_options.places.historyFile();
    options.onTrouble = [this, alive = std::weak_ptr(m_alive), mailbox = m_mailbox](const std::string& text) {
        mailbox->post([this, alive, text] {
            if (!alive.expired())
                m_publisher.setProblem("history", text);
        });
    };
    auto writer = HistoryWriter::start(std::move(options));
    if (!writer)
        return fail(writer.error());
    m_history = *std::move(writer);
    if (!m_history->opened().setAside.empty())
        m_publisher.setProblem("history-damaged", "the history was damaged; it is set aside as " + m_history->opened().setAside);
    return {};
}

Task<> Engine::loadHistory()
{
    m_restoredRuns = valueOrThrow(co_await askHistory(*m_history, [](HistoryStore& store) { return store.lastRuns(HistoryStore::Last::Ended); }));
    m_restoredStates = valueOrThrow(co_await askHistory(*m_history, [](HistoryStore& store) { return store.serviceStates(); }));
    const auto open = valueOrThrow(co_await askHistory(*m_history, [](HistoryStore& store) { return store.openRuns(); }));
    for (const Run& run : open)
        m_openRuns.emplace(run.id, run);
}

/// A host says when it has ended; where one has begun and did not, it was killed, or the machine was.
Task<> Engine::noteLostHost()
{
    const auto turn = valueOrThrow(
        co_await askHistory(*m_history, [](HistoryStore& store) { return store.lastEventOf({"host-started", "host-stopped", "host-lost"}); }));
    if (!turn || turn->kind != "host-started")
        co_return;
    const auto newest = valueOrThrow(co_await askHistory(*m_history, [](HistoryStore& store) { return store.events({.limit = 1}); }));
    const auto runs = valueOrThrow(co_await askHistory(*m_history, [](HistoryStore& store) { return store.runs({.limit = 1}); }));
    WallTime sign = std::max(turn->time, m_options.lastSign.value_or(turn->time));
    if (!newest.empty())
        sign = std::max(sign, newest.front().time);
    if (!runs.empty())
        sign = std::max(sign, runs.front().end.value_or(runs.front().begin));
    HistoryEvent lost;
    lost.time = std::min(sign, m_clock.wallNow());
    lost.kind = "host-lost";
    lost.text = "ended unexpectedly: " + turn->text;
    record(std::move(lost));
}

Task<> Engine::start(std::stop_token cancelled)
{
    HostInfo host;
    host.host = QString::fromStdString(m_options.hostName);
    host.pid = static_cast<int>(::getpid());
    host.version = QStringLiteral(TURNSPIT_VERSION);
    host.features = {QStringLiteral("services"), QStringLiteral("history"), QStringLiteral("logs")};
    host.since = m_clock.wallNow();
    host.stateDir = QString::fromStdString(m_options.places.state);
    host.configDir = QString::fromStdString(m_options.places.config);
    host.keeper = QStringLiteral("starting");
    m_publisher.setHost(host);

    m_files = std::make_unique<Thread>(QStringLiteral("files"));
    okOrThrow(openHistory());
    co_await loadHistory();
    co_await noteLostHost();
    if (auto loaded = m_wishes.load(m_options.places.wishesFile()); !loaded)
        m_publisher.setProblem("wishes", loaded.error().text());

    m_folder.setDefaults(m_options.settings.defaults);
    applyFolder(valueOrThrow(m_folder.scan()));

    KeeperClient::Options keeper;
    keeper.places = m_options.places;
    keeper.program = m_options.keeperProgram;
    keeper.hostName = m_options.hostName + " " TURNSPIT_VERSION ", pid " + std::to_string(::getpid());
    keeper.logTotalSize = m_options.settings.logTotalSize;
    m_keeper = std::make_unique<KeeperClient>(std::move(keeper));
    std::string keeperTrouble;
    m_keeper->onWelcome = [this](const keep::Welcome& message) { welcome(message); };
    m_keeper->onMessage = [this](const keep::KeeperMessage& message) { received(message); };
    m_keeper->onTrouble = [this, &keeperTrouble](const Error& error) {
        keeperTrouble = error.text();
        m_publisher.setProblem("keeper", error.text());
    };
    m_keeper->onLost = [this] {
        m_hearing = false;
        m_publisher.setKeeper("lost; starting another");
        event("keeper-lost", "", "the keeper was lost; another is started");
    };
    m_keeper->open();
    {
        LinkedStopSource tooLong(cancelled);
        const auto timer = m_clock.createTimer([&tooLong] { tooLong.requestStop(); });
        timer->startOnce(keeperLimit);
        if (!co_await m_keeperKnown.wait(tooLong.token())) {
            if (cancelled.stop_requested())
                throw OperationCancelled{};
            throw std::runtime_error("the keeper cannot be reached" + (keeperTrouble.empty() ? std::string() : ": " + keeperTrouble));
        }
    }
    m_keeper->onTrouble = [this](const Error& error) { m_publisher.setProblem("keeper", error.text()); };

    event("host-started", "", m_options.hostName + " " TURNSPIT_VERSION " started, pid " + std::to_string(::getpid()));
    for (const auto& [name, unit] : m_units) {
        if (!unit->live())
            unit->startWithHost();
        changed(*unit); // also those with nothing to start: broken files, for one
    }

    m_folder.watch([this] {
        if (m_shuttingDown)
            return;
        if (auto changes = m_folder.scan())
            applyFolder(*changes);
        else
            trouble(changes.error().text());
    });
    m_wallClock = std::make_unique<WallClockWatch>([this] { wallClockSet(); });
    m_usageTimer = m_clock.createTimer([this] { sampleUsage(); });
    sampleAt(m_clock.now() + 1s);
    m_wallAtBoot = m_clock.wallNow() - std::chrono::duration_cast<WallTime::duration>(m_clock.now().time_since_epoch());
    m_controllers.onChanged([this] { publishControllers(); });
    publishControllers();

    m_link.m_engine = this;
    serve();
}

void Engine::serve()
{
    m_session = std::make_unique<EngineSession>(*this);
    m_serverSubscribers.assign(m_options.servers.size(), 0);
    for (std::size_t i = 0; i < m_options.servers.size(); ++i) {
        auto server = m_options.servers[i](*m_session, [this, i](int count) {
            m_serverSubscribers[i] = count;
            countSubscribers();
        });
        m_servers.push_back(valueOrThrow(std::move(server)));
    }
}

// ---- stop -----------------------------------------------------------------------------------------------------------------------

Task<> Engine::stop(std::stop_token hurry)
{
    m_shuttingDown = true;
    m_publisher.setShuttingDown();
    event("host-stopping", "", m_options.hostName + " stops");
    const auto limit = m_options.settings.shutdownTimeout;
    for (const auto& [name, unit] : m_units)
        unit->shutDown(limit);
    while (!hurry.stop_requested()) {
        const auto busy = std::ranges::find_if(m_units, [](const auto& entry) { return entry.second->live().has_value(); });
        if (busy == m_units.end())
            break;
        // One after another is as good as all at once: they stop beside each other.
        const auto ended = std::make_shared<Event>();
        m_tasks.spawn(setWhenIdle(*busy->second, ended));
        co_await ended->wait(hurry);
    }
    m_options.leftRunning = static_cast<int>(std::ranges::count_if(m_units, [](const auto& entry) { return entry.second->live().has_value(); }));
    m_publisher.flush();
    for (const auto& server : m_servers)
        co_await server->finish();
    m_servers.clear();
    m_link.m_engine = nullptr;
    if (m_session)
        co_await m_session->endTries();
    m_session.reset();
    m_usageTimer.reset();
    m_wallClock.reset();
    m_controllers.onChanged({});
    if (auto saved = m_wishes.save(); !saved)
        trouble(saved.error().text());
    event("host-stopped", "", m_options.hostName + " stopped");
    // The ends are recorded before the keeper may forget them; what a hurry left is told to the next host.
    (void)m_history->flush();
    m_files.reset();
    co_await yieldToLoop(); // the acknowledgements that the flush has posted
    m_keeper->close();
    m_history.reset();
}

// ---- keeper ---------------------------------------------------------------------------------------------------------------------

void Engine::welcome(const keep::Welcome& message)
{
    m_publisher.setKeeper("connected (pid " + std::to_string(message.pid) + ")");
    m_publisher.setProblem("keeper", "");
    m_publisher.setProblem("logs", ""); // it says so again
    m_liveAtWelcome = message.live;
    m_endsToCome = message.endsToCome;
    m_hearing = true;
    for (const keep::LiveRun& run : message.live)
        m_history->raiseRunId(run.run);
    if (message.recovered && !m_firstWelcome)
        event("keeper-recovered", "", "a new keeper ended what the lost one had left");
    if (m_endsToCome == 0)
        allEndsTold();
}

void Engine::received(const keep::KeeperMessage& message)
{
    const auto unitOf = [this](RunId run) -> Unit* {
        const auto service = m_serviceOf.find(run);
        Unit* const owner = service == m_serviceOf.end() ? nullptr : unit(service->second);
        return owner && owner->live() && owner->live()->id == run ? owner : nullptr;
    };
    if (const auto* ended = std::get_if<keep::Ended>(&message)) {
        m_openRuns.erase(ended->run);
        m_history->raiseRunId(ended->run);
        Unit* const owner = unit(ended->service);
        if (owner && owner->live() && owner->live()->id == ended->run)
            owner->ended(*ended);
        else
            endOfEarlierRun(*ended);
        if (m_firstWelcome)
            endedMeanwhile(*ended);
        if (m_hearing && m_endsToCome > 0 && --m_endsToCome == 0)
            allEndsTold();
        return;
    }
    if (const auto* began = std::get_if<keep::Began>(&message)) {
        if (Unit* owner = unit(began->run.service))
            owner->began(*began);
    } else if (const auto* failed = std::get_if<keep::SpawnFailed>(&message)) {
        if (Unit* owner = unitOf(failed->run))
            owner->spawnFailed(*failed);
    } else if (const auto* stopping = std::get_if<keep::Stopping>(&message)) {
        if (Unit* owner = unitOf(stopping->run))
            owner->stopping(*stopping);
    } else if (const auto* killing = std::get_if<keep::Killing>(&message)) {
        if (Unit* owner = unitOf(killing->run))
            owner->killing(*killing);
    } else if (const auto* wrote = std::get_if<keep::Wrote>(&message)) {
        if (const auto it = m_logEvents.find(wrote->service); it != m_logEvents.end()) {
            it->second->set();
            it->second->reset();
        }
    } else if (const auto* notKept = std::get_if<keep::NotKept>(&message)) {
        m_publisher.setProblem("logs", notKept->error == 0 ? std::string()
                                                           : "output of services is not kept: " + std::generic_category().message(notKept->error));
    }
}

void Engine::allEndsTold()
{
    m_hearing = false;
    if (std::exchange(m_firstWelcome, false)) {
        for (const keep::LiveRun& run : m_liveAtWelcome) {
            m_openRuns.erase(run.run);
            m_serviceOf[run.run] = run.service;
            const bool known = unit(run.service) != nullptr;
            Unit& owner = known ? *unit(run.service) : addUnit(run.service);
            owner.adopt(run);
            event("run-adopted", run.service, "run " + std::to_string(run.run.value) + ", pid " + std::to_string(run.pid));
            if (!known)
                owner.remove(); // its file has gone meanwhile
            else if (owner.hasDefinition() && owner.definition().onHostCrash == OnHostCrash::End) {
                owner.endAdopted();
            }
        }
        for (auto& [id, run] : m_openRuns) {
            // Begun by an earlier host, and neither live nor remembered by any keeper.
            run.end = m_clock.wallNow();
            run.outcome = Outcome::Unknown;
            run.reason = "keeper lost; exit status not available";
            if (Unit* const owner = unit(run.service))
                owner->endedUnseen(run, false);
            else
                runEnded(run, false);
            event("run-ended-meanwhile", run.service, "run " + std::to_string(id.value) + ": " + run.reason);
        }
        m_openRuns.clear();
        m_keeperKnown.set();
    } else {
        reconcileAll();
    }
    for (const auto& [service, watchers] : m_watchedLogs) {
        if (watchers > 0)
            m_keeper->send(keep::Watch{service, true});
    }
}

void Engine::reconcileAll()
{
    std::map<RunId, const keep::LiveRun*> live;
    for (const keep::LiveRun& run : m_liveAtWelcome)
        live.emplace(run.run, &run);
    // A unit may begin another run while it is told of the end of this one, but none is added or dropped meanwhile.
    for (const auto& [name, unit] : m_units) {
        if (!unit->live())
            continue;
        const auto known = live.find(unit->live()->id);
        unit->reconcile(known == live.end() ? nullptr : known->second);
    }
}

void Engine::endOfEarlierRun(const keep::Ended& message)
{
    Unit* owner = unit(message.service);
    if (!owner) {
        Unit stranger(*this, message.service);
        stranger.ended(message); // records it
        m_unitsToDrop.erase(message.service);
        return;
    }
    owner->ended(message);
    changed(*owner);
}

void Engine::endedMeanwhile(const keep::Ended& message)
{
    std::string how = message.reason;
    if (message.outcome != Outcome::Failed)
        how = std::string(toString(message.outcome)) + (how.empty() ? "" : ": " + how);
    else if (how.empty())
        how = describeExit(message.exitCode >= 0 ? std::optional<int>(message.exitCode) : std::nullopt,
                           message.signal > 0 ? std::optional<int>(message.signal) : std::nullopt, message.service);
    record({.time = std::min(message.ended, m_clock.wallNow()),
            .kind = "run-ended-meanwhile",
            .service = message.service,
            .text = "run " + std::to_string(message.run.value) + ": " + how});
}

bool Engine::toKeeper(const keep::HostMessage& message)
{
    if (const auto* spawn = std::get_if<keep::Spawn>(&message))
        m_serviceOf[spawn->run] = spawn->service;
    // Until all ends of a welcome are told, nobody knows what runs.
    return m_keeper && !m_hearing && m_keeper->send(message);
}

// ---- what units tell --------------------------------------------------------------------------------------------------------------

double Engine::random()
{
    return std::uniform_real_distribution<double>(0.0, 1.0)(m_random);
}

Result<RunId> Engine::nextRunId()
{
    return m_history->nextRunId();
}

void Engine::runBegan(const Run& run)
{
    // Somebody looks: the first figures of a new run do not wait for the next round. A round that is due sooner stays, or those of
    // services that are started all the time would put it off for ever.
    if (m_subscribers > 0 && m_usageTimer) {
        const Instant due = std::max(m_clock.now() + 1s, m_lastSample + 3s);
        if (due < m_sampleDue)
            sampleAt(due);
    }
    m_history->post([run](HistoryStore& store) { return store.beginRun(run); });
}

void Engine::runEnded(const Run& run, bool acknowledge)
{
    m_serviceOf.erase(run.id);
    HistoryWriter::Done done;
    if (acknowledge) {
        done = [this, alive = std::weak_ptr(m_alive), mailbox = m_mailbox, id = run.id](const Result<>& recorded) {
            if (recorded)
                mailbox->post([this, alive, id] {
                    if (!alive.expired() && m_keeper)
                        m_keeper->send(keep::Acknowledge{id});
                });
        };
    }
    m_history->post([run](HistoryStore& store) { return store.endRun(run); }, std::move(done));
    if (const auto it = m_logEvents.find(run.service); it != m_logEvents.end()) {
        it->second->set();
        it->second->reset();
    }
}

void Engine::changed(Unit& unit)
{
    if (m_firstWelcome && !m_keeper)
        return; // being loaded; its row is set when that is done
    if (unit.isRemoved() && !unit.live()) {
        // Not inside the unit's own function.
        if (m_unitsToDrop.insert(unit.name()).second)
            m_mailbox->post([this, alive = std::weak_ptr(m_alive), name = unit.name()] {
                if (!alive.expired())
                    dropUnit(name);
            });
        return;
    }
    m_publisher.set(unit.info());
}

void Engine::plannedTaken(Unit& unit)
{
    QJsonObject state;
    if (const auto last = unit.lastPlanned())
        state.insert(QLatin1String("last_planned"), QString::fromStdString(formatRfc3339(*last)));
    if (unit.oneTimeDone())
        state.insert(QLatin1String("one_time_done"), true);
    const std::string text = QJsonDocument(state).toJson(QJsonDocument::Compact).toStdString();
    m_history->post([name = unit.name(), text](HistoryStore& store) { return store.setServiceState(name, text); });
}

void Engine::event(const char* kind, const std::string& service, const std::string& text)
{
    if (service.empty())
        m_log.info("{}", text);
    else
        m_log.info("{}: {}: {}", service, kind, text);
    record({.time = m_clock.wallNow(), .kind = kind, .service = service, .text = text});
}

void Engine::record(HistoryEvent event)
{
    m_history->post([event = std::move(event)](HistoryStore& store) -> Result<> {
        auto added = store.addEvent(event);
        if (!added)
            return fail(added.error());
        return {};
    });
}

void Engine::trouble(const std::string& text)
{
    event("trouble", "", text);
}

// ---- units and files --------------------------------------------------------------------------------------------------------------

std::string Engine::logFolder(const std::string& service) const
{
    return m_options.places.logFolder(service);
}

Unit* Engine::unit(const std::string& name) const
{
    const auto it = m_units.find(name);
    return it == m_units.end() ? nullptr : it->second.get();
}

Unit& Engine::addUnit(const std::string& name)
{
    auto& slot = m_units[name];
    slot = std::make_unique<Unit>(static_cast<UnitContext&>(*this), name);
    m_unitsToDrop.erase(name);
    const auto run = m_restoredRuns.find(name);
    const auto state = m_restoredStates.find(name);
    const StoredState stored = state == m_restoredStates.end() ? StoredState{} : readState(state->second);
    const Wishes::Wish wish = m_wishes.of(name);
    slot->restore(run == m_restoredRuns.end() ? std::nullopt : std::optional(run->second), wish.stopped, wish.held, stored.lastPlanned,
                  stored.oneTimeDone);
    return *slot;
}

void Engine::dropUnit(const std::string& name)
{
    if (m_unitsToDrop.erase(name) == 0)
        return;
    const auto it = m_units.find(name);
    if (it == m_units.end() || !it->second->isRemoved() || it->second->live())
        return;
    // A file of that name may come back: its last run is known then, but its schedule begins anew.
    if (const auto& last = it->second->lastEnded())
        m_restoredRuns.insert_or_assign(name, *last);
    m_restoredStates.erase(name);
    m_history->post([name](HistoryStore& store) { return store.setServiceState(name, "{}"); });
    m_units.erase(it);
    m_publisher.remove(QString::fromStdString(name));
}

void Engine::applyDefinition(Unit& unit, const FolderChange& change)
{
    if (change.definition)
        unit.define(*change.definition);
    else
        unit.breakFile(change.errors.empty() ? "cannot be read" : change.errors.front().text());
    changed(unit);
}

/// Off this thread, and without anybody waiting: it is for the day on which a file is broken.
void Engine::keepGoodTexts(const std::vector<FolderChange>& changes)
{
    std::vector<std::pair<std::string, std::string>> good;
    for (const FolderChange& change : changes) {
        if (auto text = change.definition ? m_folder.text(change.name) : std::nullopt)
            good.emplace_back(change.name, *std::move(text));
    }
    if (good.empty())
        return;
    m_files->mailbox()->post([this, alive = std::weak_ptr(m_alive), home = m_mailbox, places = m_options.places, good = std::move(good)] {
        const ServiceFileStore store(places);
        std::string problem;
        for (const auto& [name, text] : good) {
            if (auto kept = store.keepGood(name, text); !kept)
                problem = kept.error().text();
        }
        home->post([this, alive, problem] {
            if (!alive.expired())
                m_publisher.setProblem("good-files", problem);
        });
    });
}

std::vector<std::string> Engine::applyFolder(const std::vector<FolderChange>& changes, const std::map<std::string, bool>& startNew)
{
    std::vector<std::string> lines;
    for (const FolderChange& change : changes) {
        Unit* known = unit(change.name);
        if (change.kind == FolderChange::Removed) {
            if (known) {
                lines.push_back(change.name + ": removed");
                known->remove();
            }
            m_publisher.setProblem("name:" + change.name, "");
            continue;
        }
        if (m_controllers.find(change.name)) {
            m_publisher.setProblem("name:" + change.name, change.file + ": the name `" + change.name + "` belongs to a built-in service; rename the file");
            continue;
        }
        if (!known || known->isRemoved()) {
            const bool returns = known != nullptr;
            Unit& added = returns ? *known : addUnit(change.name);
            applyDefinition(added, change);
            lines.push_back(change.name + ": added" + (change.definition ? "" : ", but its file is broken: " + added.reason()));
            const auto wish = startNew.find(change.name);
            const bool startIt = wish == startNew.end() ? true : wish->second;
            if (!m_firstWelcome && startIt && !m_shuttingDown)
                added.startWithHost();
            continue;
        }
        if (!change.definition) {
            lines.push_back(change.name + ": its file is broken: " + change.errors.front().text());
        } else if (known->hasDefinition()) {
            for (const Difference& difference : differences(known->newestDefinition(), *change.definition))
                lines.push_back(change.name + ": " + difference.text());
        } else {
            lines.push_back(change.name + ": its file is good now");
        }
        applyDefinition(*known, change);
    }
    keepGoodTexts(changes);
    return lines;
}

void Engine::rememberWish(const Unit& unit)
{
    m_wishes.set(unit.name(), Wishes::Wish{unit.stoppedByPerson(), unit.isHeld()});
}

Result<> Engine::saveWishes()
{
    auto saved = m_wishes.save();
    m_publisher.setProblem("wishes", saved ? std::string() : saved.error().text());
    return saved;
}

// ---- built-in services --------------------------------------------------------------------------------------------------------------

std::vector<ServiceController*> Engine::controllers() const
{
    auto list = m_controllers.list();
    std::erase_if(list, [](const ServiceController* controller) { return controller->name() == "engine"; });
    return list;
}

ServiceController* Engine::controller(const std::string& name) const
{
    return name == "engine" ? nullptr : m_controllers.find(name);
}

void Engine::publishControllers()
{
    for (const ServiceController* controller : controllers()) {
        const ServiceStatus& status = controller->status();
        ServiceInfo row;
        row.name = QString::fromStdString(controller->name());
        row.kind = controller->kind();
        row.state = status.state;
        if (status.held)
            row.flags.append(QStringLiteral("held"));
        if (status.unhealthy)
            row.flags.append(QStringLiteral("unhealthy"));
        row.since = status.since;
        row.restarts = status.restarts;
        row.nextRun = status.nextTick;
        row.lastOutcome = status.lastOutcome;
        if (const std::string& reason = status.reason.empty() ? status.lastError : status.reason; !reason.empty())
            row.reason = QString::fromStdString(reason);
        m_publisher.set(row);
    }
}

// ---- figures and time ---------------------------------------------------------------------------------------------------------------

void Engine::countSubscribers()
{
    const int before = std::exchange(m_subscribers, std::accumulate(m_serverSubscribers.begin(), m_serverSubscribers.end(), 0));
    if (before == 0 && m_subscribers > 0 && m_usageTimer)
        sampleAt(m_clock.now());
}

void Engine::sampleAt(Instant due)
{
    m_sampleDue = due;
    m_usageTimer->startOnce(std::max<std::chrono::nanoseconds>(0s, due - m_clock.now()));
}

void Engine::sampleUsage()
{
    m_lastSample = m_clock.now();
    sampleAt(m_lastSample + (m_subscribers > 0 ? 10s : 60s));
    std::vector<UsageMonitor::Target> targets;
    for (const auto& [name, unit] : m_units) {
        if (unit->live() && unit->live()->pid > 0)
            targets.push_back({name, unit->live()->id.value, unit->live()->pid});
    }
    m_files->mailbox()->post([this, alive = std::weak_ptr(m_alive), home = m_mailbox, monitor = m_usage, at = m_lastSample, targets = std::move(targets),
                               places = m_options.places] {
        HostLock::giveSign(places);
        auto usages = monitor->sample(targets);
        home->post([this, alive, at, usages = std::move(usages)] {
            if (alive.expired())
                return;
            for (const UsageMonitor::Usage& usage : usages) {
                Unit* const owner = unit(usage.service);
                if (owner && owner->live() && owner->live()->id.value == usage.run) {
                    owner->setUsage(usage.cpuPercent, usage.memoryBytes);
                    m_usageRings.add(usage.service, at, usage.cpuPercent, usage.memoryBytes);
                }
            }
            m_usageRings.endRound(at);
        });
    });
}

void Engine::wallClockSet()
{
    const WallTime now = m_clock.wallNow();
    const auto sinceBoot = std::chrono::duration_cast<WallTime::duration>(m_clock.now().time_since_epoch());
    const WallTime before = m_wallAtBoot + sinceBoot;
    m_wallAtBoot = now - sinceBoot;
    const bool jumped = std::chrono::abs(now - before) > 1s;
    if (jumped)
        event("clock-set", "", "the clock was set from " + formatRfc3339(before) + " to " + formatRfc3339(now));
    for (const auto& [name, unit] : m_units) {
        if (jumped)
            unit->clockJumped(before, now);
        else
            unit->rearm(); // woken from sleep: timers stood still
    }
}

// ---- logs -------------------------------------------------------------------------------------------------------------------------

Event& Engine::logEvent(const std::string& service)
{
    auto& slot = m_logEvents[service];
    if (!slot)
        slot = std::make_unique<Event>();
    return *slot;
}

void Engine::pruneLogs()
{
    for (const auto& [name, unit] : m_units) {
        if (unit->hasDefinition())
            m_keeper->send(keep::Prune{name, logPlan(unit->definition().log, logFolder(name))});
    }
}

void Engine::watchLog(const std::string& service, bool on)
{
    int& watchers = m_watchedLogs[service];
    watchers += on ? 1 : -1;
    if ((on && watchers == 1) || (!on && watchers == 0))
        m_keeper->send(keep::Watch{service, on});
    if (watchers == 0)
        m_watchedLogs.erase(service);
}

} // namespace turnspit
