#pragma once

#include <turnspit/keep/messages.h>

#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

namespace turnspit::keep {

/// What a child is made of. Descriptors stay the caller's; all of them are above 2 and O_CLOEXEC.
struct SpawnPlan
{
    std::string executable;
    std::vector<std::string> arguments;
    std::vector<std::string> environment;
    std::string workingDirectory;
    std::uint32_t umask = 022;
    std::uint64_t softOpenFiles = 0; ///< soft RLIMIT_NOFILE; 0: as the keeper's own
    int in = -1;
    int out = -1;
    int err = -1;
    int record = -1;        ///< O_APPEND; -1: no record
    std::string recordText; ///< the child appends ` pid=812 start=12345` and a newline, and writes it before exec
};

struct Spawned
{
    pid_t pid = 0;
    std::uint64_t startTime = 0; ///< field 22 of /proc/PID/stat; 0 where there was no record to write
    bool recorded = false;
};

struct SpawnError
{
    SpawnStep step = SpawnStep::Prepare;
    int error = 0;         ///< errno
    bool recorded = false; ///< the record was written and has to be annulled
};

/// Starts programs, vfork-style: returns once the child runs its program or has failed. The child leads a session and a
/// group of its own, has default signal dispositions, an empty mask and no descriptor but 0, 1 and 2. One thread, and
/// the caller reaps.
class Spawner
{
public:
    Spawner();
    ~Spawner();
    Spawner(const Spawner&) = delete;
    Spawner& operator=(const Spawner&) = delete;

    [[nodiscard]] std::expected<Spawned, SpawnError> spawn(const SpawnPlan& plan);

private:
    char* m_stack = nullptr;
};

} // namespace turnspit::keep
