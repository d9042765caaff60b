#include <ui/tray/overall.h>

#include <ui/services/holdspan.h>
#include <ui/text/words.h>

#include <QCoreApplication>

#include <algorithm>

namespace turnspit {
namespace {

struct OverallWords
{
    Q_DECLARE_TR_FUNCTIONS(turnspit::Overall)
};

int count(const QList<ServiceInfo>& services, ServiceState state)
{
    return static_cast<int>(std::ranges::count(services, state, &ServiceInfo::state));
}

bool allHeld(const QList<ServiceInfo>& services)
{
    bool any = false;
    for (const ServiceInfo& service : services) {
        if (service.state == ServiceState::Disabled || !isSchedule(service))
            continue;
        if (!service.flags.contains(QLatin1String("held")))
            return false;
        any = true;
    }
    return any;
}

/// When the first of them ticks again; null: not before somebody resumes.
std::optional<WallTime> heldUntil(const OverallInput& input)
{
    std::optional<WallTime> first;
    for (const ServiceInfo& service : input.services) {
        if (!isSchedule(service) || !service.flags.contains(QLatin1String("held")))
            continue;
        const auto end = input.holdEnds.constFind(service.name);
        if (end == input.holdEnds.constEnd())
            return std::nullopt;
        first = std::min(first.value_or(*end), *end);
    }
    return first;
}

QString joined(const QStringList& parts)
{
    return parts.join(QStringLiteral(" · "));
}

QString workingText(const QList<ServiceInfo>& services)
{
    QStringList parts;
    if (const int n = count(services, ServiceState::Stopping))
        parts += OverallWords::tr("Stopping %n service(s)…", nullptr, n);
    if (const int n = count(services, ServiceState::Starting))
        parts += OverallWords::tr("Starting %n service(s)…", nullptr, n);
    if (const int n = count(services, ServiceState::BackingOff))
        parts += OverallWords::tr("%n backing off", nullptr, n);
    return joined(parts);
}

QString calmText(const QList<ServiceInfo>& services)
{
    QStringList parts;
    if (const int n = count(services, ServiceState::Running))
        parts += OverallWords::tr("%n running", nullptr, n);
    if (const int n = count(services, ServiceState::Waiting))
        parts += OverallWords::tr("%n waiting", nullptr, n);
    return parts.isEmpty() ? OverallWords::tr("Nothing running") : joined(parts);
}

QString failedText(const OverallInput& input, WallTime now)
{
    const auto newest = std::ranges::find(input.services, input.unseen.first(), &ServiceInfo::name);
    if (newest == input.services.end())
        return {};
    const QString text =
        OverallWords::tr("%1 failed at %2", "service, time").arg(newest->name, words::pointInTime(newest->since, now));
    const auto others = static_cast<int>(input.unseen.size()) - 1;
    return others == 0 ? text : joined({text, OverallWords::tr("%n more failed", nullptr, others)});
}

} // namespace

bool isLive(const ServiceInfo& service)
{
    switch (service.state) {
    case ServiceState::Starting:
    case ServiceState::Running:
    case ServiceState::Stopping:
    case ServiceState::BackingOff:
        return service.kind != ServiceKind::BuiltIn;
    default:
        return false;
    }
}

int liveCount(const QList<ServiceInfo>& services)
{
    return static_cast<int>(std::ranges::count_if(services, isLive));
}

Overall overall(const OverallInput& input)
{
    if (!input.live || input.silent)
        return Overall::Unreachable;
    if (input.quitting)
        return Overall::Working;
    if (!input.unseen.isEmpty())
        return Overall::Failed;
    const auto moves = [](const ServiceInfo& service) {
        return isLive(service) && service.state != ServiceState::Running;
    };
    if (std::ranges::any_of(input.services, moves))
        return Overall::Working;
    if (allHeld(input.services) || input.noticesHeldUntil)
        return Overall::Held;
    return liveCount(input.services) > 0 ? Overall::AllWell : Overall::NothingRunning;
}

TrayShape shapeOf(Overall state)
{
    switch (state) {
    case Overall::NothingRunning:
        return TrayShape::Outline;
    case Overall::AllWell:
        return TrayShape::Filled;
    case Overall::Working:
        return TrayShape::Working;
    case Overall::Failed:
        return TrayShape::Failed;
    case Overall::Held:
        return TrayShape::Held;
    case Overall::Unreachable:
        return TrayShape::Unreachable;
    }
    return TrayShape::Unreachable;
}

QString overallText(const OverallInput& input, WallTime now)
{
    switch (overall(input)) {
    case Overall::Unreachable:
        return input.live ? OverallWords::tr("The host does not answer") : OverallWords::tr("No host is running");
    case Overall::Working: {
        const QString text = workingText(input.services);
        return text.isEmpty() ? OverallWords::tr("Quitting…") : text;
    }
    case Overall::Failed:
        return failedText(input, now);
    case Overall::Held: {
        QStringList parts;
        if (allHeld(input.services)) {
            const auto until = heldUntil(input);
            parts += until ? OverallWords::tr("Schedules held until %1", "a time").arg(words::until(*until, now))
                           : OverallWords::tr("Schedules held");
        }
        if (input.noticesHeldUntil)
            parts +=
                OverallWords::tr("Notices held until %1", "a time").arg(words::until(*input.noticesHeldUntil, now));
        return joined(parts << calmText(input.services));
    }
    case Overall::AllWell:
        return calmText(input.services);
    case Overall::NothingRunning:
        break;
    }
    const ServiceInfo* next = nullptr;
    for (const ServiceInfo& service : input.services) {
        if (service.nextRun && !isOfHost(service) && (!next || *service.nextRun < *next->nextRun))
            next = &service;
    }
    QStringList parts{OverallWords::tr("Nothing running")};
    if (next)
        parts +=
            OverallWords::tr("next %1 %2", "service, time").arg(next->name, words::pointInTime(*next->nextRun, now));
    return joined(parts);
}

} // namespace turnspit
