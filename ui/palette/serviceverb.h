#pragma once

#include <turnspit/control/values.h>
#include <ui/services/actiontable.h>

#include <QKeySequence>

#include <functional>

namespace turnspit {

class ServiceActions;
class ServiceEditing;

/// Something that can be done with a service, as the command palette offers it.
struct ServiceVerb
{
    QString pattern; ///< in words, %1 is the service: "Run %1 now"
    QString icon;    ///< of actionIcon
    QKeySequence keys;
    std::function<Permission(const ServiceInfo&)> permission;
    std::function<QString(const ServiceInfo&)> commandLine; ///< what does the same in a terminal; "" where nothing does
    std::function<void(const QString& name)> run;
};

/// Start, stop, restart, run now, kill, hold and resume, with the keys of `actions` and allowed by the table of states. `ask` is
/// called with what was chosen.
[[nodiscard]] QList<ServiceVerb> commandVerbs(const ServiceActions& actions,
                                              std::function<void(ServiceCommand, const QString& name)> ask);

/// Edit, duplicate and remove, with the keys of `editing`, which carries them out and outlives them.
[[nodiscard]] QList<ServiceVerb> fileVerbs(ServiceEditing& editing);

} // namespace turnspit
