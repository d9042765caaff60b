#include <systemd/journalsink.h>

#include <QTest>

#include <array>

#include <unistd.h>

using namespace turnspit;

namespace {

LogRecord record(LogLevel level, std::string_view text, std::string_view service = {})
{
    return {WallTime{}, level, 0, "acme::DataSync", service, text, {}};
}

} // namespace

class TestJournalSink : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void B86_aLineBeginsWithItsSyslogLevel_data()
    {
        QTest::addColumn<int>("level");
        QTest::addColumn<QString>("prefix");
        QTest::newRow("critical") << int(LogLevel::Critical) << QStringLiteral("<2>");
        QTest::newRow("error") << int(LogLevel::Error) << QStringLiteral("<3>");
        QTest::newRow("warning") << int(LogLevel::Warning) << QStringLiteral("<4>");
        QTest::newRow("info") << int(LogLevel::Info) << QStringLiteral("<6>");
        QTest::newRow("debug") << int(LogLevel::Debug) << QStringLiteral("<7>");
        QTest::newRow("trace") << int(LogLevel::Trace) << QStringLiteral("<7>");
    }
    void B86_aLineBeginsWithItsSyslogLevel()
    {
        QFETCH(int, level);
        QFETCH(QString, prefix);
        QCOMPARE(QString::fromStdString(formatJournalLine(record(LogLevel(level), "syncing"))), prefix + QStringLiteral("acme::DataSync syncing\n"));
    }

    void T17_theServiceIsNamed()
    {
        QCOMPARE(QString::fromStdString(formatJournalLine(record(LogLevel::Error, "gone", "sync"))),
                 QStringLiteral("<3>acme::DataSync [sync] gone\n"));
    }

    void theNumberOfTheEventAndNamedValuesStandAtTheEnd()
    {
        const std::array fields{LogField{"id", "7"}, LogField{"city", "New York"}};
        LogRecord shipped = record(LogLevel::Info, "shipped");
        shipped.eventId = 1001;
        shipped.fields = fields;
        QCOMPARE(QString::fromStdString(formatJournalLine(shipped)), QStringLiteral("<6>acme::DataSync shipped event=1001 id=7 city=\"New York\"\n"));
    }

    void everyLineOfATextHasTheLevel()
    {
        QCOMPARE(QString::fromStdString(formatJournalLine(record(LogLevel::Warning, "one\ntwo"))),
                 QStringLiteral("<4>acme::DataSync one\n<4>  two\n"));
    }

    void whatIsWrittenIsOnStandardError()
    {
        std::array<int, 2> ends{};
        QCOMPARE(::pipe(ends.data()), 0);
        const int before = ::dup(STDERR_FILENO);
        ::dup2(ends[1], STDERR_FILENO);
        JournalSink().write(record(LogLevel::Info, "syncing"));
        ::dup2(before, STDERR_FILENO);
        QByteArray text(100, '\0');
        text.resize(::read(ends[0], text.data(), size_t(text.size())));
        for (const int fd : {before, ends[0], ends[1]})
            ::close(fd);
        QCOMPARE(text, QByteArray("<6>acme::DataSync syncing\n"));
    }
};

QTEST_GUILESS_MAIN(TestJournalSink)
#include "tst_journalsink.moc"
