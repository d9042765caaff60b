#include <ui/text/words.h>

#include <QCoreApplication>
#include <QLocale>
#include <QRegularExpression>

using namespace std::chrono;

namespace turnspit::words {
namespace {

/// Translation context of the free functions here.
struct Words
{
    Q_DECLARE_TR_FUNCTIONS(turnspit::Words)
};

bool isHeld(const ServiceInfo& service)
{
    return service.flags.contains(QLatin1String("held"));
}

bool isLive(ServiceState state)
{
    return state == ServiceState::Running || state == ServiceState::Starting || state == ServiceState::Stopping;
}

/// Whole seconds below a minute: a countdown has no tenths.
QString countdown(seconds left)
{
    return left < minutes(1) ? Words::tr("%1 s", "seconds").arg(left.count()) : duration(left);
}

QString next(const ServiceInfo& service, WallTime now, std::optional<WallTime> heldUntil)
{
    if (isHeld(service) && heldUntil)
        return Words::tr("schedule held until %1", "a time").arg(until(*heldUntil, now));
    if (isHeld(service))
        return Words::tr("schedule held");
    if (!service.nextRun)
        return {};
    if (service.state == ServiceState::BackingOff)
        return Words::tr("retry %1", "%1 is a time, such as 'in 0:14'").arg(upcoming(*service.nextRun, now));
    return Words::tr("next run %1", "%1 is a time, such as 'today 18:00'").arg(upcoming(*service.nextRun, now));
}

QStringList troubles(const ServiceInfo& service)
{
    QStringList list;
    if (service.flags.contains(QLatin1String("unhealthy")))
        list += Words::tr("not healthy");
    if (service.flags.contains(QLatin1String("file-broken")))
        list += Words::tr("its file has an error; the old settings go on");
    if (service.flags.contains(QLatin1String("changed")))
        list += Words::tr("settings changed, restart to apply");
    if (service.flags.contains(QLatin1String("adopted")))
        list += Words::tr("taken over from an earlier host");
    return list;
}

} // namespace

QString state(ServiceState state)
{
    switch (state) {
    case ServiceState::Stopped:
        return Words::tr("Stopped");
    case ServiceState::Starting:
        return Words::tr("Starting…");
    case ServiceState::Running:
        return Words::tr("Running");
    case ServiceState::Waiting:
        return Words::tr("Waiting");
    case ServiceState::BackingOff:
        return Words::tr("Backing off");
    case ServiceState::Stopping:
        return Words::tr("Stopping…");
    case ServiceState::Failed:
        return Words::tr("Failed");
    case ServiceState::Completed:
        return Words::tr("Completed");
    case ServiceState::Disabled:
        return Words::tr("Disabled");
    case ServiceState::Invalid:
        return Words::tr("Invalid");
    }
    return {};
}

QString kind(ServiceKind kind)
{
    switch (kind) {
    case ServiceKind::Kept:
        return Words::tr("Kept running");
    case ServiceKind::Scheduled:
        return Words::tr("On a schedule");
    case ServiceKind::Manual:
        return Words::tr("When I say");
    case ServiceKind::BuiltIn:
        return Words::tr("Built-in service");
    case ServiceKind::Queue:
        return Words::tr("Queue worker");
    }
    return {};
}

QString outcome(Outcome outcome)
{
    switch (outcome) {
    case Outcome::Succeeded:
        return Words::tr("succeeded");
    case Outcome::Failed:
        return Words::tr("failed");
    case Outcome::TimedOut:
        return Words::tr("timed out");
    case Outcome::Stopped:
        return Words::tr("stopped");
    case Outcome::Killed:
        return Words::tr("killed");
    case Outcome::Abandoned:
        return Words::tr("abandoned");
    case Outcome::Skipped:
        return Words::tr("skipped");
    case Outcome::Missed:
        return Words::tr("missed");
    case Outcome::Unknown:
        return Words::tr("end not seen");
    }
    return {};
}

QString duration(microseconds time)
{
    time = std::max(time, microseconds(0));
    const auto s = duration_cast<seconds>(time).count();
    const auto two = [](qint64 number) { return QStringLiteral("%1").arg(number, 2, 10, QLatin1Char('0')); };
    if (s < 10)
        return Words::tr("%1 s", "seconds").arg(QLocale().toString(static_cast<double>(time.count() / 100'000) / 10.0, 'f', 1));
    if (s < 60)
        return Words::tr("%1 s", "seconds").arg(s);
    if (s < 3600)
        return Words::tr("%1 m %2 s", "minutes, seconds").arg(s / 60).arg(two(s % 60));
    if (s < 86400)
        return Words::tr("%1 h %2 m", "hours, minutes").arg(s / 3600).arg(two(s / 60 % 60));
    return Words::tr("%1 d %2 h", "days, hours").arg(s / 86400).arg(s / 3600 % 24);
}

QDateTime local(WallTime at)
{
    return QDateTime::fromMSecsSinceEpoch(duration_cast<milliseconds>(at.time_since_epoch()).count());
}

QString upcoming(WallTime at, WallTime now)
{
    const auto left = ceil<seconds>(at - now).count();
    if (left <= 0)
        return Words::tr("now");
    if (left < 3600) {
        const QString clock = QStringLiteral("%1:%2").arg(left / 60).arg(left % 60, 2, 10, QLatin1Char('0'));
        return Words::tr("in %1", "%1 is minutes:seconds").arg(clock);
    }
    const QDateTime then = local(at);
    const QString time = QLocale().toString(then.time(), QLocale::ShortFormat);
    const auto days = local(now).date().daysTo(then.date());
    if (days == 0)
        return Words::tr("today %1").arg(time);
    if (days == 1)
        return Words::tr("tomorrow %1").arg(time);
    return Words::tr("%1, %2", "date, time").arg(QLocale().toString(then.date(), QLocale::ShortFormat), time);
}

QString pointInTime(WallTime at, WallTime now)
{
    const QDateTime then = local(at);
    const QString time = QLocale().toString(then.time(), QLocale::ShortFormat);
    switch (local(now).date().daysTo(then.date())) {
    case 0:
        return time;
    case 1:
        return Words::tr("tomorrow %1").arg(time);
    case -1:
        return Words::tr("yesterday %1").arg(time);
    default:
        return Words::tr("%1, %2", "date, time").arg(QLocale().toString(then.date(), QLocale::ShortFormat), time);
    }
}

QString until(WallTime at, WallTime now)
{
    const QDateTime then = local(at);
    const bool begins = then == then.date().startOfDay() && local(now).date().daysTo(then.date()) == 1;
    return begins ? Words::tr("tomorrow") : pointInTime(at, now);
}

QString withLocalTimes(const QString& text, WallTime now)
{
    static const QRegularExpression form(QStringLiteral("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)"));
    QString out;
    qsizetype done = 0;
    for (const QRegularExpressionMatch& match : form.globalMatch(text)) {
        const auto time = parseRfc3339(match.captured().toStdString());
        out += QStringView(text).mid(done, match.capturedStart() - done);
        out += time ? pointInTime(*time, now) : match.captured();
        done = match.capturedEnd();
    }
    out += QStringView(text).mid(done);
    return out;
}

QString moment(WallTime at)
{
    return QLocale().toString(local(at), QLocale::LongFormat);
}

QString memory(qint64 bytes)
{
    return QLocale().formattedDataSize(bytes, bytes < 10'000'000 ? 1 : 0, QLocale::DataSizeSIFormat);
}

QString percent(double value)
{
    return Words::tr("%1 %", "a percentage").arg(QLocale().toString(value, 'f', 1));
}

QString nothing()
{
    return QStringLiteral("—");
}

QString nextRun(const ServiceInfo& service, WallTime now, std::optional<WallTime> heldUntil)
{
    if (isHeld(service))
        return heldUntil ? Words::tr("held until %1", "a time").arg(until(*heldUntil, now)) : Words::tr("held");
    const bool waitsForRun = service.kind == ServiceKind::Scheduled && isLive(service.state);
    if (waitsForRun && (!service.nextRun || *service.nextRun <= now))
        return Words::tr("after current run");
    return service.nextRun ? upcoming(*service.nextRun, now) : nothing();
}

QString upTime(const ServiceInfo& service, WallTime now)
{
    return isLive(service.state) ? duration(now - service.since) : nothing();
}

QString lastResult(const ServiceInfo& service)
{
    if (!service.lastOutcome)
        return nothing();
    QString text = outcome(*service.lastOutcome);
    if (*service.lastOutcome == Outcome::Failed) {
        if (service.signal)
            text = *service.signal;
        else if (service.exitCode)
            text = Words::tr("exit %1", "exit code of a command").arg(*service.exitCode);
    }
    if (service.restarts > 0 && *service.lastOutcome != Outcome::Succeeded)
        return Words::tr("%1  ×%2", "a result, how many times").arg(text).arg(service.restarts);
    return text;
}

namespace {

QString stepOf(const StopInfo& stop, WallTime now)
{
    const auto left = ceil<seconds>(stop.killAt - now);
    if (left <= seconds(0) || stop.sent == QLatin1String("SIGKILL"))
        return Words::tr("SIGKILL sent");
    if (stop.sent.isEmpty())
        return Words::tr("asked to stop, %1 to SIGKILL", "a duration").arg(countdown(left));
    return Words::tr("%1 sent, %2 to SIGKILL", "a signal, a duration").arg(stop.sent, countdown(left));
}

} // namespace

QString stopping(const StopInfo& stop, WallTime now)
{
    const QString step = stepOf(stop, now);
    return stop.thenStart ? Words::tr("%1, then start", "how the stop stands").arg(step) : step;
}

QString why(const ServiceInfo& service, WallTime now, const StopInfo* stop, std::optional<WallTime> heldUntil)
{
    const bool ended = service.state == ServiceState::Failed || service.state == ServiceState::Completed
                       || service.state == ServiceState::Stopped;
    const QString since = duration(now - service.since);
    QStringList parts{ended ? Words::tr("%1 — %2 %3 ago", "name, state, duration").arg(service.name, state(service.state), since)
                            : Words::tr("%1 — %2 for %3", "name, state, duration").arg(service.name, state(service.state), since)};
    if (stop)
        parts += stopping(*stop, now);
    // How the run before ended says nothing about this one.
    else if (service.reason && !service.reason->isEmpty() && !isLive(service.state))
        parts += *service.reason;
    parts += troubles(service);
    if (const QString what = next(service, now, heldUntil); !what.isEmpty())
        parts += what;
    return parts.join(QStringLiteral(" · "));
}

QString error(const Error& error)
{
    return QString::fromStdString(error.text());
}

QString notRead(const Error& error)
{
    return error.kind == ErrorKind::Unreachable ? Words::tr("The host is not there to be asked.") : words::error(error);
}

} // namespace turnspit::words
