#include <turnspit/worker/controlservice.h>

#include <turnspit/worker/workersession.h>

#include <ipc/sessionsocket.h>

#include <stdexcept>

#include <unistd.h>

namespace turnspit {

namespace {

template <class T>
T valueOrThrow(Result<T> result)
{
    if (!result)
        throw std::runtime_error(result.error().text());
    if constexpr (!std::is_void_v<T>)
        return *std::move(result);
}

} // namespace

ControlService::Door::Door() = default;

ControlService::Door::~Door()
{
    shut(); // of a host that is torn down: there is nobody left to tell of
}

void ControlService::Door::close()
{
    if (session)
        session->tellAll();
    shut();
}

Task<> ControlService::Door::finish()
{
    if (!server)
        co_return;
    struct Closed
    {
        ~Closed() { door.close(); }
        Door& door;
    };
    const Closed afterwards{*this};
    co_await session->settle();
    co_await server->finish();
}

void ControlService::Door::shut()
{
    server.reset();
    session.reset();
    if (lock && logs)
        logs->close();
    lock.reset();
}

ControlService::ControlService(Parts parts, ServiceControllers& controllers, ApplicationLifetime& lifetime, ConfigurationReload& configuration)
    : m_parts(std::move(parts)), m_door(*m_parts.door), m_controllers(controllers), m_lifetime(lifetime), m_configuration(configuration)
{}

ControlService::~ControlService()
{
    if (!m_hostStops)
        m_door.close();
}

Task<> ControlService::starting(std::stop_token cancelled)
{
    const Places places = valueOrThrow(Places::resolveForWorker(m_parts.options.folders));
    const std::string& name = m_parts.name;
    valueOrThrow(places.prepareWorker(name));
    const std::string socket = places.workerSocket(name);
    m_door.lock.emplace(valueOrThrow(HostLock::take(places.workerLock(name), socket, "another program runs as worker `" + name + "`")));
    if (m_door.logs) {
        const ControlOptions& options = m_parts.options;
        m_door.logs->open(places.workerLogs(name), {.maxSize = options.logMaxSize, .totalSize = options.logTotalSize, .maxAge = options.logMaxAge});
    }

    HostInfo host;
    host.host = QString::fromStdString(name);
    host.pid = static_cast<int>(::getpid());
    host.version = QStringLiteral(TURNSPIT_VERSION);
    host.features = {QStringLiteral("worker")};
    if (m_door.logs)
        host.features.prepend(QStringLiteral("logs"));
    host.since = Clock::current().wallNow();
    host.stateDir = QString::fromStdString(places.workerState(name));
    host.keeper = QStringLiteral("none");
    m_door.session = std::make_unique<WorkerSession>(
        WorkerSession::Parts{host, m_controllers, m_lifetime, m_configuration, serviceName, places.workerLogs(name), m_door.logs, m_parts.events});
    m_door.server = valueOrThrow(controlSocket(socket)(*m_door.session, [](int) {}));
    m_parts.events->add({host.since, QStringLiteral("host-started"), {}, QStringLiteral("%1 started, pid %2").arg(host.host).arg(host.pid)});
    co_return;
}

Task<> ControlService::start(std::stop_token cancelled)
{
    co_return;
}

Task<> ControlService::stop(std::stop_token hurry)
{
    co_return;
}

Task<> ControlService::stopping(std::stop_token hurry)
{
    m_parts.events->add({Clock::current().wallNow(), QStringLiteral("host-stopping"), {}, QString::fromStdString(m_parts.name) + QStringLiteral(" stops")});
    m_door.session->setShuttingDown();
    co_return;
}

Task<> ControlService::stopped(std::stop_token hurry)
{
    m_hostStops = true; // others may stop after this one: clients see how, until all have
    co_return;
}

} // namespace turnspit
