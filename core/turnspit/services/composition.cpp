#include <turnspit/services/composition.h>

#include <turnspit/services/enginelink.h>
#include <turnspit/services/housekeeping.h>

namespace turnspit {

using namespace std::chrono_literals;

void addEngine(HostBuilder& builder, EngineOptions& options)
{
    // The engine keeps the limit of the settings itself; what it needs on top is for the kills at the end of it and for writing
    // everything down.
    const auto budget = options.settings.shutdownTimeout + 20s;
    builder.configure<HostOptions>([&options, budget](HostOptions& host) {
        host.shutdownTimeout = budget;
        host.startTimeout = options.settings.startTimeout;
        if (options.settings.workerThreads > 0)
            host.workerThreads = options.settings.workerThreads;
        host.servicesStartConcurrently = true;
        host.servicesStopConcurrently = true;
    });
    builder.configure<LoggingOptions>([&options](LoggingOptions& logging) {
        logging.level = logLevelFromString(options.settings.logLevel).value();
        for (const auto& [category, level] : options.settings.logLevels)
            logging.levels[category] = logLevelFromString(level).value();
    });
    options.builtInLogs = std::make_shared<ServiceLogs>("engine");
    builder.addLogSink(options.builtInLogs);
    builder.services().addInstance<EngineOptions>(options);
    builder.services().addSingleton<EngineLink>();
    ServiceOptions engine;
    engine.onFailure = FailureBehaviour::StopHost;
    engine.stopTimeout = budget;
    builder.services().addHostedService<Engine>("engine", engine);
    builder.services().addHostedService<Housekeeping>("housekeeping");
}

} // namespace turnspit
