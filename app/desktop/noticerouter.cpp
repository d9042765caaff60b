#include "noticerouter.h"

#include "notificationbus.h"
#include "tray.h"

#include <ui/notices/noticebanner.h>

namespace turnspit::desktop {

NoticeRouter::NoticeRouter(Tray& tray, QObject* parent) : QObject(parent), m_tray(tray) {}

void NoticeRouter::useBus(NotificationBus* bus)
{
    m_bus = bus;
    connect(bus, &NotificationBus::presenceChanged, this, &NoticeRouter::flush);
    connect(bus, &NotificationBus::lost, this, &NoticeRouter::fallBack);
    flush();
}

void NoticeRouter::useBanner(NoticeBanner* banner)
{
    m_banner = banner;
}

void NoticeRouter::giveUpBus()
{
    m_waiting = false;
    flush();
}

void NoticeRouter::show(const Notice& notice)
{
    const bool unknown = m_bus ? m_bus->presence() == NotificationBus::Presence::Unknown : m_waiting;
    if (unknown) {
        m_kept.removeIf([&](const Notice& kept) { return kept.key == notice.key; });
        m_kept += notice;
    } else if (m_bus && m_bus->presence() == NotificationBus::Presence::Present) {
        m_bus->show(notice);
    } else {
        fallBack(notice);
    }
}

void NoticeRouter::fallBack(const Notice& notice)
{
    // Those two have no buttons, or can be covered by other windows: an icon that says so stays in the tray besides.
    if (!m_tray.showMessage(notice) && m_banner)
        m_banner->show(notice);
}

void NoticeRouter::close(const QString& key)
{
    m_kept.removeIf([&](const Notice& kept) { return kept.key == key; });
    if (m_bus)
        m_bus->close(key);
    if (m_banner)
        m_banner->close(key);
}

void NoticeRouter::flush()
{
    if (m_bus ? m_bus->presence() == NotificationBus::Presence::Unknown : m_waiting)
        return;
    for (const Notice& notice : std::exchange(m_kept, {}))
        show(notice);
}

} // namespace turnspit::desktop
