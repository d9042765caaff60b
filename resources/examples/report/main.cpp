// Writes a report about this machine every minute, into report.txt of the current folder. Each report is made in a scope of its own:
// what is scoped is made once for it, shared by all who work on it, and gone after it.
//
//     report --report.every=10s --report.file=/tmp/report.txt

#include <turnspit/config/tomlreader.h>
#include <turnspit/di/serviceprovider.h>
#include <turnspit/hosting/hostbuilder.h>
#include <turnspit/hosting/periodicservice.h>
#include <turnspit/logging/logger.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace std::chrono_literals;

namespace {

struct ReportOptions
{
    std::string file = "report.txt";
    turnspit::Milliseconds every = 1min;

    void bind(turnspit::TomlReader& reader)
    {
        reader.read("file", file);
        reader.readDuration("every", every, 1ms);
    }
};

/// How the machine is: one look a scope, so that all of a report speaks of the same moment.
struct Snapshot
{
    turnspit::WallTime taken = turnspit::wallClockNow();
    std::uintmax_t free = std::filesystem::space("/").available;
    double load = 0;

    Snapshot() { ::getloadavg(&load, 1); }
};

class Headline
{
public:
    explicit Headline(Snapshot& now) : m_now(now) {}
    [[nodiscard]] std::string text() const { return m_now.load < 1 ? "A quiet moment" : "There is work to do"; }

private:
    Snapshot& m_now;
};

class ReportGenerator
{
public:
    ReportGenerator(Snapshot& now, Headline& headline, turnspit::Options<ReportOptions> options)
        : m_now(now), m_headline(headline), m_options(std::move(options))
    {}

    void write()
    {
        std::ofstream out;
        out.exceptions(std::ios::failbit | std::ios::badbit);
        out.open(m_options->file);
        out << fmt::format("{}\n{}\nload {:.2f}, {:.1f} GB free\n", m_headline.text(), turnspit::formatRfc3339(m_now.taken), m_now.load,
                           double(m_now.free) / 1e9);
        out.close();
    }

private:
    Snapshot& m_now;
    Headline& m_headline;
    turnspit::Options<ReportOptions> m_options;
};

class Reports final : public turnspit::PeriodicService
{
public:
    static constexpr turnspit::Affinity affinity = turnspit::Affinity::Dedicated; // files block

    Reports(turnspit::ServiceScopeFactory& scopes, turnspit::Options<ReportOptions> options, turnspit::Logger<Reports> log)
        : PeriodicService(options->every), m_scopes(scopes), m_log(std::move(log))
    {
        setRunAtStart(true);
    }

protected:
    turnspit::Task<> tick(std::stop_token) override
    {
        auto scope = m_scopes.createScope();
        scope.get<ReportGenerator>().write();
        co_await scope.close(); // what has a close() of its own is awaited; where write throws, the destructor ends the scope
        m_log.info("report {} is written", ++m_written);
    }

private:
    turnspit::ServiceScopeFactory& m_scopes;
    turnspit::Logger<Reports> m_log;
    int m_written = 0;
};

} // namespace

int main(int argc, char** argv)
{
    auto builder = turnspit::Host::createBuilder(argc, argv);
    builder.configure<ReportOptions>("report");
    builder.services().addScoped<Snapshot>();
    builder.services().addScoped<Headline>();
    builder.services().addScoped<ReportGenerator>();
    builder.services().addHostedService<Reports>();
    return builder.build()->run();
}
