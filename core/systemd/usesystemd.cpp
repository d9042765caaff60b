#include <systemd/usesystemd.h>

#include <systemd/journalsink.h>
#include <systemd/notifysocket.h>
#include <systemd/systemdreporter.h>
#include <systemd/systemdsession.h>
#include <turnspit/di/optionssource.h>
#include <turnspit/hosting/hostextension.h>

namespace turnspit {

namespace {

/// The reporter as long as the host lives, and the way to it.
class Reporting final : public HostExtension
{
public:
    Reporting(std::shared_ptr<SystemdLink> link, SystemdReporter::Parts parts) : m_link(std::move(link)), m_reporter(std::move(parts))
    {
        m_link->reporter = &m_reporter;
    }
    ~Reporting() override { m_link->reporter = nullptr; }

    SystemdReporter& reporter() { return m_reporter; }

private:
    std::shared_ptr<SystemdLink> m_link;
    SystemdReporter m_reporter;
};

/// Where there is nobody to tell.
class NoServer final : public SessionServer
{
public:
    Task<> finish() override { co_return; }
};

} // namespace

SessionServerFactory Systemd::sessionServer() const
{
    return [link = m_link, present = m_present](HostSession& session, const std::function<void(int)>&) -> Result<std::unique_ptr<SessionServer>> {
        if (!present)
            return std::make_unique<NoServer>();
        return std::make_unique<SystemdSession>(link, session);
    };
}

Systemd useSystemd(HostBuilder& builder, SystemdOptions options)
{
    Systemd systemd;
    if (builder.services().contains<SystemdLink>())
        return systemd;
    const auto environment = options.environment ? *options.environment : SystemdEnvironment::ofThisProcess();
    systemd.m_link = std::make_shared<SystemdLink>();
    builder.services().addInstance(systemd.m_link);
    systemd.m_present = environment.isPresent();
    systemd.m_journal = environment.journalOnStderr;
    if (systemd.m_journal)
        builder.addLogSink(std::make_shared<JournalSink>());
    if (!systemd.m_present)
        return systemd;

    auto notifier = std::make_shared<std::unique_ptr<SystemdNotifier>>(std::move(options.notifier));
    builder.addExtension([link = systemd.m_link, environment, notifier, reload = std::move(options.reload)](ServiceProvider& services) {
        SystemdReporter::Parts parts{services.get<ApplicationLifetime>(), services.get<ServiceControllers>(), services.get<Clock>(),
                                     Logger<SystemdReporter>(services.get<LoggerFactory>())};
        parts.options = *services.get<detail::OptionsSource<HostOptions>>().soFar();
        parts.watchdog = environment.watchdog;
        parts.notifier = std::move(*notifier);
        if (!parts.notifier && !environment.notifySocket.empty()) {
            if (auto socket = NotifySocket::open(environment.notifySocket))
                parts.notifier = *std::move(socket);
            else
                parts.log.warning("{}", socket.error().text());
        }
        auto extension = std::make_unique<Reporting>(link, std::move(parts));
        if (reload)
            extension->reporter().onReload(reload);
        return extension;
    });
    return systemd;
}

} // namespace turnspit
