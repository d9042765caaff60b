#include <turnspit/hosting/configurationreload.h>

#include <turnspit/hosting/hostevents.h>
#include <turnspit/logging/logger.h>

#include <utility>

namespace turnspit {

ConfigurationReload::ConfigurationReload(std::shared_ptr<HostConfiguration> configuration, const Logger<Host>& log)
    : m_configuration(std::move(configuration)), m_log(log)
{
}

std::expected<std::vector<TomlDifference>, std::exception_ptr> ConfigurationReload::reload()
{
    auto changed = m_configuration->reread(m_sources);
    if (changed && !changed->empty()) {
        std::string keys;
        for (const TomlDifference& each : *changed)
            keys += (keys.empty() ? "" : ", ") + each.key;
        m_log.event(LogLevel::Info, OptionsChanged, {}, "The options have changed: {}", keys);
    }
    return changed;
}

} // namespace turnspit
