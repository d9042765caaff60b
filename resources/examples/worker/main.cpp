// A program with three services that turnspitctl and the desktop see while it runs:
//
//     station &
//     station north --measure.every=5s &
//     turnspitctl hosts
//     turnspitctl --host station list
//     turnspitctl --host station logs -f measure
//     turnspitctl --host station hold measure
//     turnspitctl --host station status archive
//
// How often it measures may be in station.toml beside it, and is followed while it runs, or with `turnspitctl --host station reload`:
//
//     [measure]
//     every = "5s"

#include <turnspit/config/tomlreader.h>
#include <turnspit/di/optionsmonitor.h>
#include <turnspit/hosting/backgroundservice.h>
#include <turnspit/hosting/host.h>
#include <turnspit/hosting/hostbuilder.h>
#include <turnspit/hosting/periodicservice.h>
#include <turnspit/hosting/queueworker.h>
#include <turnspit/logging/logger.h>
#include <turnspit/queues/memoryqueue.h>
#include <turnspit/worker/exposecontrol.h>

#include <turnspit/async/periodictimer.h>

#include <atomic>
#include <random>
#include <string>

using namespace std::chrono_literals;

namespace {

/// What two of them share: made once, injected into both.
struct Readings
{
    std::atomic<int> count = 0;
    std::atomic<double> last = 0;
};

struct MeasureOptions
{
    turnspit::Milliseconds every = 1s;

    void bind(turnspit::TomlReader& reader) { reader.readDuration("every", every, 1ms); }
    bool operator==(const MeasureOptions&) const = default;
};

/// Ticks every second, or as it is told: hold, resume and run it from outside.
class Measure final : public turnspit::PeriodicService
{
public:
    Measure(turnspit::OptionsMonitor<MeasureOptions> options, Readings& readings, turnspit::MessageQueue& queue, turnspit::Logger<Measure> log)
        : PeriodicService(options.current()->every), m_readings(readings), m_queue(queue), m_log(std::move(log)),
          m_changes(options.onChange([this](const MeasureOptions& now) { setPeriod(now.every); }))
    {}

protected:
    turnspit::Task<> tick(std::stop_token) override
    {
        m_readings.last = m_noise(m_random);
        m_log.info("reading {}: {:.1f} degrees", ++m_readings.count, m_readings.last.load());
        (void)co_await m_queue.send({.body = std::to_string(m_readings.last.load())});
    }

private:
    Readings& m_readings;
    turnspit::MessageQueue& m_queue;
    turnspit::Logger<Measure> m_log;
    std::mt19937 m_random{std::random_device{}()};
    std::normal_distribution<double> m_noise{20.0, 2.0};
    turnspit::OptionsSubscription m_changes; // last: nothing is told once the rest has gone
};

/// Runs until it is stopped.
class Report final : public turnspit::BackgroundService
{
public:
    Report(Readings& readings, turnspit::Logger<Report> log) : m_readings(readings), m_log(std::move(log)) {}

protected:
    turnspit::Task<> execute(std::stop_token stopping) override
    {
        m_log.info("reports every minute");
        turnspit::PeriodicTimer timer{1min};
        while (co_await timer.nextTick(stopping))
            m_log.info("{} readings, the last one {:.1f} degrees", m_readings.count.load(), m_readings.last.load());
        m_log.info("no more reports");
    }

private:
    Readings& m_readings;
    turnspit::Logger<Report> m_log;
};

/// Works off what was measured, a reading at a time: what its queue worker counts is seen from outside.
class Archive
{
public:
    explicit Archive(turnspit::Logger<Archive> log) : m_log(std::move(log)) {}

    turnspit::Task<> handle(const turnspit::Message& message, std::stop_token)
    {
        m_log.debug("archived {} degrees", message.body);
        co_return;
    }

private:
    turnspit::Logger<Archive> m_log;
};

} // namespace

int main(int argc, char** argv)
{
    auto builder = turnspit::Host::createBuilder(argc, argv);
    builder.addConfigurationFile("station.toml");
    builder.configure<MeasureOptions>("measure");
    builder.services().addSingleton<Readings>();
    builder.services().addSingleton<turnspit::MessageQueue, turnspit::MemoryQueue>();
    builder.services().addScoped<Archive>();
    builder.services().addHostedService<turnspit::QueueWorker<Archive>>("archive");
    builder.services().addHostedService<Measure>();
    builder.services().addHostedService<Report>();
    const bool named = argc > 1 && argv[1][0] != '-'; // several on one machine have a name each: `station north`
    turnspit::exposeControl(builder, named ? argv[1] : "station");
    return builder.build()->run();
}
