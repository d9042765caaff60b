#include <turnspit/services/servicefolder.h>

#include <turnspit/config/textfile.h>

#include <cerrno>
#include <cstring>
#include <set>

#include <dirent.h>
#include <unistd.h>

namespace turnspit {

using namespace std::chrono_literals;

namespace {

constexpr std::string_view suffix = ".toml";

/// Stems of the `.toml` files, without temporaries and hidden files.
Result<std::set<std::string>> listStems(const std::string& folder)
{
    DIR* dir = ::opendir(folder.c_str());
    if (!dir)
        return fail(systemError("cannot read the folder", folder, errno));
    std::set<std::string> stems;
    while (const dirent* entry = ::readdir(dir)) { // NOLINT(concurrency-mt-unsafe): a stream of our own
        const std::string_view name(entry->d_name);
        if (name.size() > suffix.size() && name.ends_with(suffix) && name.front() != '.')
            stems.emplace(name.substr(0, name.size() - suffix.size()));
    }
    ::closedir(dir);
    return stems;
}

} // namespace

ServiceFolder::ServiceFolder(const Places& places, Clock& clock) : m_places(places)
{
    m_settle = clock.createTimer([this] {
        if (m_onChange)
            m_onChange();
    });
}

void ServiceFolder::setDefaults(TomlTable defaults)
{
    if (m_defaults == defaults)
        return;
    m_defaults = std::move(defaults);
    m_defaultsChanged = true;
}

void ServiceFolder::compare(const std::string& name, bool again, std::vector<FolderChange>& changes)
{
    const std::string file = m_places.serviceFile(name);
    Known now;
    if (!isServiceName(name)) {
        now.error = "\"" + name + "\" is not a name for a service: 1 to 64 of A-Za-z0-9._-, beginning with a letter or digit";
    } else if (auto text = readTextFile(file)) {
        now.text = *std::move(text);
    } else {
        now.error = text.error().text();
    }
    const auto known = m_known.find(name);
    if (known != m_known.end() && known->second == now && !again)
        return;

    FolderChange change;
    change.kind = known == m_known.end() ? FolderChange::Added : FolderChange::Changed;
    change.name = name;
    change.file = file;
    if (now.text) {
        auto parsed = parseDefinition(*now.text, file, name, m_defaults);
        if (parsed)
            change.definition = *std::move(parsed);
        else
            change.errors = std::move(parsed.error());
    } else {
        change.errors.push_back(Error{ErrorKind::InvalidDefinition, now.error, file, 1, 1});
    }
    m_known[name] = std::move(now);
    changes.push_back(std::move(change));
}

Result<std::vector<FolderChange>> ServiceFolder::scan(const std::vector<std::string>& only)
{
    std::vector<FolderChange> changes;
    if (!only.empty()) {
        for (const std::string& name : only) {
            if (m_known.contains(name) && ::access(m_places.serviceFile(name).c_str(), F_OK) == 0)
                compare(name, false, changes);
        }
        return changes;
    }
    auto stems = listStems(m_places.servicesFolder());
    if (!stems)
        return fail(stems.error());
    const bool all = std::exchange(m_defaultsChanged, false);
    for (const std::string& name : *stems)
        compare(name, all, changes);
    for (auto it = m_known.begin(); it != m_known.end();) {
        if (stems->contains(it->first)) {
            ++it;
            continue;
        }
        FolderChange change;
        change.kind = FolderChange::Removed;
        change.name = it->first;
        change.file = m_places.serviceFile(it->first);
        changes.push_back(std::move(change));
        it = m_known.erase(it);
    }
    if (m_watcher && !changes.empty())
        rewatch();
    return changes;
}

std::optional<std::string> ServiceFolder::text(const std::string& name) const
{
    const auto it = m_known.find(name);
    return it == m_known.end() ? std::nullopt : it->second.text;
}

void ServiceFolder::watch(std::function<void()> onChange)
{
    m_onChange = std::move(onChange);
    m_watcher = std::make_unique<QFileSystemWatcher>();
    const auto settle = [this] {
        m_settle->startOnce(500ms);
        rewatch(); // a file that was replaced is another file
    };
    QObject::connect(m_watcher.get(), &QFileSystemWatcher::directoryChanged, m_watcher.get(), settle);
    QObject::connect(m_watcher.get(), &QFileSystemWatcher::fileChanged, m_watcher.get(), settle);
    rewatch();
}

void ServiceFolder::rewatch()
{
    QStringList wanted{QString::fromStdString(m_places.servicesFolder())};
    for (const auto& [name, known] : m_known)
        wanted.append(QString::fromStdString(m_places.serviceFile(name)));
    const QStringList watchedFiles = m_watcher->files() + m_watcher->directories();
    const QSet<QString> watched(watchedFiles.begin(), watchedFiles.end());
    wanted.removeIf([&](const QString& path) { return watched.contains(path); });
    if (!wanted.isEmpty())
        m_watcher->addPaths(wanted);
}

} // namespace turnspit
