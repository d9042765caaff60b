// What a host says in its log: the numbers, levels and categories, and whose they are (B39, B85, B92, T17).
#include "recorder.h"

#include <QRegularExpression>

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

namespace {

/// `LEVEL CATEGORY EVENT [SERVICE] TEXT`
class Lines final : public LogSink
{
public:
    void write(const LogRecord& record) noexcept override
    {
        lines << QStringLiteral("%1 %2 %3 [%4] %5")
                     .arg(text(toString(record.level)), text(record.category))
                     .arg(record.eventId)
                     .arg(text(record.service), text(record.text));
    }
    [[nodiscard]] QStringList ofEvent(int event) const
    {
        return lines.filter(QRegularExpression(QStringLiteral("^\\w+ \\S+ %1 ").arg(event)));
    }
    QStringList lines;

private:
    static QString text(std::string_view of) { return QString::fromUtf8(of.data(), qsizetype(of.size())); }
};

struct LoggedHost : InlineHost
{
    LoggedHost() { builder.addLogSink(lines); }
    std::shared_ptr<Lines> lines = std::make_shared<Lines>();
};

} // namespace

class TestHostLog : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // B92
    void theNumbersAreThoseOfDotNet()
    {
        const QList<int> numbers{HostStarting, HostStarted, HostStopping, HostStopped, HostStoppedWithException, StartedCallbackFailed,
                                 StoppingCallbackFailed, StoppedCallbackFailed, ServiceFailed, ServiceStopsHost, ServiceStartFailed};
        QCOMPARE(numbers, (QList<int>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
    }

    // B92
    void aLifeInWords()
    {
        LoggedHost h;
        h.start();
        h.stop();
        QCOMPARE(h.lines->lines, (QStringList{QStringLiteral("debug turnspit::Host 1 [] Hosting starting"), QStringLiteral("debug turnspit::Host 2 [] Hosting started"),
                                              QStringLiteral("debug turnspit::Host 3 [] Hosting stopping"), QStringLiteral("debug turnspit::Host 4 [] Hosting stopped")}));
    }

    // B92
    void aStartThatFailsAndAStopThatDoes()
    {
        LoggedHost failing;
        addRecorder(failing, {.name = "a", .failIn = "start"});
        failing.start();
        QCOMPARE(failing.lines->ofEvent(11).last(), QStringLiteral("error turnspit::Host 11 [a] Hosting failed to start: a: a start"));
        QCOMPARE(failing.lines->ofEvent(11).size(), 2); // of the service, and of the host
        QVERIFY(failing.lines->ofEvent(2).isEmpty());

        LoggedHost stopping;
        addRecorder(stopping, {.name = "a", .failIn = "stop"});
        stopping.start();
        stopping.stop();
        QCOMPARE(stopping.lines->ofEvent(5), QStringList{QStringLiteral("debug turnspit::Host 5 [] Hosting shutdown exception: a: a stop")});
        QVERIFY(stopping.lines->ofEvent(4).isEmpty());
        QVERIFY(stopping.lines->ofEvent(23).first().startsWith(QStringLiteral("error turnspit::Host 23 [a] ")));
    }

    // B13, B92
    void callbacksThatThrowAreCritical()
    {
        LoggedHost h;
        h.build();
        const auto fails = [] { throw std::runtime_error("callback"); };
        h.host->lifetime().onStarted(fails);
        h.host->lifetime().onStopping(fails);
        h.host->lifetime().onStopped(fails);
        h.start();
        h.stop();
        for (const int event : {6, 7, 8}) {
            QCOMPARE(h.lines->ofEvent(event).size(), 1);
            QVERIFY(h.lines->ofEvent(event).first().startsWith(QStringLiteral("critical turnspit::Host ")));
        }
    }

    // B38, B39, T17
    void aFaultThatStopsTheHostIsSaidTwiceAndNamesItsService()
    {
        LoggedHost h;
        Event fail;
        h.builder.services().addHostedService<FailsWhenTold>("faulty", [&fail] { return std::make_unique<FailsWhenTold>(fail); },
                                                      {.onFailure = FailureBehaviour::StopHost});
        h.start();
        fail.set();
        h.clock.settle();
        QCOMPARE(h.lines->ofEvent(9).size(), 1);
        QVERIFY(h.lines->ofEvent(9).first().startsWith(QStringLiteral("error turnspit::Host 9 [faulty] ")));
        QVERIFY(h.lines->ofEvent(9).first().contains(QStringLiteral("broken")));
        QCOMPARE(h.lines->ofEvent(10).size(), 1);
        QVERIFY(h.lines->ofEvent(10).first().startsWith(QStringLiteral("critical turnspit::Host 10 [faulty] ")));
        QVERIFY(h.lines->ofEvent(10).first().contains(QStringLiteral("'faulty'")));
    }

    // B85
    void whatRunSaysHasACategoryOfItsOwn()
    {
        const auto lines = std::make_shared<Lines>();
        HostBuilder builder;
        builder.addLogSink(lines).configure<HostOptions>([](HostOptions& o) { o.stopWhenIdle = true; });
        QCOMPARE(builder.build()->run(), 0);
        const QStringList status = lines->lines.filter(QStringLiteral(" turnspit::Lifetime "));
        QCOMPARE(status.size(), 4);
        QCOMPARE(status.first(), QStringLiteral("info turnspit::Lifetime 0 [] Application started. Press Ctrl+C to shut down."));
        QCOMPARE(status.last(), QStringLiteral("info turnspit::Lifetime 0 [] Application is shutting down..."));
    }
};

QTEST_GUILESS_MAIN(TestHostLog)
#include "tst_hostlog.moc"
