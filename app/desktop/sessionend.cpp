#include "sessionend.h"

#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>

namespace turnspit::desktop {
namespace {

const QString service = QStringLiteral("org.freedesktop.login1");
const QString path = QStringLiteral("/org/freedesktop/login1");
const QString manager = QStringLiteral("org.freedesktop.login1.Manager");

} // namespace

SessionEnd::SessionEnd(const QDBusConnection& systemBus, QObject* parent) : QObject(parent), m_bus(systemBus)
{
    m_bus.connect(QString(), path, manager, QStringLiteral("PrepareForShutdown"), this, SLOT(prepareForShutdown(bool)));
    inhibit();
}

void SessionEnd::inhibit()
{
    QDBusMessage call = QDBusMessage::createMethodCall(service, path, manager, QStringLiteral("Inhibit"));
    call << QStringLiteral("shutdown") << QStringLiteral("Turnspit") << tr("Services are being stopped")
         << QStringLiteral("delay");
    auto* const watcher = new QDBusPendingCallWatcher(m_bus.asyncCall(call), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher] {
        watcher->deleteLater();
        const QDBusPendingReply<QDBusUnixFileDescriptor> answer = *watcher;
        if (answer.isValid())
            m_lock = answer.value();
    });
}

void SessionEnd::prepareForShutdown(bool begins)
{
    if (begins)
        Q_EMIT goingDown();
}

} // namespace turnspit::desktop
