#include <turnspit/async/fakeclock.h>
#include <turnspit/async/workcontext.h>
#include <turnspit/logging/logger.h>
#include <turnspit/logging/stderrsink.h>

#include <QStringList>
#include <QTest>

using namespace turnspit;

namespace acme {
struct Sync
{};
} // namespace acme

namespace {

class Sink final : public LogSink
{
public:
    void write(const LogRecord& record) noexcept override { lines << QString::fromStdString(formatLogLine(record)); }
    QStringList lines;
};

} // namespace

class TestLogger : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aLineHasTimeLevelCategoryServiceAndText()
    {
        const FakeClock clock;
        LoggerFactory factory(const_cast<FakeClock&>(clock));
        const auto sink = std::make_shared<Sink>();
        factory.addSink(sink);
        const Logger<acme::Sync> log(factory);
        log.info("{} rows", 3);
        {
            const WorkContext::Scope working(&WorkContext::named("sync"));
            log.error("broken:\n{}", "why");
        }
        log.event(LogLevel::Warning, 26, "other", "told");
        QCOMPARE(sink->lines, (QStringList{QStringLiteral("2000-01-01T00:00:00.000000Z info acme::Sync 3 rows"),
                                           QStringLiteral("2000-01-01T00:00:00.000000Z error acme::Sync [sync] broken:\n  why"),
                                           QStringLiteral("2000-01-01T00:00:00.000000Z warning acme::Sync [other] told")}));
    }

    void levelsCountByTheLongestPrefix()
    {
        LoggerFactory factory;
        const auto sink = std::make_shared<Sink>();
        factory.addSink(sink);
        const Logger<acme::Sync> log(factory);
        QVERIFY(!log.isEnabled(LogLevel::Debug)); // info at first
        factory.setLevel(LogLevel::Trace, "acme");
        QVERIFY(log.isEnabled(LogLevel::Trace)); // a logger that was there already
        factory.setLevel(LogLevel::Off, "acme::Sync");
        QVERIFY(!log.isEnabled(LogLevel::Critical));
        factory.setLevel(LogLevel::Debug);
        QVERIFY(!log.isEnabled(LogLevel::Critical));
        log.critical("not heard");
        QVERIFY(sink->lines.isEmpty());
    }

    void levelNamesAreReadBack()
    {
        for (int i = 0; i <= int(LogLevel::Off); ++i)
            QVERIFY(logLevelFromString(toString(LogLevel(i))) == LogLevel(i));
        QVERIFY(!logLevelFromString("loud"));
    }

    void aLevelThatIsOffCostsNextToNothing()
    {
        LoggerFactory factory;
        const Logger<acme::Sync> log(factory);
        QBENCHMARK { log.debug("{}", 1); }
    }
};

QTEST_GUILESS_MAIN(TestLogger)
#include "tst_logger.moc"
