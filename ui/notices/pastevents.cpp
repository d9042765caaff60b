#include <ui/notices/pastevents.h>

#include <ui/text/words.h>

#include <turnspit/base/time.h>

#include <QCoreApplication>
#include <QRegularExpression>

#include <algorithm>

namespace turnspit {
namespace {

struct PastWords
{
    Q_DECLARE_TR_FUNCTIONS(turnspit::PastEvents)
};

bool isStart(const HostEvent& event)
{
    return event.kind == QLatin1String("host-started");
}

bool wasKilled(const HostEvent& event)
{
    return event.text.section(QLatin1String(": "), 1, 1) == QLatin1String("killed");
}

} // namespace

PastEvents PastEvents::of(const QList<HostEvent>& events)
{
    PastEvents past;
    const auto start = std::find_if(events.crbegin(), events.crend(), isStart);
    if (start == events.crend())
        return past;
    past.start = start->time;
    const auto before = std::find_if(std::next(start), events.crend(), isStart).base();
    for (auto event = before; event != std::prev(start.base()); ++event) {
        if (event->kind == QLatin1String("host-lost"))
            past.lost = *event;
        else if (event->kind == QLatin1String("run-killed-at-quit"))
            past.killedAtQuit += *event;
        else if (event->kind == QLatin1String("run-adopted") && past.lost)
            past.wentOn += *event;
        else if (event->kind == QLatin1String("run-ended-meanwhile") && past.lost)
            past.ended += *event;
        else if (event->kind == QLatin1String("run-ended-meanwhile") && wasKilled(*event))
            past.killedAtQuit += *event; // the host did not wait for it
    }
    return past;
}

MissedEvent MissedEvent::of(const HostEvent& event)
{
    static const QRegularExpression form(QStringLiteral("(\\d+) runs between (\\S+) and (\\S+): (.*)$"));
    const QRegularExpressionMatch match = form.match(event.text);
    MissedEvent missed;
    if (!match.hasMatch())
        return missed;
    missed.count = std::max(1, match.captured(1).toInt());
    missed.first = parseRfc3339(match.captured(2).toStdString());
    missed.last = parseRfc3339(match.captured(3).toStdString());
    missed.asleep = match.captured(4) == QLatin1String("asleep");
    return missed;
}

QString words::eventReason(const HostEvent& event)
{
    static const QRegularExpression run(QStringLiteral("^run \\d+(: |, )"));
    QString text = event.text;
    text.remove(run);
    if (text.startsWith(QLatin1String("killed: ")))
        text.remove(0, 8);
    if (text.endsWith(QLatin1String("; killed")))
        text.chop(8);
    return text;
}

QString words::event(const HostEvent& event, WallTime now)
{
    if (event.kind == QLatin1String("host-lost"))
        return PastWords::tr("the last sign of life of the Turnspit before this one");
    if (event.kind == QLatin1String("run-adopted"))
        return PastWords::tr("went on");
    if (event.kind == QLatin1String("run-ended-meanwhile"))
        return PastWords::tr("ended meanwhile: %1").arg(eventReason(event));
    if (event.kind == QLatin1String("run-killed-at-quit"))
        return PastWords::tr("killed at quit: %1").arg(eventReason(event));
    if (event.kind == QLatin1String("runs-missed")) {
        const MissedEvent missed = MissedEvent::of(event);
        const QString why = missed.asleep ? PastWords::tr("the computer was asleep") : PastWords::tr("Turnspit was not running");
        if (!missed.first || !missed.last)
            return withLocalTimes(event.text, now);
        if (missed.count == 1)
            return PastWords::tr("missed the run of %1: %2", "a time, why").arg(pointInTime(*missed.first, now), why);
        return PastWords::tr("missed %n runs from %1 to %2: %3", "times, why", missed.count)
            .arg(pointInTime(*missed.first, now), pointInTime(*missed.last, now), why);
    }
    return withLocalTimes(event.text, now);
}

} // namespace turnspit
