#pragma once

#include <turnspit/base/error.h>
#include <turnspit/base/places.h>
#include <turnspit/base/time.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace turnspit {

/// The folder of service files and the older versions of them:
///
///     <config>/services/NAME.toml
///     <state>/backups/NAME/00000001.toml, ...   the last ten versions, the newest has the highest number
///     <state>/backups/.good/NAME.toml           what the host found good last, whoever wrote it
///     <state>/backups/.undo.toml                what undo takes back, the newest last
///
/// Knows texts, not their meaning: what it is given to write should have been parsed before. Every write is one step
/// (temporary file, fsync, rename) and keeps the version before. All functions block on the disk. One thread, one store
/// a state folder: the host's. Errors: NoSuchService where a named file is not there, Refused where a change does not
/// fit to what is there, Failed for what the system says.
class ServiceFileStore
{
public:
    static constexpr std::size_t keptVersions = 10;
    static constexpr std::chrono::days keptRemoved{30};
    static constexpr std::size_t keptChanges = 50;

    explicit ServiceFileStore(Places places);

    struct Listing
    {
        std::vector<std::string> names; ///< sorted
        std::vector<Error> problems;    ///< `*.toml` that cannot be services: a bad name, a folder; each names its file
    };

    /// The `*.toml` of the folder; others and hidden ones are passed over. A missing folder is empty, an unreadable one
    /// an error.
    [[nodiscard]] Result<Listing> list() const;

    [[nodiscard]] std::string path(const std::string& name) const { return m_places.serviceFile(name); }
    [[nodiscard]] bool exists(const std::string& name) const;
    [[nodiscard]] Result<std::string> read(const std::string& name) const;

    // Each of the following is one change that undo takes back.

    /// New files, all or none; the folder is made. Refused where one of the names is taken or no service name. Add and
    /// import.
    [[nodiscard]] Result<> add(const std::vector<std::pair<std::string, std::string>>& namesAndTexts);

    /// Replaces the text of a file. `before` is what the change was made from: Refused where the file is not that any
    /// more.
    [[nodiscard]] Result<> replace(const std::string& name, const std::string& before, const std::string& text);

    [[nodiscard]] Result<> remove(const std::string& name);

    /// Older versions go along. Refused where `to` is taken.
    [[nodiscard]] Result<> rename(const std::string& from, const std::string& to);

    /// One change, as undo sees it.
    struct Change
    {
        enum Kind { Add, Edit, Remove, Rename };
        Kind kind = Edit;
        WallTime time;
        std::vector<std::string> names;    ///< Rename: from, to
        std::vector<std::string> versions; ///< Edit, Remove: the kept version before, as a file name; for each of names
        std::vector<std::string> digests;  ///< Add, Edit: of the text that was written; for each of names

        /// `remove of web`, `rename of web to shop`
        [[nodiscard]] std::string text() const;
    };

    /// What undo would take back; null: nothing.
    [[nodiscard]] std::optional<Change> lastChange() const;

    /// Takes the last change back and says which it was; the one before it is the last then. Refused, and nothing done,
    /// where a file has been changed by others since, or a removed name is taken again. What is replaced is kept as a
    /// version.
    [[nodiscard]] Result<Change> undo();

    struct Version
    {
        std::string name; ///< `00000003.toml`
        std::string path;
        WallTime time; ///< when it was kept
    };

    /// Newest first.
    [[nodiscard]] std::vector<Version> versions(const std::string& name) const;

    /// Keeps a text as the newest version unless it is so already. Says the name of the version.
    [[nodiscard]] Result<std::string> keep(const std::string& name, const std::string& text);

    /// The host calls it with each text that it found good, so that a file that is broken from outside has something to
    /// go back to. Is no version: neither counted nor taken for one that was removed. On any thread.
    [[nodiscard]] Result<> keepGood(const std::string& name, const std::string& text) const;

    struct Older
    {
        std::string text;
        WallTime time; ///< when it was kept
    };

    /// What the file may have held before, the likeliest to be wanted first: what was good last, then the versions,
    /// newest first. Nothing that cannot be read.
    [[nodiscard]] std::vector<Older> olderTexts(const std::string& name) const;

    struct Removed
    {
        std::string name;
        std::string path; ///< of its last version
        WallTime time;
    };

    /// Services that have versions but no file, newest first.
    [[nodiscard]] std::vector<Removed> recentlyRemoved() const;

    /// Forgets what was removed more than keptRemoved before `now`; says the names, whose logs and history may go too.
    [[nodiscard]] std::vector<std::string> purge(WallTime now);

private:
    [[nodiscard]] std::string versionFolder(const std::string& name) const
    {
        return m_places.backupsFolder() + "/" + name;
    }
    [[nodiscard]] std::string goodFile(const std::string& name) const
    {
        return m_places.backupsFolder() + "/.good/" + name + ".toml";
    }
    [[nodiscard]] std::string undoFile() const { return m_places.backupsFolder() + "/.undo.toml"; }
    [[nodiscard]] Result<> mayBeNew(const std::string& name) const;
    [[nodiscard]] std::vector<Change> readChanges() const;
    [[nodiscard]] Result<> writeChanges(const std::vector<Change>& changes) const;
    [[nodiscard]] Result<> remember(Change change) const;
    [[nodiscard]] Result<> unlinkFile(const std::string& name) const;
    [[nodiscard]] Result<> moveFile(const std::string& from, const std::string& to) const;
    [[nodiscard]] Result<> isUntouched(const Change& change, std::size_t index) const;
    [[nodiscard]] Result<> takeBack(const Change& change);

    Places m_places;
};

} // namespace turnspit
