#pragma once

#include <turnspit/base/clock.h>
#include <turnspit/di/optionsmonitor.h>
#include <turnspit/hosting/hostconfiguration.h>
#include <turnspit/hosting/hostcontext.h>
#include <turnspit/hosting/loggingoptions.h>

#include <QFileSystemWatcher>

#include <memory>
#include <string>

namespace turnspit {

/// Reads the files of a host's configuration anew when they change. Made, used and destroyed in the host thread.
class ConfigurationWatch
{
public:
    /// `logging` is one of `sources`, and followed.
    ConfigurationWatch(std::shared_ptr<HostEnvironment> environment, std::shared_ptr<HostConfiguration> configuration,
                       HostConfiguration::Sources sources, detail::OptionsSource<LoggingOptions>& logging);
    ~ConfigurationWatch();
    ConfigurationWatch(const ConfigurationWatch&) = delete;
    ConfigurationWatch& operator=(const ConfigurationWatch&) = delete;

private:
    void watch();
    void read();

    std::shared_ptr<HostEnvironment> m_environment;
    std::shared_ptr<HostConfiguration> m_configuration;
    HostConfiguration::Sources m_sources;
    OptionsSubscription m_logging;
    std::unique_ptr<ClockTimer> m_quiet; ///< runs out when nothing has changed for a while: an editor writes in several steps
    std::string m_lastError;             ///< said once
    QFileSystemWatcher m_watcher;
};

/// What `options` say holds for all loggers of `logs`.
void applyLevels(LoggerFactory& logs, const LoggingOptions& options);

} // namespace turnspit
