#include <turnspit/servicefile/servicefilestore.h>

#include <turnspit/base/clock.h>
#include <turnspit/config/textfile.h>
#include <turnspit/servicefile/changelist.h>

#include <QCryptographicHash>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace turnspit {

namespace {

constexpr std::string_view extension = ".toml";
std::string digestOf(const std::string& text)
{
    return QCryptographicHash::hash(QByteArrayView(text.data(), static_cast<qsizetype>(text.size())),
                                    QCryptographicHash::Sha256)
        .toHex()
        .toStdString();
}

bool pathExists(const std::string& path)
{
    struct stat status = {};
    return ::lstat(path.c_str(), &status) == 0;
}

bool isFolder(const std::string& path)
{
    struct stat status = {};
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

WallTime modified(const std::string& path)
{
    struct stat status = {};
    if (::stat(path.c_str(), &status) != 0)
        return {};
    return WallTime(std::chrono::seconds(status.st_mtim.tv_sec) +
                    std::chrono::microseconds(status.st_mtim.tv_nsec / 1000));
}

void setModified(const std::string& path, WallTime time)
{
    const auto second = std::chrono::floor<std::chrono::seconds>(time);
    const timespec stamp{.tv_sec = second.time_since_epoch().count(),
                         .tv_nsec = std::chrono::nanoseconds(time - second).count()};
    const timespec times[2] = {stamp, stamp};
    ::utimensat(AT_FDCWD, path.c_str(), times, 0);
}

void syncFolder(const std::string& path)
{
    const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return;
    ::fsync(folder);
    ::close(folder);
}

/// The names in a folder, sorted, without hidden ones; the error is errno.
std::expected<std::vector<std::string>, int> namesIn(const std::string& path)
{
    DIR* folder = ::opendir(path.c_str());
    if (!folder)
        return std::unexpected(errno);
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(folder)) {
        if (entry->d_name[0] != '.')
            names.emplace_back(entry->d_name);
    }
    ::closedir(folder);
    std::ranges::sort(names);
    return names;
}

void removeFolder(const std::string& path)
{
    for (const std::string& name : namesIn(path).value_or(std::vector<std::string>()))
        ::unlink((path + "/" + name).c_str());
    ::rmdir(path.c_str());
}

std::string versionName(unsigned number)
{
    char name[32];
    std::snprintf(name, sizeof name, "%08u.toml", number);
    return name;
}

} // namespace

ServiceFileStore::ServiceFileStore(Places places) : m_places(std::move(places)) {}

// ---- files

Result<ServiceFileStore::Listing> ServiceFileStore::list() const
{
    const std::string folder = m_places.servicesFolder();
    const auto names = namesIn(folder);
    if (!names && names.error() == ENOENT)
        return Listing();
    if (!names)
        return fail(systemError("cannot list", folder, names.error()));
    Listing listing;
    for (const std::string& file : *names) {
        if (!file.ends_with(extension))
            continue;
        const std::string name = file.substr(0, file.size() - extension.size());
        const std::string whole = folder + "/" + file;
        if (!isServiceName(name))
            listing.problems.push_back({ErrorKind::InvalidDefinition,
                                        "the file's name is not that of a service: 1 to 64 of A-Z a-z 0-9 . _ -, "
                                        "beginning with a letter or digit, then .toml",
                                        whole});
        else if (isFolder(whole))
            listing.problems.push_back({ErrorKind::InvalidDefinition, "this is a folder, not a service file", whole});
        else
            listing.names.push_back(name);
    }
    std::ranges::sort(listing.names);
    return listing;
}

bool ServiceFileStore::exists(const std::string& name) const
{
    return isServiceName(name) && pathExists(path(name));
}

Result<std::string> ServiceFileStore::read(const std::string& name) const
{
    if (!exists(name))
        return fail(ErrorKind::NoSuchService, "there is no service \"" + name + "\"");
    return readTextFile(path(name));
}

Result<> ServiceFileStore::mayBeNew(const std::string& name) const
{
    if (!isServiceName(name))
        return fail(ErrorKind::Refused,
                    "\"" + name +
                        "\" is not a service name: 1 to 64 of A-Z a-z 0-9 . _ -, beginning with a letter or digit");
    if (pathExists(path(name)))
        return fail(ErrorKind::Refused, "there is a service \"" + name + "\" already");
    return {};
}

Result<> ServiceFileStore::unlinkFile(const std::string& name) const
{
    if (::unlink(path(name).c_str()) != 0)
        return fail(systemError("cannot remove", path(name), errno));
    syncFolder(m_places.servicesFolder());
    return {};
}

Result<> ServiceFileStore::moveFile(const std::string& from, const std::string& to) const
{
    if (::rename(path(from).c_str(), path(to).c_str()) != 0)
        return fail(systemError("cannot rename", path(from), errno));
    syncFolder(m_places.servicesFolder());
    ::rename(goodFile(from).c_str(), goodFile(to).c_str());
    // What a removed service of that name left gives way.
    if (pathExists(versionFolder(from))) {
        removeFolder(versionFolder(to));
        ::rename(versionFolder(from).c_str(), versionFolder(to).c_str());
    }
    return {};
}

Result<> ServiceFileStore::add(const std::vector<std::pair<std::string, std::string>>& namesAndTexts)
{
    Change change{Change::Add, Clock::current().wallNow(), {}, {}, {}};
    for (const auto& [name, text] : namesAndTexts) {
        if (auto free = mayBeNew(name); !free)
            return free;
        if (std::ranges::find(change.names, name) != change.names.end())
            return fail(ErrorKind::Refused, "\"" + name + "\" is there twice");
        change.names.push_back(name);
        change.digests.push_back(digestOf(text));
    }
    if (change.names.empty())
        return {};
    if (auto made = makeFolders(m_places.servicesFolder()); !made)
        return made;
    for (std::size_t i = 0; i < namesAndTexts.size(); ++i) {
        const auto& [name, text] = namesAndTexts[i];
        if (auto written = writeTextFile(path(name), text); !written) {
            while (i-- > 0)
                ::unlink(path(namesAndTexts[i].first).c_str());
            return written;
        }
    }
    return remember(std::move(change));
}

Result<> ServiceFileStore::replace(const std::string& name, const std::string& before, const std::string& text)
{
    const auto present = read(name);
    if (!present)
        return std::unexpected(present.error());
    if (*present != before)
        return fail(ErrorKind::Refused, path(name) + " has been changed meanwhile: look at it and try again");
    if (text == before)
        return {};
    const auto version = keep(name, before);
    if (!version)
        return std::unexpected(version.error());
    if (auto written = writeTextFile(path(name), text); !written)
        return written;
    return remember({Change::Edit, Clock::current().wallNow(), {name}, {*version}, {digestOf(text)}});
}

Result<> ServiceFileStore::remove(const std::string& name)
{
    const auto present = read(name);
    if (!present)
        return std::unexpected(present.error());
    const auto version = keep(name, *present);
    if (!version)
        return std::unexpected(version.error());
    // The age of what was removed counts from now, also where the version has been there for long.
    setModified(versionFolder(name) + "/" + *version, Clock::current().wallNow());
    if (auto removed = unlinkFile(name); !removed)
        return removed;
    return remember({Change::Remove, Clock::current().wallNow(), {name}, {*version}, {}});
}

Result<> ServiceFileStore::rename(const std::string& from, const std::string& to)
{
    if (!exists(from))
        return fail(ErrorKind::NoSuchService, "there is no service \"" + from + "\"");
    if (auto free = mayBeNew(to); !free)
        return free;
    if (auto moved = moveFile(from, to); !moved)
        return moved;
    return remember({Change::Rename, Clock::current().wallNow(), {from, to}, {}, {}});
}

// ---- undo

std::vector<ServiceFileStore::Change> ServiceFileStore::readChanges() const
{
    const auto text = readTextFile(undoFile());
    return text ? parseChanges(*text) : std::vector<Change>();
}

Result<> ServiceFileStore::writeChanges(const std::vector<Change>& changes) const
{
    if (auto made = makeFolders(m_places.backupsFolder()); !made)
        return made;
    return writeTextFile(undoFile(), formatChanges(changes));
}

Result<> ServiceFileStore::remember(Change change) const
{
    std::vector<Change> changes = readChanges();
    changes.push_back(std::move(change));
    if (changes.size() > keptChanges)
        changes.erase(changes.begin(), changes.end() - static_cast<std::ptrdiff_t>(keptChanges));
    return writeChanges(changes);
}

std::optional<ServiceFileStore::Change> ServiceFileStore::lastChange() const
{
    std::vector<Change> changes = readChanges();
    return changes.empty() ? std::nullopt : std::optional(std::move(changes.back()));
}

Result<> ServiceFileStore::isUntouched(const Change& change, std::size_t index) const
{
    const auto present = read(change.names[index]);
    if (!present)
        return std::unexpected(present.error());
    if (digestOf(*present) != change.digests[index])
        return fail(ErrorKind::Refused, path(change.names[index]) +
                                            " has been changed since: its older versions are in " +
                                            versionFolder(change.names[index]));
    return {};
}

Result<> ServiceFileStore::takeBack(const Change& change)
{
    switch (change.kind) {
    case Change::Add:
        for (std::size_t i = 0; i < change.names.size(); ++i) {
            if (auto same = isUntouched(change, i); !same)
                return same;
        }
        for (const std::string& name : change.names) {
            const auto text = read(name);
            if (!text)
                return std::unexpected(text.error());
            if (auto kept = keep(name, *text); !kept)
                return std::unexpected(kept.error());
            if (auto removed = unlinkFile(name); !removed)
                return removed;
        }
        return {};
    case Change::Edit:
    case Change::Remove: {
        const std::string& name = change.names.front();
        const auto text = readTextFile(versionFolder(name) + "/" + change.versions.front());
        if (!text)
            return std::unexpected(text.error());
        if (change.kind == Change::Remove) {
            if (auto free = mayBeNew(name); !free)
                return free;
            if (auto made = makeFolders(m_places.servicesFolder()); !made)
                return made;
            return writeTextFile(path(name), *text);
        }
        if (auto same = isUntouched(change, 0); !same)
            return same;
        const auto present = read(name);
        if (!present)
            return std::unexpected(present.error());
        if (auto kept = keep(name, *present); !kept)
            return std::unexpected(kept.error());
        return writeTextFile(path(name), *text);
    }
    case Change::Rename:
        if (!exists(change.names[1]))
            return fail(ErrorKind::NoSuchService, "there is no service \"" + change.names[1] + "\"");
        if (auto free = mayBeNew(change.names[0]); !free)
            return free;
        return moveFile(change.names[1], change.names[0]);
    }
    return {};
}

Result<ServiceFileStore::Change> ServiceFileStore::undo()
{
    std::vector<Change> changes = readChanges();
    if (changes.empty())
        return fail(ErrorKind::Refused, "there is nothing to undo");
    Change change = std::move(changes.back());
    changes.pop_back();
    if (auto done = takeBack(change); !done)
        return std::unexpected(done.error().in("cannot undo the " + change.text()));
    if (auto written = writeChanges(changes); !written)
        return std::unexpected(written.error());
    return change;
}

// ---- versions

std::vector<ServiceFileStore::Version> ServiceFileStore::versions(const std::string& name) const
{
    std::vector<Version> found;
    if (!isServiceName(name))
        return found;
    for (const std::string& file : namesIn(versionFolder(name)).value_or(std::vector<std::string>())) {
        const std::string whole = versionFolder(name) + "/" + file;
        if (versionNumber(file) != 0)
            found.push_back({file, whole, modified(whole)});
    }
    std::ranges::reverse(found); // names of one length sort as their numbers
    return found;
}

Result<std::string> ServiceFileStore::keep(const std::string& name, const std::string& text)
{
    if (!isServiceName(name))
        return fail(ErrorKind::Refused, "\"" + name + "\" is not a service name");
    std::vector<Version> kept = versions(name);
    if (!kept.empty()) {
        const auto newest = readTextFile(kept.front().path);
        if (newest && *newest == text)
            return kept.front().name;
    }
    if (auto made = makeFolders(versionFolder(name)); !made)
        return std::unexpected(made.error());
    const std::string file = versionName(kept.empty() ? 1 : versionNumber(kept.front().name) + 1);
    const std::string whole = versionFolder(name) + "/" + file;
    if (auto written = writeTextFile(whole, text); !written)
        return std::unexpected(written.error());
    setModified(whole, Clock::current().wallNow());
    while (kept.size() >= keptVersions) {
        ::unlink(kept.back().path.c_str());
        kept.pop_back();
    }
    return file;
}

Result<> ServiceFileStore::keepGood(const std::string& name, const std::string& text) const
{
    if (!isServiceName(name))
        return fail(ErrorKind::Refused, "\"" + name + "\" is not a service name");
    if (const auto kept = readTextFile(goodFile(name)); kept && *kept == text)
        return {};
    if (auto made = makeFolders(m_places.backupsFolder() + "/.good"); !made)
        return made;
    return writeTextFile(goodFile(name), text, Durability::UntilPowerFails);
}

std::vector<ServiceFileStore::Older> ServiceFileStore::olderTexts(const std::string& name) const
{
    std::vector<Older> found;
    if (!isServiceName(name))
        return found;
    const auto add = [&found](const std::string& path) {
        if (auto text = readTextFile(path); text && !text->empty()) // a copy that lost its power is empty
            found.push_back({*std::move(text), modified(path)});
    };
    add(goodFile(name));
    for (const Version& version : versions(name))
        add(version.path);
    return found;
}

std::vector<ServiceFileStore::Removed> ServiceFileStore::recentlyRemoved() const
{
    std::vector<Removed> removed;
    for (const std::string& name : namesIn(m_places.backupsFolder()).value_or(std::vector<std::string>())) {
        const std::vector<Version> kept = exists(name) ? std::vector<Version>() : versions(name);
        if (!kept.empty())
            removed.push_back({name, kept.front().path, kept.front().time});
    }
    std::ranges::sort(removed, [](const Removed& a, const Removed& b) {
        return a.time != b.time ? a.time > b.time : a.name < b.name;
    });
    return removed;
}

std::vector<std::string> ServiceFileStore::purge(WallTime now)
{
    std::vector<std::string> gone;
    for (const Removed& removed : recentlyRemoved()) {
        if (now - removed.time <= keptRemoved)
            continue;
        removeFolder(versionFolder(removed.name));
        ::unlink(goodFile(removed.name).c_str());
        gone.push_back(removed.name);
    }
    std::ranges::sort(gone);
    return gone;
}

} // namespace turnspit
