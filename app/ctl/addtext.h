#pragma once

#include <turnspit/base/error.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace turnspit::ctl {

/// What `turnspitctl add` was given, as it was typed.
struct AddOptions
{
    std::vector<std::string> command;
    std::optional<std::string> every;
    std::optional<std::string> cron;
    bool manual = false;
    std::optional<std::string> group;
    std::optional<std::string> cwd;
    std::vector<std::string> environment; ///< `K=V` each
    std::optional<std::string> restart;
    bool autostart = true;
};

/// The text of a service file that says just that, defaults left out. A relative `cwd` is taken from `currentFolder`,
/// since in a service file it would be taken from home. Fails for what is not an option's value: no command, an
/// interval without units, an environment variable without `=`, more than one of every, cron and manual.
[[nodiscard]] Result<std::string> serviceFileText(const AddOptions& options, const std::string& currentFolder);

} // namespace turnspit::ctl
