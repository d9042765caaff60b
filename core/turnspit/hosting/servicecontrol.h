#pragma once

#include <turnspit/base/error.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace turnspit {

/// The service control manager of Windows, as a program that it has started as a service meets it: the seam below useWindowsService.
class ServiceControl
{
public:
    enum class State { Starting, Running, Stopping, Stopped };

    virtual ~ServiceControl() = default;
    ServiceControl(const ServiceControl&) = delete;
    ServiceControl& operator=(const ServiceControl&) = delete;

    /// Once; waits for the manager. `onStop` is called in a thread of its own when the manager wants the service to stop, or the system
    /// ends, perhaps more than once; it must not wait. The error: there is no manager after all.
    [[nodiscard]] virtual Result<> connect(std::function<void()> onStop) = 0;

    /// Any thread, after connect. Starting, Stopping: the next report comes `within`. Stopped: the last one, with what is 0 or an error
    /// of Windows.
    virtual void report(State state, std::chrono::milliseconds within, std::uint32_t exitCode) noexcept = 0;

    /// Null: the manager has not started this process.
    [[nodiscard]] static std::unique_ptr<ServiceControl> ofThisProcess();

protected:
    ServiceControl() = default;
};

} // namespace turnspit
