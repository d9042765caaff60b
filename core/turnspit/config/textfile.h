#pragma once

#include <turnspit/base/error.h>

#include <cstdint>
#include <string>

namespace turnspit {

/// Files of options and definitions are read and written whole; more than this is refused, so that a wrong path cannot
/// eat the memory of the host.
inline constexpr std::size_t maxTextFile = 4 << 20;

/// The bytes of a regular file (links are followed). The error says what is wrong with `path`: missing, no permission,
/// a folder.
[[nodiscard]] Result<std::string> readTextFile(const std::string& path);

/// Replaces `path` as one step: a temporary file beside it, fsync, rename, fsync of the folder. The mode of an existing
/// file is kept, and its owner where this user may give files away; a new one gets 0600. Where `path` is a link, its target is replaced and the link stays. After an error
/// the old file is as it was.
/// `Durability::UntilPowerFails` leaves both fsync out: a copy that can be made again, and of which a loss of power may leave an
/// empty file.
enum class Durability : std::uint8_t { Full, UntilPowerFails };
[[nodiscard]] Result<> writeTextFile(const std::string& path, const std::string& text, Durability durability = Durability::Full);

/// Makes `path` and its missing parents, 0700.
[[nodiscard]] Result<> makeFolders(const std::string& path);

/// `path: what errno means`
[[nodiscard]] Error systemError(const std::string& what, const std::string& path, int errorNumber);

} // namespace turnspit
