#pragma once

#include <ui/notices/notice.h>

#include <QDBusConnection>
#include <QHash>
#include <QObject>
#include <QStringList>

#include <optional>

class QDBusPendingCallWatcher;

namespace turnspit::desktop {

class BusName;

/// Notices through `org.freedesktop.Notifications`. Nothing here waits: a notice that is shown while the one before it
/// is still on its way replaces it when the server has said what number that has.
class NotificationBus final : public QObject, public NoticeOutlet
{
    Q_OBJECT
public:
    enum class Presence { Unknown, Present, Absent };

    explicit NotificationBus(const QDBusConnection& bus, QObject* parent = nullptr);
    ~NotificationBus() override;

    /// Unknown until the server, which the bus may start for this, has said what it can.
    [[nodiscard]] Presence presence() const { return m_presence; }

    void show(const Notice& notice) override;
    void close(const QString& key) override;

Q_SIGNALS:
    void presenceChanged();
    /// `button`: an id of the notice's buttons, or `default` for the notice itself; `token`: what lets a window come to
    /// the front.
    void pressed(const turnspit::Notice& notice, const QString& button, const QString& token);
    /// The server did not take it.
    void lost(const turnspit::Notice& notice);

private Q_SLOTS:
    void actionInvoked(uint id, const QString& action);
    void notificationClosed(uint id, uint reason);
    void activationToken(uint id, const QString& token);

private:
    struct Shown
    {
        Notice notice;
        uint id = 0; ///< 0: the server has not said yet
        bool sending = false;
        bool closing = false; ///< as soon as the number is known
        std::optional<Notice> next;
    };

    void askCapabilities();
    void setPresence(Presence presence);
    void send(const QString& key);
    void sent(const QString& key, QDBusPendingCallWatcher& watcher);
    [[nodiscard]] QString keyOf(uint id) const;

    QDBusConnection m_bus;
    BusName* m_name;
    Presence m_presence = Presence::Unknown;
    QStringList m_capabilities;
    QHash<QString, Shown> m_shown; ///< by key
    QHash<uint, QString> m_tokens;
};

} // namespace turnspit::desktop
