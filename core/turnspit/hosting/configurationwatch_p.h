#pragma once

#include <turnspit/base/clock.h>
#include <turnspit/hosting/hostcontext.h>
#include <turnspit/hosting/loggingoptions.h>

#include <QFileSystemWatcher>

#include <memory>
#include <string>

namespace turnspit {

class ConfigurationReload;

/// Reads the files of a host's configuration anew when they change. Made, used and destroyed in the host thread.
class ConfigurationWatch
{
public:
    /// `reload` must outlive this.
    ConfigurationWatch(std::shared_ptr<HostEnvironment> environment, ConfigurationReload& reload);
    ~ConfigurationWatch();
    ConfigurationWatch(const ConfigurationWatch&) = delete;
    ConfigurationWatch& operator=(const ConfigurationWatch&) = delete;

private:
    void watch();
    void read();

    std::shared_ptr<HostEnvironment> m_environment;
    ConfigurationReload& m_reload;
    std::unique_ptr<ClockTimer> m_quiet; ///< runs out when nothing has changed for a while: an editor writes in several steps
    std::string m_lastError;             ///< said once
    QFileSystemWatcher m_watcher;
};

/// What `options` say holds for all loggers of `logs`.
void applyLevels(LoggerFactory& logs, const LoggingOptions& options);

} // namespace turnspit
