#pragma once

#include <QDBusConnection>
#include <QProcess>
#include <QString>
#include <QTest>

namespace turnspit {

/// A message bus of the test's own, with any number of connections to it.
class PrivateBus
{
public:
    PrivateBus()
    {
        m_daemon.setStandardErrorFile(QProcess::nullDevice());
        m_daemon.start(QStringLiteral("dbus-daemon"),
                       {QStringLiteral("--session"), QStringLiteral("--nofork"), QStringLiteral("--nopidfile"),
                        QStringLiteral("--print-address=1")});
        if (QTest::qWaitFor([this] { return m_daemon.canReadLine(); }, 10'000))
            m_address = QString::fromLatin1(m_daemon.readLine()).trimmed();
    }
    ~PrivateBus()
    {
        for (const QString& name : std::as_const(m_names))
            QDBusConnection::disconnectFromBus(name);
        m_daemon.terminate();
        m_daemon.waitForFinished();
    }
    PrivateBus(const PrivateBus&) = delete;
    PrivateBus& operator=(const PrivateBus&) = delete;

    [[nodiscard]] bool isThere() const { return !m_address.isEmpty(); }

    [[nodiscard]] QDBusConnection connect(const QString& name)
    {
        static int number = 0;
        m_names += name + QString::number(++number);
        return QDBusConnection::connectToBus(m_address, m_names.last());
    }

private:
    QProcess m_daemon;
    QString m_address;
    QStringList m_names;
};

} // namespace turnspit
