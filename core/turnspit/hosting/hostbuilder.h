#pragma once

#include <turnspit/hosting/host.h>
#include <turnspit/hosting/hostconfiguration.h>
#include <turnspit/hosting/hostextension.h>
#include <turnspit/hosting/hostingenvironment.h>
#include <turnspit/hosting/hostoptions.h>
#include <turnspit/hosting/hostservicecollection.h>
#include <turnspit/hosting/loggingoptions.h>
#include <turnspit/logging/logger.h>
#include <turnspit/logging/logsink.h>

#include <concepts>
#include <functional>
#include <memory>
#include <string>

namespace turnspit {

class Clock;

/// Options that say how they are read: `void bind(TomlReader& from)` asks for each key.
template <class T>
concept BindableOptions = requires(T& options, TomlReader& from) { options.bind(from); };

namespace detail {

/// What it changes is a copy: `[](HostOptions o) { ... }` and `[](const HostOptions& o) { ... }`.
template <class Function, class T>
concept ChangesACopy = requires { &Function::operator(); } && std::invocable<Function, T&&>;

} // namespace detail

/// Says what a host is made of, then builds it, once. One thread.
class HostBuilder
{
public:
    HostBuilder() : HostBuilder(HostBuilderSettings{}) {}
    explicit HostBuilder(HostBuilderSettings settings);
    ~HostBuilder();
    HostBuilder(HostBuilder&&) noexcept;
    HostBuilder& operator=(HostBuilder&&) noexcept;

    [[nodiscard]] HostServiceCollection& services() noexcept;

    /// Fixed when the builder was made.
    [[nodiscard]] const HostingEnvironment& environment() const noexcept;

    /// The layers of options: what the builder was given of environment and command line, and what is added here. std::logic_error once
    /// the host is built, which runs with what was there then.
    [[nodiscard]] Configuration& configuration();

    /// Adds `acme.toml` and on top of it `acme.Development.toml`, of the environment's name. A path that is not absolute is looked for
    /// in the content root. An unreadable file, or a missing one that is required (the second one never is), ends the start of the host.
    HostBuilder& addConfigurationFile(const std::string& path, Configuration::Presence presence = Configuration::Presence::Optional);

    /// `configure<HostOptions>([](HostOptions& o) { ... })`: applied in order when the options are first needed, after what was read
    /// from the configuration (B81). Other types are injected as `Options<T>`.
    template <class T, std::invocable<T&> Function>
    HostBuilder& configure(Function change)
    {
        static_assert(!detail::ChangesACopy<Function, T>, "turnspit: this function changes a copy of the options; take them as T&.");
        services().template configure<T>(std::move(change));
        return *this;
    }

    /// `configure<SyncOptions>("sync")`: read from the table `[sync]` (or `acme.sync`) of the configuration by SyncOptions::bind. Keys
    /// that are not asked for, values that cannot be read and tables that nobody reads are errors, which end the start of the host
    /// before anything is started: OptionsError.
    template <class T>
    HostBuilder& configure(std::string section)
    {
        static_assert(BindableOptions<T>, "turnspit: these options do not say how they are read; give them `void bind(turnspit::TomlReader& from)`, "
                                          "or pass a function: configure<T>(\"section\", [](TomlReader& from, T& options) { ... }).");
        return configure<T>(std::move(section), [](TomlReader& from, T& options) { options.bind(from); });
    }

    /// The same by a function: `configure<QSize>("window", [](TomlReader& from, QSize& size) { ... })`.
    template <class T, std::invocable<TomlReader&, T&> Function>
    HostBuilder& configure(std::string section, Function read)
    {
        addSection(section, typeName<T>());
        return readFrom<T>({}, std::move(section), std::move(read));
    }

    /// Several of a type have names: `configureNamed<MailOptions>("out", "mail.out")` is what OptionsMonitor<MailOptions>::get("out") gives.
    /// Those without a name are others, and each name has what was said for it alone; validate judges all of them. Else as configure.
    template <class T>
    HostBuilder& configureNamed(const std::string& name, std::string section)
    {
        static_assert(BindableOptions<T>, "turnspit: these options do not say how they are read; give them `void bind(turnspit::TomlReader& from)`, "
                                          "or pass a function: configureNamed<T>(\"name\", \"section\", [](TomlReader& from, T& options) { ... }).");
        return configureNamed<T>(name, std::move(section), [](TomlReader& from, T& options) { options.bind(from); });
    }
    template <class T, std::invocable<TomlReader&, T&> Function>
    HostBuilder& configureNamed(const std::string& name, std::string section, Function read)
    {
        addSection(section, typeName<T>() + " '" + name + "'");
        return readFrom<T>(name, std::move(section), std::move(read));
    }
    template <class T, std::invocable<T&> Function>
    HostBuilder& configureNamed(const std::string& name, Function change)
    {
        static_assert(!detail::ChangesACopy<Function, T>, "turnspit: this function changes a copy of the options; take them as T&.");
        services().template configureNamed<T>(name, std::move(change));
        return *this;
    }

    /// The program reads this table of configuration() itself. std::logic_error where somebody reads it already, or once the host is built.
    HostBuilder& addSection(const std::string& section, const std::string& reader = "the program");

    /// Judged when the host starts, before anything is started: all failures of a type, or of one of its names, are one OptionsError (B12,
    /// B83), each behind the place of what it is about: of the keys that it has between backticks (`url`), else of all that the table got:
    /// `acme.toml:3:1, --sync.most`.
    /// `validate<T>([](const T&) -> Result<> { ... })`, or a function that returns a list of texts.
    template <class T, OptionsTest<T> Function>
    HostBuilder& validate(Function test)
    {
        services().template validate<T>(std::move(test));
        return *this;
    }

    /// `validate<SyncOptions>([](const SyncOptions& o) { return o.least <= o.most; }, "sync: least is more than most")`
    template <class T, std::predicate<const T&> Function>
    HostBuilder& validate(Function isGood, std::string failure)
    {
        services().template validate<T>(std::move(isGood), std::move(failure));
        return *this;
    }

    /// The clock of all threads of the host, which must outlive it; else the system clock, or that of this thread where all is inline.
    HostBuilder& useClock(Clock& clock);

    /// Host, workers and services all run on the thread that builds the host, from its event loop: for tests that want exact time
    /// (T16). Affinity::Dedicated still gets its thread.
    HostBuilder& useInlineThreads();

    /// Where log lines go besides; without any: standard error.
    HostBuilder& addLogSink(std::shared_ptr<LogSink> sink);

    /// Of all categories, or of those that begin with `category`; wins over `[logging]` of the configuration (LoggingOptions).
    HostBuilder& setLogLevel(LogLevel level, const std::string& category = {});

    /// What Qt says (qWarning, qCDebug and their like) goes to the log as long as the host lives: QtMessages.
    HostBuilder& bridgeQtMessages();

    /// Random numbers in [0, 1) for the jitter of restarts, on the host thread; for tests.
    HostBuilder& useRandom(std::function<double()> random);

    /// In the order of the calls; destroyed in reverse.
    HostBuilder& addExtension(HostExtensionFactory make);

    /// Checks the graph of services and makes the host; ServiceGraphError names all that is wrong. Options that are wrong are said by
    /// the start of the host. std::logic_error the second time.
    [[nodiscard]] std::unique_ptr<Host> build();

private:
    friend class Host;
    void requireUnbuilt(const std::string& what) const;
    [[nodiscard]] const std::shared_ptr<HostConfiguration>& hostConfiguration() const noexcept;

    template <class T, class Function>
    HostBuilder& readFrom(const std::string& name, std::string section, Function read)
    {
        services().template readOptions<T>(
            name,
            [state = hostConfiguration(), section, read = std::move(read)](T& options, std::vector<std::string>& failures) {
                state->read(section, [&](TomlReader& from) { read(from, options); }, failures);
            },
            [state = hostConfiguration(), section](const std::string& failure) { return state->placeOf(section, failure); });
        return *this;
    }

    struct Private;
    std::unique_ptr<Private> m_d;
};

} // namespace turnspit
