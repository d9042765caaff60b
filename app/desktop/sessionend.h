#pragma once

#include <QDBusConnection>
#include <QDBusUnixFileDescriptor>
#include <QObject>

#include <optional>

namespace turnspit::desktop {

/// Hears that the computer is about to go off, and holds that up until the services have stopped, as far as logind
/// allows (five seconds, usually): a delay lock, never a block.
class SessionEnd final : public QObject
{
    Q_OBJECT
public:
    explicit SessionEnd(const QDBusConnection& systemBus, QObject* parent = nullptr);

Q_SIGNALS:
    void goingDown();

private Q_SLOTS:
    void prepareForShutdown(bool begins);

private:
    void inhibit();

    QDBusConnection m_bus;
    std::optional<QDBusUnixFileDescriptor> m_lock; ///< let go when this goes: the program has ended then
};

} // namespace turnspit::desktop
