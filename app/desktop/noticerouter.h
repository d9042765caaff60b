#pragma once

#include <ui/notices/notice.h>

#include <QList>
#include <QObject>
#include <QPointer>

namespace turnspit {
class NoticeBanner;
}

namespace turnspit::desktop {

class NotificationBus;
class Tray;

/// Where notices go: to the desktop's notification server, else to the tray, else into the window. As long as it is not
/// known whether there is a server, they are kept.
class NoticeRouter final : public QObject, public NoticeOutlet
{
    Q_OBJECT
public:
    explicit NoticeRouter(Tray& tray, QObject* parent = nullptr);

    /// Null: there is no session bus.
    void useBus(NotificationBus* bus);
    /// The one of the present window; may go before this.
    void useBanner(NoticeBanner* banner);
    /// Nothing is kept for a bus any longer: there is none.
    void giveUpBus();

    void show(const Notice& notice) override;
    void close(const QString& key) override;

private:
    void fallBack(const Notice& notice);
    void flush();

    Tray& m_tray;
    QPointer<NotificationBus> m_bus;
    QPointer<NoticeBanner> m_banner;
    bool m_waiting = true; ///< the bus may come yet
    QList<Notice> m_kept;
};

} // namespace turnspit::desktop
