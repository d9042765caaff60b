#include <turnspit/hosting/windowsservice.h>

#include <turnspit/async/mailbox.h>
#include <turnspit/di/optionssource.h>
#include <turnspit/hosting/hostbuilder.h>
#include <turnspit/hosting/hostextension.h>

namespace turnspit {

namespace {

/// What the manager is told of a host's life, and what it says. Made and destroyed in the host thread.
class WindowsService final : public HostExtension
{
public:
    WindowsService(std::shared_ptr<ServiceControl> control, ServiceProvider& services)
        : m_control(std::move(control)), m_lifetime(services.get<ApplicationLifetime>()), m_options(*services.get<Source>().soFar())
    {
        const auto connected = m_control->connect([home = Mailbox::current(), &lifetime = m_lifetime, alive = m_alive] {
            home->post([&lifetime, alive] {
                if (*alive)
                    lifetime.stopApplication();
            });
        });
        if (!connected) {
            m_control.reset();
            Logger<WindowsService>(services.get<LoggerFactory>()).error("{}; this is no service of it", connected.error().text());
            return;
        }
        m_control->report(ServiceControl::State::Starting, m_options.startTimeout.value_or(std::chrono::minutes(1)), 0);
        m_lifetime.onStarted([this, alive = m_alive] {
            if (*alive)
                m_control->report(ServiceControl::State::Running, {}, 0);
        });
        m_lifetime.onStopping([control = m_control, limit = m_options.shutdownTimeout] {
            control->report(ServiceControl::State::Stopping, limit, 0);
        });
    }

    ~WindowsService() override
    {
        *m_alive = false;
        if (!m_control)
            return;
        const bool hasStarted = m_lifetime.started().stop_requested();
        m_control->report(ServiceControl::State::Stopped, {}, !hasStarted ? exceptionInService : m_exitCode != 0 ? processAborted : 0);
    }

    void stopped(const HostStopResult& result) override { m_exitCode = result.exitCode(); }

private:
    using Source = detail::OptionsSource<HostOptions>;
    static constexpr std::uint32_t exceptionInService = 1064;
    static constexpr std::uint32_t processAborted = 1067;

    std::shared_ptr<ServiceControl> m_control; ///< null: there is no manager after all
    ApplicationLifetime& m_lifetime;
    const HostOptions m_options;
    int m_exitCode = 1; ///< of a host that is destroyed while it runs
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true); ///< host thread only
};

} // namespace

bool useWindowsService(HostBuilder& builder, WindowsServiceOptions options)
{
    if (builder.services().contains<ServiceControl>())
        return true;
    const std::shared_ptr<ServiceControl> control = options.control ? *std::move(options.control) : ServiceControl::ofThisProcess();
    if (!control)
        return false;
    builder.services().addInstance(control);
    builder.addExtension([control](ServiceProvider& services) { return std::make_unique<WindowsService>(control, services); });
    return true;
}

} // namespace turnspit
