#pragma once

#include <turnspit/async/thread.h>

#include <QDBusConnection>

#include <functional>
#include <memory>

namespace turnspit::desktop {

/// Opens message buses on a thread of its own, since connecting waits for the bus. Main thread.
class BusOpener
{
public:
    using Ready = std::function<void(const QDBusConnection& bus)>;

    BusOpener();
    ~BusOpener();
    BusOpener(const BusOpener&) = delete;
    BusOpener& operator=(const BusOpener&) = delete;

    /// Calls back from the event loop; never where there is no such bus, and not after this object has gone. None is
    /// ever started.
    void open(QDBusConnection::BusType type, Ready ready);

private:
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
    Thread m_thread;
};

} // namespace turnspit::desktop
