#include <systemd/notifysocket.h>

#include <QTemporaryDir>
#include <QTest>

#include <sys/socket.h>
#include <unistd.h>

using namespace turnspit;

namespace {

/// The manager's end: a datagram socket at a path, or at `@name`.
class Manager
{
public:
    explicit Manager(const std::string& address) : m_fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))
    {
        sockaddr_un where{};
        where.sun_family = AF_UNIX;
        address.copy(where.sun_path, sizeof where.sun_path - 1);
        socklen_t size = sizeof where;
        if (address.front() == '@') {
            where.sun_path[0] = '\0';
            size = socklen_t(offsetof(sockaddr_un, sun_path) + address.size());
        }
        bound = ::bind(m_fd, reinterpret_cast<const sockaddr*>(&where), size) == 0;
    }
    ~Manager() { ::close(m_fd); }
    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;

    /// The next message; empty: there is none.
    QByteArray read()
    {
        QByteArray text(4096, '\0');
        text.resize(std::max<ssize_t>(0, ::recv(m_fd, text.data(), size_t(text.size()), 0)));
        return text;
    }

    bool bound = false;

private:
    int m_fd;
};

} // namespace

class TestNotifySocket : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void B89_aMessageIsOneDatagram_data()
    {
        QTest::addColumn<QString>("address");
        QTest::newRow("a path") << m_folder.filePath(QStringLiteral("notify"));
        QTest::newRow("an abstract name") << QStringLiteral("@turnspit-tst-%1").arg(::getpid());
    }
    void B89_aMessageIsOneDatagram()
    {
        QFETCH(QString, address);
        Manager manager(address.toStdString());
        QVERIFY(manager.bound);
        const auto notifier = NotifySocket::open(address.toStdString());
        QVERIFY(notifier);
        QVERIFY((*notifier)->notify("READY=1\nSTATUS=3 services running") == SystemdNotifier::Delivery::Sent);
        QVERIFY((*notifier)->notify("WATCHDOG=1") == SystemdNotifier::Delivery::Sent);
        QCOMPARE(manager.read(), QByteArray("READY=1\nSTATUS=3 services running"));
        QCOMPARE(manager.read(), QByteArray("WATCHDOG=1"));
        QCOMPARE(manager.read(), QByteArray());
    }

    void aManagerThatDoesNotReadHoldsUpNothing()
    {
        const std::string address = m_folder.filePath(QStringLiteral("slow")).toStdString();
        Manager manager(address);
        const auto notifier = NotifySocket::open(address);
        QVERIFY(notifier);
        int sent = 0;
        while ((*notifier)->notify("WATCHDOG=1") == SystemdNotifier::Delivery::Sent)
            QVERIFY(++sent < 1'000'000);
        QVERIFY((*notifier)->notify("WATCHDOG=1") == SystemdNotifier::Delivery::Busy);
        QCOMPARE(manager.read(), QByteArray("WATCHDOG=1"));
        QVERIFY((*notifier)->notify("STOPPING=1") == SystemdNotifier::Delivery::Sent);
    }

    void aManagerThatIsNotThereIsToldOnceItIs()
    {
        const std::string address = m_folder.filePath(QStringLiteral("later")).toStdString();
        const auto notifier = NotifySocket::open(address);
        QVERIFY(notifier);
        QVERIFY((*notifier)->notify("READY=1") == SystemdNotifier::Delivery::Lost);
        Manager manager(address);
        QVERIFY((*notifier)->notify("READY=1") == SystemdNotifier::Delivery::Sent);
        QCOMPARE(manager.read(), QByteArray("READY=1"));
    }

    void anAddressOfAnotherKindIsAnError_data()
    {
        QTest::addColumn<QString>("address");
        QTest::newRow("relative") << QStringLiteral("run/notify");
        QTest::newRow("of a virtual machine") << QStringLiteral("vsock:2:1234");
        QTest::newRow("empty name") << QStringLiteral("@");
        QTest::newRow("too long") << QString(200, QLatin1Char('/'));
    }
    void anAddressOfAnotherKindIsAnError()
    {
        QFETCH(QString, address);
        const auto notifier = NotifySocket::open(address.toStdString());
        QVERIFY(!notifier);
        QVERIFY(notifier.error().message.contains(address.toStdString()));
    }

private:
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestNotifySocket)
#include "tst_notifysocket.moc"
