#include <ui/services/holdspan.h>

#include <ui/services/actiontable.h>
#include <ui/text/words.h>

using namespace std::chrono;

namespace turnspit {

std::optional<WallTime> endOf(HoldSpan span, WallTime now)
{
    switch (span) {
    case HoldSpan::Hour:
        return now + hours(1);
    case HoldSpan::UntilTomorrow:
        return WallTime(milliseconds(words::local(now).date().addDays(1).startOfDay().toMSecsSinceEpoch()));
    case HoldSpan::UntilResumed:
        break;
    }
    return std::nullopt;
}

bool isOfHost(const ServiceInfo& service)
{
    return service.kind == ServiceKind::BuiltIn && service.name == QLatin1String("housekeeping");
}

bool isHosted(const ServiceInfo& service)
{
    return service.kind == ServiceKind::BuiltIn || service.kind == ServiceKind::Queue;
}

bool isSchedule(const ServiceInfo& service)
{
    return permission(ServiceCommand::Hold, service) && !isOfHost(service);
}

Schedules Schedules::of(const QList<ServiceInfo>& services, const QHash<QString, WallTime>& ends)
{
    Schedules schedules;
    for (const ServiceInfo& service : services) {
        const bool held = permission(ServiceCommand::Hold, service) && service.flags.contains(QLatin1String("held"));
        if (held)
            schedules.held += service.name;
        // One that is disabled has no runs to hold back.
        if (service.state != ServiceState::Disabled && isSchedule(service) && (!held || ends.contains(service.name)))
            schedules.holdable += service.name;
    }
    return schedules;
}

} // namespace turnspit
