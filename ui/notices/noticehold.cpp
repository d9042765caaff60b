#include <ui/notices/noticehold.h>

#include <algorithm>

using namespace std::chrono_literals;

namespace turnspit {
namespace {

constexpr qsizetype mostSingle = 3;
constexpr qsizetype mostNames = 5;
constexpr std::chrono::nanoseconds longestStep = 10min; ///< who sets the clock is noticed then at the latest

} // namespace

NoticeHold::NoticeHold(NoticeOutlet& outlet, QObject* parent)
    : QObject(parent), m_outlet(outlet), m_clock(Clock::current()), m_timer(m_clock.createTimer([this] { look(); }))
{
}

NoticeHold::~NoticeHold() = default;

void NoticeHold::holdUntil(WallTime end)
{
    if (m_end == end)
        return;
    m_end = end;
    look();
    if (m_end)
        Q_EMIT changed();
}

void NoticeHold::resume()
{
    if (!m_end)
        return;
    m_end.reset();
    m_timer->stop();
    tellKept();
    Q_EMIT changed();
}

void NoticeHold::look()
{
    const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(*m_end - m_clock.wallNow());
    if (left <= 0ns)
        resume();
    else
        m_timer->startOnce(std::min(left, longestStep));
}

void NoticeHold::show(const Notice& notice)
{
    if (!m_end)
        return m_outlet.show(notice);
    m_kept.removeIf([&](const Notice& kept) { return kept.key == notice.key; });
    m_kept += notice;
}

void NoticeHold::close(const QString& key)
{
    m_kept.removeIf([&](const Notice& kept) { return kept.key == key; });
    m_outlet.close(key);
}

void NoticeHold::tellKept()
{
    const QList<Notice> kept = std::exchange(m_kept, {});
    if (kept.size() <= mostSingle) {
        for (const Notice& notice : kept)
            m_outlet.show(notice);
        return;
    }
    Notice all;
    all.key = QStringLiteral("held");
    all.summary = tr("%n notice(s) were held back", nullptr, static_cast<int>(kept.size()));
    QStringList lines;
    for (const Notice& notice : kept) {
        lines += notice.summary;
        all.services += notice.service.isEmpty() ? notice.services : QStringList(notice.service);
        all.urgency = std::max(all.urgency, notice.urgency);
    }
    all.services.removeDuplicates();
    if (lines.size() > mostNames)
        lines = lines.mid(0, mostNames) << QStringLiteral("…");
    all.body = lines.join(QLatin1Char('\n'));
    all.buttons = {{QStringLiteral("list"), tr("Show")}};
    m_outlet.show(all);
}

} // namespace turnspit
