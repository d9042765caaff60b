#include "busname.h"

#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>

#include <utility>

namespace turnspit::desktop {
namespace {

const QString service = QStringLiteral("org.freedesktop.DBus");
const QString path = QStringLiteral("/org/freedesktop/DBus");

} // namespace

BusName::BusName(const QDBusConnection& bus, QString name, QObject* parent) : QObject(parent), m_name(std::move(name))
{
    QDBusConnection connection(bus);
    // With a sender named, QtDBus would ask the bus who that is, and wait; the path belongs to the bus itself.
    connection.connect(QString(), path, service, QStringLiteral("NameOwnerChanged"), QStringList{m_name}, QString(),
                       this, SLOT(ownerChanged(QString, QString, QString)));
    QDBusMessage ask = QDBusMessage::createMethodCall(service, path, service, QStringLiteral("NameHasOwner"));
    ask << m_name;
    auto* const watcher = new QDBusPendingCallWatcher(connection.asyncCall(ask), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher] {
        watcher->deleteLater();
        const QDBusPendingReply<bool> answer = *watcher;
        if (answer.isValid() && answer.value() && !std::exchange(m_owned, true))
            Q_EMIT appeared();
    });
}

void BusName::ownerChanged(const QString& name, const QString&, const QString& now)
{
    if (name != m_name)
        return;
    const bool before = std::exchange(m_owned, !now.isEmpty());
    if (m_owned)
        Q_EMIT appeared();
    else if (before)
        Q_EMIT vanished();
}

} // namespace turnspit::desktop
