#include <ui/notices/noticeevents.h>

#include <ui/text/words.h>

#include <QCoreApplication>

namespace turnspit {
namespace {

struct EventWords
{
    Q_DECLARE_TR_FUNCTIONS(turnspit::NoticeEvent)
};

bool runs(ServiceState state)
{
    return state == ServiceState::Starting || state == ServiceState::Running || state == ServiceState::Stopping;
}

bool isBad(Outcome outcome)
{
    return outcome == Outcome::Failed || outcome == Outcome::TimedOut || outcome == Outcome::Unknown ||
           outcome == Outcome::Abandoned;
}

// The host says so in these words (supervision and keeper); what stands before and after them is not the service's
// either.
bool gaveUp(const ServiceInfo& service)
{
    return service.reason && service.reason->startsWith(QLatin1String("gave up after "));
}

bool ranIntoItsLimit(const ServiceInfo& service)
{
    return service.reason && (service.reason->contains(QLatin1String("did not stop within ")) ||
                              service.reason->startsWith(QLatin1String("could not be stopped")));
}

/// A run has ended between the two looks, perhaps one that began and ended between them.
bool runEnded(const ServiceInfo& before, const ServiceInfo& after)
{
    if (runs(after.state))
        return false;
    if (runs(before.state))
        return true;
    if (before.since == after.since)
        return false;
    switch (after.state) {
    case ServiceState::BackingOff:
    case ServiceState::Failed:
    case ServiceState::Completed:
        return true;
    case ServiceState::Waiting: // not when it was armed: then its last outcome is of long ago
        return before.state == ServiceState::Waiting;
    default:
        return false;
    }
}

} // namespace

std::optional<NoticeEvent> noticeEvent(const ServiceInfo& before, const ServiceInfo& after)
{
    using Kind = NoticeEvent::Kind;
    if (before.state == ServiceState::Failed && runs(after.state))
        return NoticeEvent{Kind::Resumed, after};
    if (!runEnded(before, after)) {
        const bool stopped = after.state == ServiceState::Stopped || after.state == ServiceState::Disabled;
        return stopped && before.state != after.state ? std::optional(NoticeEvent{Kind::Ended, after}) : std::nullopt;
    }
    const Outcome outcome = after.lastOutcome.value_or(Outcome::Succeeded);
    if (ranIntoItsLimit(after) && (after.state == ServiceState::Failed || outcome == Outcome::Killed))
        return NoticeEvent{Kind::NotStopped, after};
    if (after.state == ServiceState::Failed)
        return NoticeEvent{gaveUp(after) ? Kind::GaveUp : Kind::Failed, after};
    if (after.state == ServiceState::Stopped || after.state == ServiceState::Disabled)
        return NoticeEvent{Kind::Ended, after};
    if (isBad(outcome))
        return NoticeEvent{Kind::Failed, after};
    if (outcome == Outcome::Succeeded)
        return NoticeEvent{Kind::Succeeded, after};
    return std::nullopt;
}

QString failureWords(const ServiceInfo& service)
{
    const QString reason = service.reason.value_or(QString());
    if (gaveUp(service))
        return reason.section(QLatin1String("; last: "), 0, 0);
    if (ranIntoItsLimit(service))
        return reason;
    // What the host could not even start it says itself; anything that ran may have put its own words into the reason.
    if (service.exitCode == 126 || service.exitCode == 127)
        return reason.isEmpty() ? EventWords::tr("exit %1").arg(*service.exitCode)
                                : reason.section(QLatin1Char('\n'), 0, 0);
    if (!service.lastOutcome)
        return {};
    if (service.lastOutcome == Outcome::Failed) {
        if (service.signal)
            return EventWords::tr("ended by %1", "a signal").arg(*service.signal);
        if (service.exitCode)
            return EventWords::tr("exit %1").arg(*service.exitCode);
    }
    return words::outcome(*service.lastOutcome);
}

} // namespace turnspit
