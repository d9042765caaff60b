#pragma once

#include <turnspit/control/values.h>

#include <QString>

namespace turnspit {

/// What a person can ask of a service in the window.
enum class ServiceCommand { Start, RunNow, Stop, Kill, Restart, Hold };

/// ... and of its service file.
enum class FileCommand { Edit, Duplicate, Remove };

/// May it be asked now, and in words why not.
struct Permission
{
    bool allowed = true;
    QString why;  ///< empty where it is allowed
    QString note; ///< where it is allowed: what else comes of it than one might think; mostly empty

    explicit operator bool() const { return allowed; }
};

/// The table of what each state allows. Hold stands for Resume too. A disabled service may be asked to start: the window then
/// asks whether to enable it.
[[nodiscard]] Permission permission(ServiceCommand command, const ServiceInfo& service);
[[nodiscard]] Permission permission(FileCommand command, const ServiceInfo& service);

/// What *Run again* means: Run now where there are single runs, Start of one that is kept running.
[[nodiscard]] ServiceCommand commandForAgain(const ServiceInfo& service);

} // namespace turnspit
