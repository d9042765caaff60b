#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What /proc says about processes, and signals that cannot hit a stranger. Linux.
namespace turnspit::keep {

struct ProcessStat
{
    pid_t pid = 0;
    char state = '?'; ///< Z: ended, not reaped; its first thread, that is
    pid_t parent = 0;
    pid_t group = 0;
    pid_t session = 0;
    int threads = 0;
    std::uint64_t start = 0; ///< field 22: clock ticks since boot; with pid and boot id it names a process for ever

    /// A first thread may end before the others do.
    [[nodiscard]] bool isAlive() const { return threads > 1 || (state != 'Z' && state != 'X'); }
};

/// nullopt: there is no such process (any more).
[[nodiscard]] std::optional<ProcessStat> readStat(pid_t pid);

/// Appends the children of all threads of `pid`. False where the kernel has no `children` files.
bool readChildren(pid_t pid, std::vector<pid_t>& out);

/// The same of a process that has been seen to have one thread: a quarter of the work.
void readChildrenOfOnlyThread(pid_t pid, std::vector<pid_t>& out);

/// All processes of this user, as far as /proc shows them.
[[nodiscard]] std::vector<ProcessStat> readAll();

/// The value of a variable in the environment that the process was started with; nullopt: none, overwritten or not ours
/// to read.
[[nodiscard]] std::optional<std::string> readVariable(pid_t pid, std::string_view name);

/// Names this boot of the machine; "" where /proc does not say.
[[nodiscard]] std::string bootId();

/// Sends the signal if the process with this pid still is the one that started then. False: it is gone.
bool signalProcess(pid_t pid, std::uint64_t start, int signal);

} // namespace turnspit::keep
