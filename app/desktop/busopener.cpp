#include "busopener.h"

#include <QFile>

namespace turnspit::desktop {
namespace {

/// Without an address libdbus would start a bus of its own; nobody would ever end it.
bool isThere(QDBusConnection::BusType type)
{
    if (type == QDBusConnection::SystemBus)
        return qEnvironmentVariableIsSet("DBUS_SYSTEM_BUS_ADDRESS") ||
               QFile::exists(QStringLiteral("/run/dbus/system_bus_socket"));
    const QString runtime = qEnvironmentVariable("XDG_RUNTIME_DIR");
    return !qEnvironmentVariableIsEmpty("DBUS_SESSION_BUS_ADDRESS") ||
           (!runtime.isEmpty() && QFile::exists(runtime + QStringLiteral("/bus")));
}

} // namespace

BusOpener::BusOpener() : m_thread(QStringLiteral("bus")) {}

BusOpener::~BusOpener() = default;

void BusOpener::open(QDBusConnection::BusType type, Ready ready)
{
    m_thread.mailbox()->post(
        [type, ready = std::move(ready), home = Mailbox::current(), alive = std::weak_ptr(m_alive)]() mutable {
            if (!isThere(type))
                return;
            const QDBusConnection bus =
                type == QDBusConnection::SystemBus ? QDBusConnection::systemBus() : QDBusConnection::sessionBus();
            if (!bus.isConnected())
                return;
            home->post([bus, ready = std::move(ready), alive = std::move(alive)] {
                if (!alive.expired())
                    ready(bus);
            });
        });
}

} // namespace turnspit::desktop
