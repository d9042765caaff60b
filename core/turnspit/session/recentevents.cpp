#include <turnspit/session/recentevents.h>

#include <turnspit/hosting/hostevents.h>

#include <algorithm>

namespace turnspit {

namespace {

/// The words that the events of other hosts have, where they have such events; null: nothing for a person to know.
const char* kindOf(int event)
{
    switch (event) {
    case ServiceFailed:
    case ServiceStartFailed: return "service-failed";
    case ServiceStopsHost: return "service-stops-host";
    case ServiceStopFailed: return "stop-failed";
    case ServiceAbandoned: return "service-abandoned";
    case ServiceAbandonedEnded: return "service-abandoned-ended";
    case ServiceRestarts: return "service-restarts";
    case ServiceGaveUp: return "gave-up";
    case ServiceTickFailed: return "run-failed";
    case ServiceBlocksThread: return "service-blocks";
    case ServiceAnswersAgain: return "service-answers";
    case OptionsChanged: return "options-changed";
    case OptionsRefused: return "options-refused";
    default: return nullptr;
    }
}

} // namespace

void RecentEvents::add(HostEvent event)
{
    const std::lock_guard lock(m_mutex);
    m_events.push_back(std::move(event));
    if (m_events.size() > kept)
        m_events.pop_front();
}

QList<HostEvent> RecentEvents::find(const EventQuery& query) const
{
    const std::lock_guard lock(m_mutex);
    QList<HostEvent> found;
    for (auto event = m_events.rbegin(); event != m_events.rend() && found.size() < query.limit; ++event) {
        if (query.since && event->time < *query.since)
            break;
        found.prepend(*event);
    }
    return found;
}

void RecentEvents::write(const LogRecord& record) noexcept
{
    // A program may give its own events any number.
    const char* const kind = record.category.starts_with("turnspit::") ? kindOf(record.eventId) : nullptr;
    if (!kind)
        return;
    try {
        add({record.time, QString::fromLatin1(kind), QString::fromUtf8(record.service.data(), static_cast<qsizetype>(record.service.size())),
             QString::fromUtf8(record.text.data(), static_cast<qsizetype>(record.text.size()))});
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): out of memory; there is nobody to tell
    }
}

} // namespace turnspit
