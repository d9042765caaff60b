#pragma once

#include <turnspit/base/error.h>
#include <turnspit/base/time.h>

#include <map>
#include <optional>
#include <string>

namespace turnspit {

/// What a person asked for and no policy undoes: stopped and held, by service (`disabled` is in the service file). Kept in
/// `<state>/wishes.json`. One thread; save() blocks on the disk.
class Wishes
{
public:
    struct Wish
    {
        bool stopped = false;
        bool held = false;
        std::optional<WallTime> heldUntil; ///< only of one that is held; null: until it is resumed
        bool operator==(const Wish&) const = default;
    };

    /// A missing file is empty; one that cannot be read as wishes is set aside as `FILE.damaged` and named in the error, and the
    /// wishes are empty.
    [[nodiscard]] Result<> load(const std::string& file);

    [[nodiscard]] Wish of(const std::string& service) const;
    void set(const std::string& service, Wish wish);
    void forget(const std::string& service) { set(service, {}); }
    [[nodiscard]] const std::map<std::string, Wish>& all() const { return m_wishes; }

    /// Writes what changed since the last save; atomically.
    [[nodiscard]] Result<> save();

private:
    std::string m_file;
    std::map<std::string, Wish> m_wishes; // only those that say something
    bool m_dirty = false;
};

} // namespace turnspit
