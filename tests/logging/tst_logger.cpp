#include <turnspit/async/fakeclock.h>
#include <turnspit/async/workcontext.h>
#include <turnspit/logging/consolesink.h>
#include <turnspit/logging/filelog.h>
#include <turnspit/logging/logger.h>

#include <QFile>
#include <QTemporaryDir>

#include <QStringList>
#include <QTest>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace turnspit;

namespace acme {
struct Sync
{};
struct Unsayable
{};
} // namespace acme

template <>
struct fmt::formatter<acme::Unsayable>
{
    constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
    auto format(const acme::Unsayable&, fmt::format_context& context) const -> fmt::format_context::iterator
    {
        throw std::runtime_error("no words");
        return context.out();
    }
};

namespace {

class Sink final : public LogSink
{
public:
    void write(const LogRecord& record) noexcept override
    {
        lines << QString::fromStdString(formatLogLine(record));
        event = record.eventId;
        text = QString::fromUtf8(record.text.data(), qsizetype(record.text.size()));
        fields.clear();
        for (const LogField& field : record.fields)
            fields << QString::fromUtf8(field.name.data(), qsizetype(field.name.size())) + QLatin1Char('|') + QString::fromStdString(field.value);
    }
    QStringList lines;
    int event = -1;
    QString text;
    QStringList fields;
};

/// What one call says behind time, level and category.
struct Said
{
    Said() { factory.addSink(sink); }
    [[nodiscard]] QString text() const { return sink->lines.last().section(QLatin1Char(' '), 3); }
    LoggerFactory factory;
    std::shared_ptr<Sink> sink = std::make_shared<Sink>();
    Logger<acme::Sync> log{factory};
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
                                           QStringLiteral("2000-01-01T00:00:00.000000Z warning acme::Sync [other] told event=26")}));
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

    void levelsOfAllCategoriesCanBeSetAtOnce()
    {
        LoggerFactory factory;
        const Logger<acme::Sync> log(factory);
        factory.setLevel(LogLevel::Trace, "acme");
        factory.setLevels({{"other", LogLevel::Trace}, {"", LogLevel::Warning}});
        QVERIFY(!log.isEnabled(LogLevel::Info));
        factory.setLevels({{"acme::Sy", LogLevel::Debug}, {"", LogLevel::Warning}});
        QVERIFY(log.isEnabled(LogLevel::Debug));
    }

    void namedValuesAreFieldsAndStandBehindTheText()
    {
        Said s;
        const std::string city = "New York";
        s.log.info("order {} shipped in {}", 12, kv("id", 7), "a day", kv("to", city), kv("weight", 1.5));
        QCOMPARE(s.sink->text, QStringLiteral("order 12 shipped in a day")); // counted by no {}
        QCOMPARE(s.sink->fields, (QStringList{QStringLiteral("id|7"), QStringLiteral("to|New York"), QStringLiteral("weight|1.5")}));
        QCOMPARE(s.text(), QStringLiteral("order 12 shipped in a day id=7 to=\"New York\" weight=1.5"));
        s.log.event(LogLevel::Error, 9, "web", "gone", kv("code", 3));
        QCOMPARE(s.text(), QStringLiteral("[web] gone event=9 code=3"));
        s.log.info("nothing");
        QVERIFY(s.sink->fields.isEmpty());
    }

    void fieldsAreQuotedWhereTheyNeedIt_data()
    {
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* name, const char* value, const char* expected) {
            QTest::newRow(name) << QByteArray(value) << QString::fromUtf8(expected);
        };
        row("word", "a-b/c.d:e", "a-b/c.d:e");
        row("empty", "", "\"\"");
        row("space", "a b", "\"a b\"");
        row("quote", "a\"b", "\"a\\\"b\"");
        row("backslash", "a\\b", "\"a\\\\b\"");
        row("equals", "a=b", "\"a=b\"");
        row("lines", "a\nb\tc", "\"a\\nb\\tc\"");
        row("control", "a\x1b[31m\x7f", "\"a\\x1b[31m\\x7f\"");
        row("umlaut", "\xc3\xa4", "\xc3\xa4");
    }

    void fieldsAreQuotedWhereTheyNeedIt()
    {
        QFETCH(QByteArray, value);
        QFETCH(QString, expected);
        Said s;
        s.log.info("t", kv("v", value.toStdString()));
        QCOMPARE(s.text(), QStringLiteral("t v=") + expected);
        QVERIFY(!s.sink->lines.last().contains(QLatin1Char('\n')));
    }

    void eventsHaveNumbers()
    {
        Said s;
        s.log.warning("queue {} is full", "in", EventId(1017), kv("size", 3));
        QCOMPARE(s.sink->event, 1017);
        QCOMPARE(s.text(), QStringLiteral("queue in is full event=1017 size=3"));
        s.log.warning("plain");
        QCOMPARE(s.sink->event, 0);
    }

    void aLoggerMayHaveValuesThatAllItsLinesHave()
    {
        Said s;
        const auto order = s.log.with(kv("order", 7), kv("to", std::string("New York")));
        const Logger<acme::Sync> piece = order.with(kv("piece", 2)); // the same type, so it goes wherever the other one does
        order.info("received");
        QCOMPARE(s.text(), QStringLiteral("received order=7 to=\"New York\""));
        piece.warning("piece {} is late", 2, EventId(1020), kv("hours", 3));
        QCOMPARE(s.text(), QStringLiteral("piece 2 is late event=1020 order=7 to=\"New York\" piece=2 hours=3"));
        QCOMPARE(s.sink->fields, (QStringList{QStringLiteral("order|7"), QStringLiteral("to|New York"), QStringLiteral("piece|2"), QStringLiteral("hours|3")}));
        s.log.info("as before");
        QCOMPARE(s.text(), QStringLiteral("as before"));
        s.factory.setLevel(LogLevel::Error);
        QVERIFY(!piece.isEnabled(LogLevel::Warning)); // one category
    }

    void argumentsOfALevelThatIsOffAreNotFormatted()
    {
        Said s;
        s.log.debug("{}", 1, kv("id", 2), EventId(3));
        QVERIFY(s.sink->lines.isEmpty());
    }

    void aFormatterThatThrowsFailsNobody()
    {
        const Said said;
        const acme::Unsayable value;
        said.log.info("it is {}", value);
        QCOMPARE(said.text(), QStringLiteral("it is {} (cannot be formatted: no words)"));
        said.log.info("{:{}}", 7, -1); // a width that only the run shows
        QVERIFY2(said.text().contains(QStringLiteral("cannot be formatted")), qPrintable(said.text()));
        said.log.with(kv("first", value)).info("said", kv("second", value));
        QCOMPARE(said.text(), QStringLiteral("said first=\"{} (cannot be formatted: no words)\" second=\"{} (cannot be formatted: no words)\""));
    }

    void theLogOfAProgramHasTheSameLinesAndIsRotated()
    {
        QTemporaryDir folder;
        const QString name = folder.filePath(QStringLiteral("program.log"));
        LogRecord record{.level = LogLevel::Warning, .eventId = 1001, .category = "acme::Sync", .service = "sync", .text = "text"};
        {
            FileLog log(name.toStdString(), false);
            log.write(record);
            const std::string megabyte(1'000'000, 'x');
            record.text = megabyte;
            for (int i = 0; i < 6; ++i)
                log.write(record);
        }
        QFile first(name + QStringLiteral(".1"));
        QVERIFY(first.open(QIODevice::ReadOnly));
        QCOMPARE(first.readLine(), QByteArray("1970-01-01T00:00:00.000000Z warning acme::Sync [sync] text event=1001\n"));
        QVERIFY(first.size() > 4'000'000 && first.size() <= 5'000'000);
        QVERIFY(QFile(name).size() > 1'000'000);
        QVERIFY(!QFile::exists(name + QStringLiteral(".2")));
    }

    void theLogGoesOnWhereNoFileCanBeOpened()
    {
        QTemporaryDir folder;
        const QString name = folder.filePath(QStringLiteral("program.log"));
        const std::string megabyte(1'000'000, 'x');
        LogRecord record;
        record.text = megabyte;
        FileLog log(name.toStdString(), false);
        for (int i = 0; i < 4; ++i)
            log.write(record);
        rlimit before{};
        QCOMPARE(::getrlimit(RLIMIT_NOFILE, &before), 0);
        const rlimit none{0, before.rlim_max};
        QCOMPARE(::setrlimit(RLIMIT_NOFILE, &none), 0);
        for (int i = 0; i < 3; ++i)
            log.write(record);
        QCOMPARE(::setrlimit(RLIMIT_NOFILE, &before), 0);
        QVERIFY(QFile(name + QStringLiteral(".1")).size() > 7'000'000); // all of it
        for (int i = 0; i < 5; ++i)
            log.write(record);
        QVERIFY(QFile(name).size() > 1'000'000); // and then it is rotated again
    }

    void aTextHasNoNewlineAtItsEnd()
    {
        const Said said;
        said.log.info("two\nlines\r\n\n", kv("id", 7));
        QCOMPARE(said.text(), QStringLiteral("two\n  lines id=7"));
        said.log.info("\n");
        QCOMPARE(said.sink->text, QString());
    }

    void aConsoleIsColouredOnATerminalOnly()
    {
        QTemporaryDir folder;
        const QString name = folder.filePath(QStringLiteral("out"));
        const int fd = ::open(qPrintable(name), O_WRONLY | O_CREAT, 0600);
        QVERIFY(fd >= 0);
        const LogRecord record{.level = LogLevel::Warning, .category = "acme::Sync", .service = "sync", .text = "text"};
        ConsoleSink(ConsoleSink::Colours::Auto, LogLevel::Warning, fd).write(record);
        ConsoleSink(ConsoleSink::Colours::Auto, LogLevel::Error, fd).write(record); // left out
        ConsoleSink(ConsoleSink::Colours::Always, LogLevel::Trace, fd).write(record);
        ::close(fd);
        QFile file(name);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), QByteArray("1970-01-01T00:00:00.000000Z warning acme::Sync [sync] text\n"
                                            "\033[2m1970-01-01T00:00:00.000000Z\033[0m \033[33mwarning\033[0m \033[2macme::Sync\033[0m [sync] text\n"));
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
