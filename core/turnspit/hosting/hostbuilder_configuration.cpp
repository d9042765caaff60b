// What a builder knows of options and where they come from, and of the log.
#include <turnspit/hosting/hostbuilder.h>

#include <turnspit/hosting/hostbuilder_p.h>

#include <filesystem>
#include <stdexcept>

namespace turnspit {

HostBuilder::HostBuilder(HostBuilderSettings settings) : m_d(std::make_unique<Private>())
{
    auto& state = *m_d->configuration;
    auto& layers = state.layers();
    const auto keep = [&state](const auto& result) {
        if (!result)
            state.addError(result.error());
        return result.has_value();
    };
    if (!settings.environmentPrefix.empty())
        keep(layers.addEnvironment(settings.environmentPrefix, settings.variables ? *settings.variables : currentEnvironment()));
    if (const auto options = Configuration::optionsAmong(settings.arguments); keep(options))
        keep(layers.addArguments(*options));
    if (auto environment = HostingEnvironment::of(layers); keep(environment))
        *m_d->environment = *std::move(environment);
    configure<HostOptions>("host");
    configure<LoggingOptions>("logging");
}

const HostingEnvironment& HostBuilder::environment() const noexcept
{
    return *m_d->environment;
}

/// What is said of options belongs to the host once it is built, which may look at it from its own thread.
void HostBuilder::requireUnbuilt(const std::string& what) const
{
    if (m_d->built)
        throw std::logic_error("The host is built already: " + what + " cannot be added any more.");
}

Configuration& HostBuilder::configuration()
{
    requireUnbuilt("options");
    return m_d->configuration->layers();
}

const std::shared_ptr<HostConfiguration>& HostBuilder::hostConfiguration() const noexcept
{
    return m_d->configuration;
}

HostBuilder& HostBuilder::addSection(const std::string& section, const std::string& reader)
{
    requireUnbuilt("a reader of [" + section + "]");
    m_d->configuration->addSection(section, reader);
    return *this;
}

HostBuilder& HostBuilder::addConfigurationFile(const std::string& path, Configuration::Presence presence)
{
    const std::filesystem::path first = std::filesystem::path(m_d->environment->contentRoot) / path;
    std::filesystem::path second = first;
    second.replace_filename(first.stem().string() + "." + m_d->environment->name + first.extension().string());
    for (const auto& [file, needed] : {std::pair(first, presence), std::pair(second, Configuration::Presence::Optional)}) {
        if (const auto added = configuration().addFile(file.string(), needed); !added)
            m_d->configuration->addError(added.error());
    }
    return *this;
}

HostBuilder& HostBuilder::setLogLevel(LogLevel level, const std::string& category)
{
    return configure<LoggingOptions>([level, category](LoggingOptions& logging) {
        if (category.empty())
            logging.level = level;
        else
            logging.levels[category] = level;
    });
}

HostBuilder& HostBuilder::bridgeQtMessages()
{
    m_d->qtMessages = true;
    return *this;
}

} // namespace turnspit
