#pragma once

#include <turnspit/hosting/host.h>
#include <turnspit/hosting/hostoptions.h>
#include <turnspit/hosting/hostservicecollection.h>
#include <turnspit/logging/logger.h>
#include <turnspit/logging/logsink.h>

#include <functional>
#include <memory>

namespace turnspit {

class Clock;

/// Says what a host is made of, then builds it, once. One thread.
class HostBuilder
{
public:
    HostBuilder();
    ~HostBuilder();
    HostBuilder(HostBuilder&&) noexcept;
    HostBuilder& operator=(HostBuilder&&) noexcept;

    [[nodiscard]] HostServiceCollection& services() noexcept;

    /// `configure<HostOptions>([](HostOptions& o) { ... })`: applied in order when the host is built. Other types are injected as
    /// `Options<T>`.
    template <class T, class Function>
    HostBuilder& configure(Function change)
    {
        services().template configure<T>(std::move(change));
        return *this;
    }

    /// The clock of all threads of the host, which must outlive it; else the system clock.
    HostBuilder& useClock(Clock& clock);

    /// Host, workers and services all run on the thread that builds the host, from its event loop: for tests that want exact time
    /// (T16). Affinity::Dedicated still gets its thread.
    HostBuilder& useInlineThreads();

    /// Where log lines go besides; without any: standard error.
    HostBuilder& addLogSink(std::shared_ptr<LogSink> sink);
    HostBuilder& setLogLevel(LogLevel level);

    /// Random numbers in [0, 1) for the jitter of restarts, on the host thread; for tests.
    HostBuilder& useRandom(std::function<double()> random);

    /// Checks the graph of services and makes the host; ServiceGraphError names all that is wrong. std::logic_error the second time.
    [[nodiscard]] std::unique_ptr<Host> build();

private:
    friend class Host;
    struct Private;
    std::unique_ptr<Private> m_d;
};

} // namespace turnspit
