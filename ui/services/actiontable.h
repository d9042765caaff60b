#pragma once

#include <turnspit/control/values.h>

#include <QString>

namespace turnspit {

/// What a person can ask of a service in the window.
enum class ServiceCommand { Start, RunNow, Stop, Kill, Restart, Hold };

/// May it be asked now, and in words why not.
struct Permission
{
    bool allowed = true;
    QString why; ///< empty where it is allowed

    explicit operator bool() const { return allowed; }
};

/// The table of what each state allows. Hold stands for Resume too. A disabled service may be asked to start: the window then
/// asks whether to enable it.
[[nodiscard]] Permission permission(ServiceCommand command, const ServiceInfo& service);

} // namespace turnspit
