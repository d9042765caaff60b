#pragma once

#include <turnspit/config/toml.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace turnspit {

/// One change as a person types it: `restart.delay=5s`.
struct Change
{
    std::string key;   ///< `restart.delay`; for a variable `environment.NAME`, whatever NAME holds
    std::string value; ///< see valueFromPerson; empty: the key is removed

    bool operator==(const Change&) const = default;
};

/// `KEY=VALUE`; `KEY=` removes the key (an empty string is set by `KEY=""`).
[[nodiscard]] Result<Change> parseChange(std::string_view text);

/// What a person typed, as TOML: taken as it is where it is TOML of the type that the key wants (`autostart=false`,
/// `command=["a", "b"]`, `restart.limit=5`), else as a string (`restart.delay=5s`, `environment.PORT=8080`,
/// `command=node app.js`). Exit codes may be given without brackets, a time of day without its seconds. The error is
/// that of an unknown key.
[[nodiscard]] Result<std::string> valueFromPerson(const std::string& key, const std::string& typed);

/// The text with the changes made in place, whatever it means then: the text must be TOML, the keys known. What removes a key
/// that is not there is Refused.
[[nodiscard]] Result<std::string> makeChange(std::string_view text, const std::string& fileName, const Change& change);

/// The text with the changes made in place (config/tomledit.h), one after another. Refused with the first error where
/// the result would not be a valid service file, unless the file was invalid before and the changes make it better.
[[nodiscard]] Result<std::string> applyChanges(std::string_view text, const std::string& fileName,
                                               const std::string& name, const std::vector<Change>& changes,
                                               const TomlTable& defaults = {});

/// `disabled` set as wanted; the same text where it is so already.
[[nodiscard]] Result<std::string> setDisabled(std::string_view text, const std::string& fileName,
                                              const std::string& name, bool disabled, const TomlTable& defaults = {});

/// What `add` and the dialog know of a new service. Empty: the key is not written.
struct NewService
{
    std::vector<std::string> command = {}; ///< argv; with `shell` one line
    bool shell = false;
    std::string description = {};
    std::string group = {};
    std::string workingDirectory = {};
    std::vector<std::pair<std::string, std::string>> environment = {};
    std::string environmentFile = {};
    std::string every = {}; ///< at most one of every, cron, at
    std::string cron = {};
    std::string at = {};       ///< TOML date-time, seconds may be left out
    std::string timezone = {}; ///< only with one of the three
    std::string overlap = {};  ///< likewise
    bool manual = false;
    std::string restart = {}; ///< restart.policy
    bool autostart = true;
};

/// The text of a new service file: only what differs from the defaults, in the order of the contract's example. The
/// error is that of the key which does not fit, without a place in a file that is not there yet.
[[nodiscard]] Result<std::string> writeNew(const std::string& name, const NewService& service,
                                           const TomlTable& defaults = {});

} // namespace turnspit
