#include <ui/notices/hostnews.h>

#include <ui/notices/eventsdialog.h>
#include <ui/services/servicemodel.h>
#include <ui/session/hostmirror.h>
#include <ui/text/words.h>
#include <ui/window/windowmemory.h>

#include <algorithm>

using namespace std::chrono_literals;

namespace turnspit {
namespace {

constexpr auto gathering = 2s; // all that one sleep has let pass comes within that
constexpr int farEnough = 1000; ///< events
const QString toldStartKey = QStringLiteral("newsOfStart");
const QString toldMissedKey = QStringLiteral("newsOfMissed");

QString stored(WallTime time)
{
    return QString::fromStdString(formatRfc3339(time));
}

std::optional<WallTime> storedTime(const WindowMemory& memory, const QString& key)
{
    return parseRfc3339(memory.value(key).toString().toStdString());
}

QStringList servicesOf(const QList<HostEvent>& events)
{
    QStringList names;
    for (const HostEvent& event : events) {
        if (!event.service.isEmpty() && !names.contains(event.service))
            names += event.service;
    }
    return names;
}

} // namespace

HostNews::HostNews(HostSession& session, const HostMirror& mirror, NoticeOutlet& band, NoticeOutlet& outlet, WindowMemory& memory,
                   QObject* parent)
    : QObject(parent), m_session(session), m_mirror(mirror), m_band(band), m_outlet(outlet), m_memory(memory),
      m_missedTimer(Clock::current().createTimer([this] { m_tasks.spawn(askMissed()); }))
{
    connect(&mirror, &HostMirror::hostChanged, this, &HostNews::look);
    connect(&mirror, &HostMirror::servicesChanged, this, &HostNews::look);
    look();
}

HostNews::~HostNews() = default;

void HostNews::look()
{
    if (!m_mirror.isLive()) {
        m_attached = false;
        return;
    }
    bool moved = false;
    QHash<QString, std::optional<WallTime>> planned;
    for (const ServiceInfo& service : m_mirror.model().services()) {
        planned.insert(service.name, service.nextRun);
        moved = moved || m_planned.value(service.name) != service.nextRun;
    }
    m_planned = std::move(planned);
    if (!std::exchange(m_attached, true)) {
        moved = true;
        m_tasks.spawn(lookBack());
    }
    if (moved)
        m_missedTimer->startOnce(gathering);
}

Task<> HostNews::lookBack()
{
    EventQuery query;
    query.limit = farEnough;
    const auto events = co_await m_session.events(query);
    if (!events)
        co_return; // asked again with the next connection
    const PastEvents past = PastEvents::of(*events);
    if (!past.start || past.start == storedTime(m_memory, toldStartKey))
        co_return;
    m_memory.set(toldStartKey, stored(*past.start));
    tell(past);
}

void HostNews::tell(const PastEvents& past)
{
    const WallTime now = Clock::current().wallNow();
    if (past.lost) {
        QStringList parts;
        const auto wentOn = static_cast<int>(servicesOf(past.wentOn).size());
        if (wentOn > 0)
            parts += tr("%n service(s) went on", nullptr, wentOn);
        if (past.ended.size() == 1)
            parts += tr("1 ended meanwhile (%1: %2)", "service, how it ended")
                         .arg(past.ended.first().service, words::eventReason(past.ended.first()));
        else if (!past.ended.isEmpty())
            parts += tr("%n ended meanwhile", nullptr, static_cast<int>(past.ended.size()));
        Notice notice;
        notice.key = QStringLiteral("news/lost");
        notice.summary = tr("Turnspit ended unexpectedly at %1.", "a time").arg(words::pointInTime(past.lost->time, now));
        notice.body = parts.isEmpty() ? tr("No service was running.")
                                      : tr("%1.", "a sentence of parts").arg(parts.join(tr(", ", "between parts of a sentence")));
        show(m_band, notice, QList<HostEvent>{*past.lost} + past.wentOn + past.ended);
    }
    if (!past.killedAtQuit.isEmpty()) {
        const QStringList names = servicesOf(past.killedAtQuit);
        const HostEvent& last = past.killedAtQuit.last();
        const QString when = words::pointInTime(last.time, now);
        Notice notice;
        notice.key = QStringLiteral("news/killed");
        if (names.size() == 1) {
            notice.summary = tr("%1 was killed at quit.").arg(names.first());
            notice.body = tr("at %1: %2", "a time, why").arg(when, words::eventReason(last));
        } else {
            notice.summary = tr("%n services were killed at quit.", nullptr, static_cast<int>(names.size()));
            notice.body = tr("at %1: %2", "a time, names of services").arg(when, names.join(QStringLiteral(", ")));
        }
        show(m_band, notice, past.killedAtQuit);
    }
}

Task<> HostNews::askMissed()
{
    const HostInfo* const host = m_mirror.host();
    if (!m_mirror.isLive() || !host)
        co_return;
    const auto told = storedTime(m_memory, toldMissedKey);
    EventQuery query;
    query.since = told ? *told + 1us : host->since;
    query.limit = farEnough;
    const auto events = co_await m_session.events(query);
    if (!events || events->isEmpty())
        co_return;
    // Not all have the time at which they were noted.
    m_memory.set(toldMissedKey, stored(std::ranges::max(*events, {}, &HostEvent::time).time));
    QList<HostEvent> missed;
    std::ranges::copy_if(*events, std::back_inserter(missed),
                         [](const HostEvent& event) { return event.kind == QLatin1String("runs-missed"); });
    if (!missed.isEmpty())
        tellMissed(missed);
}

void HostNews::tellMissed(const QList<HostEvent>& missed)
{
    const WallTime now = Clock::current().wallNow();
    int runs = 0;
    bool asleep = true;
    std::optional<WallTime> first;
    std::optional<WallTime> last;
    for (const HostEvent& event : missed) {
        const MissedEvent each = MissedEvent::of(event);
        runs += each.count;
        asleep = asleep && each.asleep;
        if (each.first)
            first = std::min(first.value_or(*each.first), *each.first);
        if (each.last)
            last = std::max(last.value_or(*each.last), *each.last);
    }
    const QStringList names = servicesOf(missed);
    const QString why = asleep ? tr("while the computer was asleep") : tr("while Turnspit was not running or the computer was asleep");
    Notice notice;
    notice.key = QStringLiteral("news/missed");
    if (names.size() > 1)
        notice.summary = tr("%n runs of %1 services were missed", nullptr, runs).arg(names.size());
    else
        notice.summary = tr("%n run(s) of %1 were missed", nullptr, runs).arg(names.value(0));
    if (!first || !last)
        notice.body = why;
    else if (*first == *last)
        notice.body = tr("at %1, %2", "a time, why").arg(words::pointInTime(*first, now), why);
    else
        notice.body = tr("from %1 to %2, %3", "times, why").arg(words::pointInTime(*first, now), words::pointInTime(*last, now), why);
    show(m_outlet, notice, missed);
}

void HostNews::show(NoticeOutlet& outlet, Notice notice, const QList<HostEvent>& about)
{
    notice.buttons = {{QStringLiteral("review"), &outlet == &m_band ? tr("Details") : tr("Review")}};
    m_about.insert(notice.key, {notice.summary, about});
    outlet.show(notice);
}

void HostNews::review(const QString& key, QWidget& window)
{
    const auto [summary, events] = m_about.value(key);
    if (events.isEmpty())
        return;
    const QStringList names = servicesOf(events);
    if (names.size() == 1 && events.first().kind != QLatin1String("host-lost")) {
        Q_EMIT serviceRequested(names.first());
        return;
    }
    const QString title = summary.endsWith(u'.') ? summary.chopped(1) : summary;
    auto* const dialog = new EventsDialog(title, events, &window);
    connect(dialog, &EventsDialog::serviceRequested, this, &HostNews::serviceRequested);
    dialog->open();
}

} // namespace turnspit
