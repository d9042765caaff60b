// Keeps a folder like another one: what is new or newer there is copied, every five minutes unless told otherwise.
//
//     sync --sync.from=/home/me/photos --sync.to=/media/backup/photos --sync.every=30s
//
// or the same in sync.toml beside it:
//
//     [sync]
//     from = "/home/me/photos"
//     to = "/media/backup/photos"

#include <turnspit/config/tomlreader.h>
#include <turnspit/hosting/hostbuilder.h>
#include <turnspit/hosting/periodicservice.h>
#include <turnspit/logging/logger.h>

#include <filesystem>

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

struct SyncOptions
{
    std::string from;
    std::string to;
    turnspit::Milliseconds every = 5min;

    void bind(turnspit::TomlReader& reader)
    {
        reader.read("from", from);
        reader.read("to", to);
        reader.readDuration("every", every, 1ms);
    }
};

/// An exception out of tick is a failed tick: the host says so, and the next one comes as planned. So a disk that is not there is
/// missed until it is, and nothing here has to catch anything.
class Sync final : public turnspit::PeriodicService
{
public:
    static constexpr turnspit::Affinity affinity = turnspit::Affinity::Dedicated; // files block

    Sync(turnspit::Options<SyncOptions> options, turnspit::Logger<Sync> log)
        : PeriodicService(options->every), m_from(options->from), m_to(options->to), m_log(std::move(log))
    {
        setRunAtStart(true);
    }

protected:
    turnspit::Task<> tick(std::stop_token stopping) override
    {
        for (const auto& entry : fs::recursive_directory_iterator(m_from)) {
            if (stopping.stop_requested())
                co_return;
            if (entry.is_regular_file() && copy(entry.path()))
                m_log.info("copied {}", fs::relative(entry.path(), m_from).string());
        }
    }

private:
    /// False: nothing to do.
    bool copy(const fs::path& file)
    {
        const fs::path target = m_to / fs::relative(file, m_from);
        if (fs::exists(target) && fs::last_write_time(target) >= fs::last_write_time(file))
            return false;
        fs::create_directories(target.parent_path());
        const fs::path part = target.string() + ".part"; // half a copy is never taken for a whole one
        fs::copy_file(file, part, fs::copy_options::overwrite_existing);
        fs::rename(part, target);
        return true;
    }

    const fs::path m_from;
    const fs::path m_to;
    turnspit::Logger<Sync> m_log;
};

} // namespace

int main(int argc, char** argv)
{
    auto builder = turnspit::Host::createBuilder(argc, argv);
    builder.addConfigurationFile("sync.toml");
    builder.configure<SyncOptions>("sync");
    builder.validate<SyncOptions>([](const SyncOptions& o) { return !o.from.empty() && !o.to.empty(); },
                                  "sync: from where and to where? --sync.from=FOLDER --sync.to=FOLDER");
    builder.services().addHostedService<Sync>();
    return builder.build()->run();
}
