#pragma once

#include <string_view>

namespace turnspit {

/// Where a program says how it is: sd_notify(3).
class SystemdNotifier
{
public:
    enum class Delivery {
        Sent,
        Busy, ///< nobody reads at the moment: to be tried again
        Lost, ///< nobody is there
    };

    virtual ~SystemdNotifier() = default;
    SystemdNotifier(const SystemdNotifier&) = delete;
    SystemdNotifier& operator=(const SystemdNotifier&) = delete;

    /// `NAME=VALUE` lines, together in one message. Never waits, throws nothing.
    virtual Delivery notify(std::string_view lines) noexcept = 0;

protected:
    SystemdNotifier() = default;
};

} // namespace turnspit
