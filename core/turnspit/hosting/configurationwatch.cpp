#include <turnspit/hosting/configurationwatch_p.h>

#include <turnspit/async/aggregateerror.h>
#include <turnspit/hosting/configurationreload.h>
#include <turnspit/hosting/hostevents.h>

#include <QFileInfo>

namespace turnspit {

namespace {
constexpr std::chrono::milliseconds quiet{200};
} // namespace

void applyLevels(LoggerFactory& logs, const LoggingOptions& options)
{
    std::vector<std::pair<std::string, LogLevel>> levels(options.levels.begin(), options.levels.end());
    levels.emplace_back(std::string(), options.level);
    logs.setLevels(std::move(levels));
}

ConfigurationWatch::ConfigurationWatch(std::shared_ptr<HostEnvironment> environment, ConfigurationReload& reload)
    : m_environment(std::move(environment)), m_reload(reload), m_quiet(m_environment->clock.createTimer([this] { read(); }))
{
    const auto changed = [this] { m_quiet->startOnce(quiet); };
    QObject::connect(&m_watcher, &QFileSystemWatcher::fileChanged, &m_watcher, changed);
    QObject::connect(&m_watcher, &QFileSystemWatcher::directoryChanged, &m_watcher, changed);
    watch();
    changed(); // since the builder has read them, perhaps
}

ConfigurationWatch::~ConfigurationWatch() = default;

void ConfigurationWatch::watch()
{
    // All anew: a file that was replaced is not the watched one any more. The folders too: a file may come later.
    if (const QStringList watched = m_watcher.files() + m_watcher.directories(); !watched.empty())
        m_watcher.removePaths(watched);
    for (const std::string& each : m_reload.files()) {
        const QFileInfo file(QString::fromStdString(each));
        for (const QString& path : {file.filePath(), file.path()}) {
            if (QFileInfo::exists(path))
                m_watcher.addPath(path);
        }
    }
}

void ConfigurationWatch::read()
{
    watch();
    const auto changed = m_reload.reload();
    if (!changed) {
        const std::string error = describe(changed.error());
        if (error != std::exchange(m_lastError, error))
            m_environment->log.event(LogLevel::Error, OptionsRefused, {}, "The changed options are not used: {}", error);
        return;
    }
    m_lastError.clear();
}

} // namespace turnspit
