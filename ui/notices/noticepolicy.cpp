#include <ui/notices/noticepolicy.h>

#include <ui/services/actiontable.h>
#include <ui/services/servicemodel.h>
#include <ui/session/hostmirror.h>
#include <ui/text/words.h>

#include <algorithm>

using namespace std::chrono_literals;

namespace turnspit {
namespace {

constexpr auto gathering = 300ms; // what one cause brings about comes within that
constexpr auto groupWindow = 10s;
constexpr std::size_t mostSingle = 3; // services within the window that are told one by one
constexpr auto capWindow = 60s;
constexpr std::size_t mostInCapWindow = 6;
constexpr auto recoveredAfter = 60s;
constexpr qsizetype mostNames = 5;

QString keyOf(const QString& service)
{
    return QStringLiteral("service/") + service;
}

QString keyOfProblem(const QString& problem)
{
    return QStringLiteral("problem/") + problem;
}

bool isKept(const ServiceInfo& service)
{
    return service.kind == ServiceKind::Kept || service.kind == ServiceKind::Queue;
}

QString someOf(const QStringList& names)
{
    const QString text = names.mid(0, mostNames).join(QStringLiteral(", "));
    return names.size() > mostNames ? text + QStringLiteral(", …") : text;
}

} // namespace

NoticePolicy::NoticePolicy(const HostMirror& mirror, NoticeOutlet& outlet, QObject* parent)
    : QObject(parent), m_mirror(mirror), m_outlet(outlet), m_clock(Clock::current()),
      m_gatherTimer(m_clock.createTimer([this] { flush(); })), m_digestTimer(m_clock.createTimer([this] { digest(); })),
      m_groupTimer(m_clock.createTimer([this] {
          for (Group* const group : {&m_bad, &m_good}) {
              if (group->grows)
                  show(*group);
          }
      })),
      m_recoveryTimer(m_clock.createTimer([this] { checkRecoveries(); }))
{
    connect(&mirror, &HostMirror::servicesChanged, this, &NoticePolicy::look);
    connect(&mirror, &HostMirror::hostChanged, this, &NoticePolicy::lookAtHost);
    lookAtHost();
    look();
}

NoticePolicy::~NoticePolicy() = default;

void NoticePolicy::setQuiet(bool quiet)
{
    m_quiet = quiet;
}

void NoticePolicy::lookAtHost()
{
    if (!m_mirror.isLive()) {
        m_attached = false;
        m_problems.reset();
        return;
    }
    const QStringList problems = m_mirror.host()->problems;
    const QStringList before = m_problems.value_or(problems);
    m_problems = problems;
    for (const QString& problem : problems) {
        if (before.contains(problem))
            continue;
        Notice notice;
        notice.key = keyOfProblem(problem);
        notice.summary = tr("Turnspit has a problem");
        notice.body = tr("at %1: %2", "a time, what went wrong")
                          .arg(words::pointInTime(m_clock.wallNow(), m_clock.wallNow()), problem);
        notice.urgency = Notice::Urgency::Critical;
        notice.buttons = {{QStringLiteral("list"), tr("Open")}};
        deliver(notice);
    }
    for (const QString& problem : before) {
        if (!problems.contains(problem))
            withdraw(keyOfProblem(problem));
    }
}

void NoticePolicy::look()
{
    if (!m_mirror.isLive())
        return;
    const bool first = !std::exchange(m_attached, true);
    QHash<QString, ServiceInfo> now;
    for (const ServiceInfo& service : m_mirror.model().services()) {
        const auto before = m_before.constFind(service.name);
        if (!first && !m_quiet && before != m_before.constEnd()) {
            if (const auto event = noticeEvent(*before, service))
                take(*event);
        }
        now.insert(service.name, service);
    }
    const auto known = m_before.keys();
    for (const QString& name : known) {
        if (!now.contains(name)) {
            m_failing.remove(name);
            close(name);
        }
    }
    m_before = std::move(now);
    armRecovery();
}

void NoticePolicy::take(const NoticeEvent& event)
{
    using Kind = NoticeEvent::Kind;
    const QString& name = event.service.name;
    switch (event.kind) {
    case Kind::Failed:
        if (!m_failing.contains(name) || event.service.state == ServiceState::Failed)
            gather(event);
        m_failing.insert(name);
        return;
    case Kind::GaveUp:
    case Kind::NotStopped:
        if (event.kind == Kind::GaveUp || event.service.state == ServiceState::Failed)
            m_failing.insert(name);
        return gather(event);
    case Kind::Succeeded:
        if (m_failing.remove(name))
            gather(event);
        return;
    case Kind::Resumed:
        return close(name);
    case Kind::Ended:
        m_failing.remove(name);
        return close(name);
    }
}

void NoticePolicy::gather(const NoticeEvent& event)
{
    m_pending.removeIf([&](const NoticeEvent& other) { return other.service.name == event.service.name; });
    if (m_pending.isEmpty())
        m_gatherTimer->startOnce(gathering);
    m_pending += event;
}

void NoticePolicy::flush()
{
    QList<NoticeEvent> bad;
    QList<NoticeEvent> good;
    for (const NoticeEvent& event : std::exchange(m_pending, {}))
        (event.kind == NoticeEvent::Kind::Succeeded ? good : bad) += event;
    flush(m_bad, bad);
    flush(m_good, good);
}

void NoticePolicy::flush(Group& group, const QList<NoticeEvent>& events)
{
    const Instant now = m_clock.now();
    while (!group.recent.empty() && group.recent.front().first <= now - groupWindow)
        group.recent.pop_front();
    for (const NoticeEvent& event : events) {
        std::erase_if(group.recent, [&](const auto& entry) { return entry.second == event.service.name; });
        group.recent.emplace_back(now, event.service.name);
    }
    if (group.recent.size() <= mostSingle) {
        if (!events.isEmpty() && !group.grows)
            group.told.clear(); // the storm is over: what comes now is told by its name
        for (const NoticeEvent& event : events)
            deliver(noticeOf(event));
        return;
    }
    for (const auto& [time, name] : group.recent) {
        if (!group.told.contains(name)) {
            group.told += name;
            close(name);
        }
    }
    if (events.isEmpty())
        return;
    // One that grows is shown again when the window is over, not at each step.
    const bool justShown = group.shown && *group.shown > now - groupWindow && group.told.size() > events.size();
    if (justShown) {
        group.grows = true;
        return m_groupTimer->startOnce(*group.shown + groupWindow - now);
    }
    show(group);
}

void NoticePolicy::show(Group& group)
{
    group.grows = false;
    group.shown = m_clock.now();
    deliver(noticeOf(group));
}

void NoticePolicy::deliver(const Notice& notice)
{
    const Instant now = m_clock.now();
    while (!m_delivered.empty() && m_delivered.front() <= now - capWindow)
        m_delivered.pop_front();
    m_withheld.removeIf([&](const Notice& other) { return other.key == notice.key; });
    if (m_delivered.size() < mostInCapWindow && m_withheld.isEmpty()) {
        m_delivered.push_back(now);
        m_outlet.show(notice);
        return;
    }
    if (m_withheld.isEmpty())
        m_digestTimer->startOnce(m_delivered.front() + capWindow - now);
    m_withheld += notice;
}

void NoticePolicy::digest()
{
    const QList<Notice> withheld = std::exchange(m_withheld, {});
    if (withheld.isEmpty())
        return;
    if (withheld.size() == 1)
        return deliver(withheld.first());
    Notice notice;
    notice.key = QStringLiteral("digest");
    notice.summary = tr("%n more event(s)", nullptr, static_cast<int>(withheld.size()));
    QStringList lines;
    for (const Notice& each : withheld) {
        lines += each.summary;
        notice.services += each.service.isEmpty() ? each.services : QStringList(each.service);
        notice.urgency = std::max(notice.urgency, std::min(each.urgency, Notice::Urgency::Normal));
    }
    if (lines.size() > mostNames)
        lines = lines.mid(0, mostNames) << QStringLiteral("…");
    notice.services.removeDuplicates();
    notice.body = lines.join(QLatin1Char('\n'));
    notice.buttons = {{QStringLiteral("list"), tr("Show")}};
    deliver(notice);
}

void NoticePolicy::close(const QString& service)
{
    withdraw(keyOf(service));
}

void NoticePolicy::withdraw(const QString& key)
{
    m_withheld.removeIf([&](const Notice& notice) { return notice.key == key; });
    m_outlet.close(key);
}

void NoticePolicy::see(const QString& service)
{
    m_pending.removeIf([&](const NoticeEvent& event) { return event.service.name == service; });
    close(service);
}

void NoticePolicy::armRecovery()
{
    std::optional<WallTime> first;
    for (const QString& name : std::as_const(m_failing)) {
        const ServiceInfo service = m_before.value(name);
        if (isKept(service) && service.state == ServiceState::Running)
            first = std::min(first.value_or(service.since), service.since);
    }
    if (!first)
        return m_recoveryTimer->stop();
    m_recoveryTimer->startOnce(std::max<WallTime::duration>(*first + recoveredAfter - m_clock.wallNow(), 0s));
}

void NoticePolicy::checkRecoveries()
{
    const QStringList failing(m_failing.begin(), m_failing.end());
    for (const QString& name : failing) {
        const ServiceInfo service = m_before.value(name);
        if (isKept(service) && service.state == ServiceState::Running &&
            m_clock.wallNow() - service.since >= recoveredAfter)
            take({NoticeEvent::Kind::Succeeded, service});
    }
    armRecovery();
}

Notice NoticePolicy::noticeOf(const NoticeEvent& event) const
{
    using Kind = NoticeEvent::Kind;
    const ServiceInfo& service = event.service;
    const QString when = words::pointInTime(service.since, m_clock.wallNow());
    const QString what = failureWords(service);
    const Notice::Button log{QStringLiteral("log"), tr("Show log")};
    Notice notice;
    notice.key = keyOf(service.name);
    notice.service = service.name;
    notice.body =
        what.isEmpty() ? tr("at %1", "a time").arg(when) : tr("at %1: %2", "a time, what went wrong").arg(when, what);
    switch (event.kind) {
    case Kind::Failed:
        notice.summary = tr("%1 failed").arg(service.name);
        if (service.state == ServiceState::BackingOff)
            notice.body = tr("%1. It is tried again.").arg(notice.body);
        notice.buttons = {log, {QStringLiteral("again"), tr("Run again")}};
        break;
    case Kind::GaveUp:
        notice.summary = tr("%1 failed and is not started again").arg(service.name);
        notice.urgency = Notice::Urgency::Critical;
        notice.buttons = {log, {QStringLiteral("start"), tr("Start")}};
        break;
    case Kind::NotStopped:
        notice.summary = service.state == ServiceState::Failed ? tr("%1 could not be stopped").arg(service.name)
                                                               : tr("%1 had to be killed").arg(service.name);
        notice.buttons = {log};
        break;
    default:
        notice.summary = tr("%1 works again").arg(service.name);
        notice.body = tr("since %1", "a time").arg(when);
        notice.urgency = Notice::Urgency::Low;
        break;
    }
    return notice;
}

Notice NoticePolicy::noticeOf(const Group& group) const
{
    const auto count = static_cast<int>(group.told.size());
    Notice notice;
    notice.key = group.key;
    notice.summary =
        group.isBad ? tr("%n service(s) failed", nullptr, count) : tr("%n service(s) work again", nullptr, count);
    notice.body = tr("at %1: %2", "a time, names of services")
                      .arg(words::pointInTime(m_clock.wallNow(), m_clock.wallNow()), someOf(group.told));
    notice.services = group.told;
    notice.urgency = group.isBad ? Notice::Urgency::Normal : Notice::Urgency::Low;
    if (group.isBad)
        notice.buttons = {{QStringLiteral("list"), tr("Show")}};
    return notice;
}

} // namespace turnspit
