#include <turnspit/services/engine.h>

#include <turnspit/async/promise.h>
#include <turnspit/async/wait.h>
#include <turnspit/services/enginelink.h>
#include <turnspit/services/enginesession.h>
#include <turnspit/services/historyask.h>
#include <turnspit/session/controllers.h>
#include <turnspit/session/hostlock.h>
#include <turnspit/services/wallclockwatch.h>

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

} // namespace

Engine::Engine(EngineOptions& options, EngineLink& link, ServiceControllers& controllers, ApplicationLifetime& lifetime,
               Logger<Engine> log)
    : m_options(options), m_link(link), m_controllers(controllers), m_lifetime(lifetime), m_log(std::move(log)), m_clock(Clock::current()), m_mailbox(Mailbox::current()),
      m_environment(currentEnvironment()), m_random(std::random_device{}()), m_publisher(m_clock),
      m_folder(options.places, m_clock), m_holdEnds(m_clock, [this](const std::string& name, WallTime end) { holdOver(name, end); }),
      m_logWatches([this](const std::string& service, bool on) { m_keeper->send(keep::Watch{service, on}); }), m_usageRings(m_clock), m_tasks([this](std::exception_ptr error) {
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

    // The keeper counts these few lines with the rest; the cap of all logs together is its business.
    if (m_options.builtInLogs)
        m_options.builtInLogs->open(m_options.places.logsFolder(), {.maxSize = 10'000'000, .segmentSize = 1'000'000, .totalSize = 0});
    m_files = std::make_unique<Thread>(QStringLiteral("files"));
    m_goodTexts = std::make_unique<GoodTexts>(*m_files, m_options.places, m_clock,
                                              [this](const std::string& problem) { m_publisher.setProblem("good-files", problem); });
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
    takeHoldEnds();

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
    m_holdEnds.halt();
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
    m_goodTexts->hurryAll();
    m_goodTexts.reset();
    if (m_options.builtInLogs)
        m_options.builtInLogs->close();
    m_files.reset();
    co_await yieldToLoop(); // the acknowledgements that the flush has posted
    m_keeper->close();
    m_history.reset();
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
    for (const ServiceController* controller : controllers())
        m_publisher.set(rowOf(*controller));
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
    m_holdEnds.rearm();
}

// ---- logs -------------------------------------------------------------------------------------------------------------------------

void Engine::pruneLogs()
{
    for (const auto& [name, unit] : m_units) {
        if (unit->hasDefinition())
            m_keeper->send(keep::Prune{name, logPlan(unit->definition().log, logFolder(name))});
    }
}

} // namespace turnspit
