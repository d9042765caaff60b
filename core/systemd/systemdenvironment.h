#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include <sys/types.h>

namespace turnspit {

/// What the service manager has told this process.
struct SystemdEnvironment
{
    bool isService = false;                            ///< systemd has started this process as a service (B87)
    std::string notifySocket = {};                     ///< NOTIFY_SOCKET; "": nobody listens
    std::optional<std::chrono::microseconds> watchdog = {}; ///< the manager ends this process where it was silent for so long
    bool journalOnStderr = false;                      ///< standard error is the journal: JOURNAL_STREAM names that very file

    /// Somebody who speaks systemd's language is there, be it only one who has set NOTIFY_SOCKET.
    [[nodiscard]] bool isPresent() const { return isService || !notifySocket.empty(); }

    /// Where it comes from; tests make their own.
    struct Facts
    {
        std::map<std::string, std::string> variables;
        pid_t pid = 0;
        std::string parentName;   ///< `comm` of the parent
        std::string stderrStream; ///< `DEVICE:INODE` of standard error
    };
    [[nodiscard]] static SystemdEnvironment from(const Facts& facts);

    [[nodiscard]] static SystemdEnvironment ofThisProcess();
};

} // namespace turnspit
