#pragma once

#include <QDBusConnection>
#include <QObject>
#include <QStringList>
#include <QVariantMap>

namespace turnspit {

/// A notification server that records.
class NotificationServer final : public QObject
{
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.Notifications")
public:
    struct Shown
    {
        uint id = 0;
        uint replaces = 0;
        QString summary;
        QString body;
        QStringList actions;
        int urgency = 0;
        int timeout = 0;
    };

    explicit NotificationServer(const QDBusConnection& bus) : m_bus(bus)
    {
        m_bus.registerObject(path(), this, QDBusConnection::ExportAllSlots | QDBusConnection::ExportAllSignals);
        m_bus.registerService(service());
    }
    ~NotificationServer() override
    {
        m_bus.unregisterService(service());
        m_bus.unregisterObject(path());
    }

    QStringList capabilities{QStringLiteral("actions"), QStringLiteral("body"), QStringLiteral("body-markup")};
    QList<Shown> shown;
    QList<uint> closed;

public Q_SLOTS:
    QStringList GetCapabilities() { return capabilities; }
    QString GetServerInformation(QString& vendor, QString& version, QString& protocol)
    {
        vendor = QStringLiteral("turnspit");
        version = QStringLiteral("1");
        protocol = QStringLiteral("1.2");
        return QStringLiteral("recorder");
    }
    uint Notify(const QString&, uint replaces, const QString&, const QString& summary, const QString& body,
                const QStringList& actions, const QVariantMap& hints, int timeout)
    {
        const uint id = replaces ? replaces : ++m_last;
        shown += {id, replaces, summary, body, actions, hints.value(QStringLiteral("urgency")).toInt(), timeout};
        Q_EMIT recorded(id);
        return id;
    }
    void CloseNotification(uint id)
    {
        closed += id;
        Q_EMIT recordedClose(id);
        Q_EMIT NotificationClosed(id, 3);
    }

Q_SIGNALS:
    void ActionInvoked(uint id, const QString& action);
    void NotificationClosed(uint id, uint reason);
    void ActivationToken(uint id, const QString& token);
    void recorded(uint id);
    void recordedClose(uint id);

private:
    static QString service() { return QStringLiteral("org.freedesktop.Notifications"); }
    static QString path() { return QStringLiteral("/org/freedesktop/Notifications"); }

    QDBusConnection m_bus;
    uint m_last = 40;
};

/// A panel that knows which status notifiers there are.
class StatusNotifierWatcher final : public QObject
{
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.kde.StatusNotifierWatcher")
    Q_PROPERTY(bool IsStatusNotifierHostRegistered READ hasHost)
public:
    explicit StatusNotifierWatcher(const QDBusConnection& bus) : m_bus(bus)
    {
        m_bus.registerObject(path(), this,
                             QDBusConnection::ExportAllSlots | QDBusConnection::ExportAllSignals |
                                 QDBusConnection::ExportAllProperties);
        m_bus.registerService(service());
    }
    ~StatusNotifierWatcher() override
    {
        m_bus.unregisterService(service());
        m_bus.unregisterObject(path());
    }
    [[nodiscard]] bool hasHost() const { return host; }

    bool host = true;
    QStringList items;

public Q_SLOTS:
    void RegisterStatusNotifierItem(const QString& item)
    {
        items += item;
        Q_EMIT recorded(item);
    }

Q_SIGNALS:
    void StatusNotifierHostRegistered();
    void StatusNotifierHostUnregistered();
    void recorded(const QString& item);

private:
    static QString service() { return QStringLiteral("org.kde.StatusNotifierWatcher"); }
    static QString path() { return QStringLiteral("/StatusNotifierWatcher"); }

    QDBusConnection m_bus;
};

} // namespace turnspit
