#pragma once

#include <turnspit/config/tomldiff.h>
#include <turnspit/hosting/hostconfiguration.h>

#include <exception>
#include <expected>
#include <memory>
#include <vector>

namespace turnspit {

class Host;
template <class T>
class Logger;

/// Reads the files of a host's configuration anew when it is told to, whether or not the host does so by itself when
/// they change. Injected as ConfigurationReload&.
class ConfigurationReload
{
public:
    /// `log` must outlive this.
    ConfigurationReload(std::shared_ptr<HostConfiguration> configuration, const Logger<Host>& log);
    ConfigurationReload(const ConfigurationReload&) = delete;
    ConfigurationReload& operator=(const ConfigurationReload&) = delete;

    /// Whose values are made anew. For the builder.
    void setSources(HostConfiguration::Sources sources) { m_sources = std::move(sources); }

    /// What is another now than it was; who follows the options (OptionsMonitor) is told, and the log. Where anything
    /// is wrong all options stay as they were, and this says what: OptionsError, or AggregateError. On the host thread.
    [[nodiscard]] std::expected<std::vector<TomlDifference>, std::exception_ptr> reload();

    /// The files that are read, whether they are there or not.
    [[nodiscard]] std::vector<std::string> files() const { return m_configuration->current()->files(); }

private:
    std::shared_ptr<HostConfiguration> m_configuration;
    const Logger<Host>& m_log;
    HostConfiguration::Sources m_sources;
};

} // namespace turnspit
