#include <turnspit/hosting/hostbuilder.h>

#include <turnspit/async/aggregateerror.h>
#include <turnspit/hosting/configurationreload.h>
#include <turnspit/hosting/host_p.h>
#include <turnspit/hosting/hostbuilder_p.h>
#include <turnspit/hosting/hostevents.h>
#include <turnspit/hosting/serviceorder.h>

#include <random>

namespace turnspit {

HostBuilder::~HostBuilder() = default;
HostBuilder::HostBuilder(HostBuilder&&) noexcept = default;
HostBuilder& HostBuilder::operator=(HostBuilder&&) noexcept = default;

HostServiceCollection& HostBuilder::services() noexcept
{
    return m_d->services;
}

HostBuilder& HostBuilder::useClock(Clock& clock)
{
    m_d->clock = &clock;
    return *this;
}

HostBuilder& HostBuilder::useInlineThreads()
{
    m_d->inlineThreads = true;
    return *this;
}

HostBuilder& HostBuilder::addLogSink(std::shared_ptr<LogSink> sink)
{
    m_d->sinks.push_back(std::move(sink));
    return *this;
}

HostBuilder& HostBuilder::useRandom(std::function<double()> random)
{
    m_d->random = std::move(random);
    return *this;
}

HostBuilder& HostBuilder::addExtension(HostExtensionFactory make)
{
    m_d->extensions.push_back(std::move(make));
    return *this;
}

std::unique_ptr<Host> HostBuilder::build()
{
    if (std::exchange(m_d->built, true))
        throw std::logic_error("HostBuilder: build can be called once.");

    auto d = std::make_unique<Host::Private>();
    Clock& clock = m_d->clock ? *m_d->clock : m_d->inlineThreads ? Clock::current() : Clock::system();
    d->environment = std::make_shared<HostEnvironment>(clock);
    auto& environment = *d->environment;
    for (auto& sink : m_d->sinks)
        environment.logs.addSink(std::move(sink));
    applyLevels(environment.logs, *m_d->services.options<LoggingOptions>());
    if (m_d->qtMessages)
        d->qtMessages = std::make_unique<QtMessages>(environment.logs);
    environment.lifetime = std::make_unique<ApplicationLifetime>([&log = environment.log](ApplicationLifetime::Event event, std::exception_ptr error) {
        using Event = ApplicationLifetime::Event;
        const int id = event == Event::Started ? StartedCallbackFailed : event == Event::Stopping ? StoppingCallbackFailed : StoppedCallbackFailed;
        const char* const name = event == Event::Started ? "started" : event == Event::Stopping ? "stopping" : "stopped";
        log.event(LogLevel::Critical, id, {}, "a callback of application {} failed: {}", name, describe(error));
    });
    d->controllersPrivate = std::make_shared<ServiceControllers::Private>();
    d->controllers = std::make_shared<ServiceControllers>(*d->controllersPrivate);
    d->options = *m_d->services.options<HostOptions>();
    m_d->services.fixOptions<HostOptions>();

    auto& services = m_d->services;
    services.addInstance<LoggerFactory>(environment.logs);
    services.addInstance<ApplicationLifetime>(*environment.lifetime);
    services.addInstance<ServiceControllers>(d->controllers);
    services.addInstance<Clock>(environment.clock);
    services.addInstance<HostConfiguration>(m_d->configuration);
    const auto reload = std::make_shared<ConfigurationReload>(m_d->configuration, environment.log);
    services.addInstance<ConfigurationReload>(reload);
    services.addInstance<HostingEnvironment>(m_d->environment);
    services.addScoped<Readiness>();
    std::vector<std::pair<std::string, std::vector<Dependency>>> consumers;
    Registrations registrations;
    for (const auto& hosted : services.hosted()) {
        consumers.emplace_back(hosted.typeName, hosted.dependencies);
        consumers.emplace_back(hosted.typeName, hosted.fromScopes);
        registrations.push_back(&hosted);
    }
    environment.provider = services.build(consumers, dependencyProblems(registrations));

    reload->setSources(services.optionsSources());

    HostCore::Parts parts{d->environment, d->options, services.hosted(), std::move(m_d->random), d->controllersPrivate, m_d->inlineThreads,
                          std::move(m_d->extensions)};
    parts.checkOptions = [configuration = m_d->configuration, sources = services.optionsSources()] { return configuration->check(sources); };
    if (!parts.random) {
        parts.random = [engine = std::mt19937(std::random_device{}())]() mutable {
            return std::uniform_real_distribution<double>(0.0, 1.0)(engine);
        };
    }
    if (m_d->inlineThreads) {
        d->clock.emplace(clock);
        d->mailbox = Mailbox::current();
    } else {
        d->thread = std::make_unique<Thread>(QStringLiteral("host"), m_d->clock);
        d->mailbox = d->thread->mailbox();
    }
    d->application = std::move(m_d->application);
    std::unique_ptr<Host> host(new Host(std::move(d))); // from here on it ends what has begun, also where an extension cannot be made
    auto& made = *host->m_d;
    made.inHostThread([&] {
        made.core = std::make_unique<HostCore>(std::move(parts));
        if (m_d->configuration->current()->files().empty())
            return; // its options do not change
        made.logLevels = OptionsMonitor<LoggingOptions>(environment.provider->get<detail::OptionsSource<LoggingOptions>>())
                             .onChange([logs = &environment.logs](const LoggingOptions& now) { applyLevels(*logs, now); });
        if (made.options.reloadOnChange)
            made.configurationWatch = std::make_unique<ConfigurationWatch>(made.environment, *reload);
    });
    return host;
}

} // namespace turnspit
