#pragma once

#include <turnspit/base/error.h>
#include <turnspit/base/ids.h>
#include <turnspit/keep/messages.h>
#include <turnspit/servicefile/definition.h>

#include <map>
#include <string>

namespace turnspit {

/// What a run of this definition needs, except for what the engine knows (run, trigger, attempt): environment complete, command found
/// in the service's own PATH, paths absolute. Reads the environment file and looks at the file system.
struct SpawnPlan
{
    keep::Spawn spawn;

    /// Why it cannot start, and the exit code that a shell would give: 127 not found, 126 not executable, -1 for everything else.
    struct Failure
    {
        int exitCode = -1;
        std::string reason;
    };

    using Environment = std::map<std::string, std::string>;

    /// `session`: the environment of the host. `logFolder`: absolute.
    [[nodiscard]] static std::expected<SpawnPlan, Failure> make(const Definition& definition, const Environment& session,
                                                                const std::string& logFolder);

    /// The same words for what the keeper met at exec.
    [[nodiscard]] static Failure describe(const keep::SpawnFailed& failed, const Definition& definition);
};

/// How a service's output is kept, as the keeper wants it.
[[nodiscard]] keep::LogPlan logPlan(const LogPolicy& policy, const std::string& folder);

} // namespace turnspit
