#pragma once

#include <turnspit/async/mailbox.h>
#include <turnspit/base/clock.h>
#include <turnspit/base/places.h>
#include <turnspit/config/hostsettings.h>
#include <turnspit/servicefile/parse.h>

#include <QFileSystemWatcher>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace turnspit {

/// One service file that is new, different or gone.
struct FolderChange
{
    enum Kind { Added, Changed, Removed };
    Kind kind = Added;
    std::string name;
    std::string file;
    std::optional<Definition> definition; ///< null: gone, or broken
    std::vector<Error> errors;            ///< of a broken file
};

/// The service files as they are on disk: scanned, compared with what is known, watched. Host thread; reads files.
class ServiceFolder
{
public:
    ServiceFolder(const Places& places, Clock& clock);

    /// `[defaults]` of turnspit.toml, under every service file; takes effect with the next scan.
    void setDefaults(TomlTable defaults);

    /// What differs from the last scan. A folder that cannot be read: the error, and nothing changes. `only`: looks at the files of
    /// these names alone, those that are known and still there.
    [[nodiscard]] Result<std::vector<FolderChange>> scan(const std::vector<std::string>& only = {});

    /// Calls `onChange` half a second after the last change on disk.
    void watch(std::function<void()> onChange);

    /// The text as of the last scan; nullopt: no such file, or unreadable.
    [[nodiscard]] std::optional<std::string> text(const std::string& name) const;

private:
    struct Known
    {
        std::optional<std::string> text; ///< null: unreadable, or no name for a service
        std::string error;
        bool operator==(const Known&) const = default;
    };
    void compare(const std::string& name, bool again, std::vector<FolderChange>& changes);
    void rewatch();

    Places m_places;
    TomlTable m_defaults;
    bool m_defaultsChanged = false;
    std::map<std::string, Known> m_known; ///< by file stem
    std::unique_ptr<QFileSystemWatcher> m_watcher;
    std::unique_ptr<ClockTimer> m_settle;
    std::function<void()> m_onChange;
};

} // namespace turnspit
