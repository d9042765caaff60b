#include <ui/text/words.h>

#include <QCoreApplication>
#include <QLocale>

#include <array>

using namespace std::chrono;

// What is heard rather than seen: no abbreviations, no symbols, no capital letters within.
namespace turnspit::words {
namespace {

struct Spoken
{
    Q_DECLARE_TR_FUNCTIONS(turnspit::Spoken)
};

QString spokenState(ServiceState state)
{
    switch (state) {
    case ServiceState::Stopped:
        return Spoken::tr("stopped");
    case ServiceState::Starting:
        return Spoken::tr("starting");
    case ServiceState::Running:
        return Spoken::tr("running");
    case ServiceState::Waiting:
        return Spoken::tr("waiting");
    case ServiceState::BackingOff:
        return Spoken::tr("backing off");
    case ServiceState::Stopping:
        return Spoken::tr("stopping");
    case ServiceState::Failed:
        return Spoken::tr("failed");
    case ServiceState::Completed:
        return Spoken::tr("completed");
    case ServiceState::Disabled:
        return Spoken::tr("disabled");
    case ServiceState::Invalid:
        return Spoken::tr("invalid");
    }
    return {};
}

QString someSeconds(qint64 n)
{
    return Spoken::tr("%n second(s)", nullptr, static_cast<int>(n));
}

QString someMinutes(qint64 n)
{
    return Spoken::tr("%n minute(s)", nullptr, static_cast<int>(n));
}

QString someHours(qint64 n)
{
    return Spoken::tr("%n hour(s)", nullptr, static_cast<int>(n));
}

QString someDays(qint64 n)
{
    return Spoken::tr("%n day(s)", nullptr, static_cast<int>(n));
}

QString both(const QString& first, const QString& second)
{
    return Spoken::tr("%1 %2", "two parts of a duration: hours, minutes").arg(first, second);
}

QString when(WallTime at, WallTime now)
{
    const auto left = ceil<seconds>(at - now);
    if (left <= seconds(0))
        return Spoken::tr("now");
    if (left < hours(1))
        return Spoken::tr("in %1", "a duration").arg(spokenDuration(left));
    return upcoming(at, now);
}

bool isHeld(const ServiceInfo& service)
{
    return service.flags.contains(QLatin1String("held"));
}

QString next(const ServiceInfo& service, WallTime now, std::optional<WallTime> heldUntil)
{
    if (isHeld(service) && heldUntil)
        return Spoken::tr("schedule held until %1", "a time").arg(until(*heldUntil, now));
    if (isHeld(service))
        return Spoken::tr("schedule held");
    if (!service.nextRun)
        return {};
    return service.state == ServiceState::BackingOff
               ? Spoken::tr("retry %1", "'in 14 seconds'").arg(when(*service.nextRun, now))
               : Spoken::tr("next run %1", "'in 5 minutes'").arg(when(*service.nextRun, now));
}

bool isFailure(Outcome outcome)
{
    return outcome == Outcome::Failed || outcome == Outcome::TimedOut || outcome == Outcome::Killed
           || outcome == Outcome::Abandoned;
}

QString last(const ServiceInfo& service)
{
    if (!service.lastOutcome)
        return {};
    if (*service.lastOutcome == Outcome::Failed && service.signal)
        return Spoken::tr("last ended by %1", "a signal").arg(*service.signal);
    if (*service.lastOutcome == Outcome::Failed && service.exitCode)
        return Spoken::tr("last exit %1", "an exit code").arg(*service.exitCode);
    return Spoken::tr("last run %1", "an outcome, such as 'succeeded'").arg(outcome(*service.lastOutcome));
}

QString nthFailure(int n)
{
    const std::array<QString, 10> first{Spoken::tr("first failure"),   Spoken::tr("second failure"), Spoken::tr("third failure"),
                                        Spoken::tr("fourth failure"),  Spoken::tr("fifth failure"),  Spoken::tr("sixth failure"),
                                        Spoken::tr("seventh failure"), Spoken::tr("eighth failure"), Spoken::tr("ninth failure"),
                                        Spoken::tr("tenth failure")};
    const auto at = static_cast<std::size_t>(n - 1);
    return at < first.size() ? first.at(at) : Spoken::tr("failure number %1").arg(n);
}

/// How often it was tried: where it failed all along, the failures; else the restarts.
QString tries(const ServiceInfo& service)
{
    const bool failed = service.lastOutcome && isFailure(*service.lastOutcome);
    if (failed && (service.state == ServiceState::BackingOff || service.state == ServiceState::Failed))
        return nthFailure(service.restarts + 1);
    if (service.restarts == 0)
        return {};
    return Spoken::tr("restarted %n time(s)", nullptr, service.restarts);
}

QStringList troubles(const ServiceInfo& service)
{
    QStringList list;
    if (service.flags.contains(QLatin1String("unhealthy")))
        list += Spoken::tr("not healthy");
    if (service.flags.contains(QLatin1String("file-broken")))
        list += Spoken::tr("its file has an error, the old settings go on");
    if (service.flags.contains(QLatin1String("changed")))
        list += Spoken::tr("settings changed, restart to apply");
    if (service.flags.contains(QLatin1String("adopted")))
        list += Spoken::tr("taken over from an earlier host");
    return list;
}

/// How the run before ended says nothing about one that is alive.
QString reason(const ServiceInfo& service)
{
    const bool alive = service.state == ServiceState::Running || service.state == ServiceState::Starting;
    return alive ? QString() : service.reason.value_or(QString());
}

QString sentence(QStringList parts)
{
    parts.removeAll(QString());
    return parts.join(Spoken::tr(", ", "between the parts of a sentence"));
}

} // namespace

QString spokenDuration(seconds time)
{
    const qint64 s = std::max<qint64>(time.count(), 0);
    if (s < 60)
        return someSeconds(s);
    if (s < 600 && s % 60 != 0)
        return both(someMinutes(s / 60), someSeconds(s % 60));
    if (s < 3600)
        return someMinutes(s / 60);
    if (s < 86400)
        return s / 60 % 60 == 0 ? someHours(s / 3600) : both(someHours(s / 3600), someMinutes(s / 60 % 60));
    return someDays(s / 86400);
}

QString rowSentence(const ServiceInfo& service, WallTime now, std::optional<WallTime> heldUntil)
{
    return sentence(QStringList{service.name, spokenState(service.state), next(service, now, heldUntil), last(service), tries(service)}
                    + troubles(service) + QStringList{reason(service)});
}

} // namespace turnspit::words
