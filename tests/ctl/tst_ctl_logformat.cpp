#include <ctl/logformat.h>

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace turnspit;
using namespace turnspit::ctl;

namespace {

LogEntryInfo entry(char stream, const QByteArray& text, bool more = false)
{
    return {1, parseRfc3339("2026-11-22T08:44:24.123456Z").value(), stream, text, more};
}

std::string printed(LogFormat format, bool labelled, const QList<LogEntryInfo>& entries, bool finish = true)
{
    std::string text;
    OutputStream out(OutputStream::toString(text));
    LogPrinter printer(out, format, QStringLiteral("api"), labelled);
    for (const LogEntryInfo& one : entries)
        printer.print(one);
    if (finish)
        printer.finish();
    out.flush();
    return text;
}

} // namespace

class tst_ctl_logformat : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aLineIsTheEntryAsItIsInTheFile()
    {
        QCOMPARE(
            printed(LogFormat::Lines, false, {entry('o', "text"), entry('e', "pa", true), entry('h', "run 41 began")}),
            std::string("2026-11-22T08:44:24.123456Z o | text\n"
                        "2026-11-22T08:44:24.123456Z e+| pa\n"
                        "2026-11-22T08:44:24.123456Z h | run 41 began\n"));
    }

    void bytesArePassedOnUnchanged()
    {
        const QByteArray bytes("\xff\x00\x1b[0m\xc3", 7);
        QCOMPARE(QByteArray::fromStdString(printed(LogFormat::Lines, false, {entry('o', bytes)})),
                 QByteArray("2026-11-22T08:44:24.123456Z o | ") + bytes + '\n');
        QCOMPARE(QByteArray::fromStdString(printed(LogFormat::Raw, false, {entry('o', bytes)})), bytes + '\n');
    }

    void severalServicesAreNamed()
    {
        QCOMPARE(printed(LogFormat::Lines, true, {entry('o', "text")}),
                 std::string("api | 2026-11-22T08:44:24.123456Z o | text\n"));
        QCOMPARE(printed(LogFormat::Raw, true, {entry('o', "te", true), entry('e', "err"), entry('o', "xt")}),
                 std::string("api | err\napi | text\n"));
    }

    void rawJoinsWhatWasCut()
    {
        QCOMPARE(printed(LogFormat::Raw, false, {entry('o', "one "), entry('o', "two ", true), entry('o', "three")}),
                 std::string("one \ntwo three\n"));
    }

    void rawShowsAnOpenLineAtOnce()
    {
        QCOMPARE(printed(LogFormat::Raw, false, {entry('o', "Password: ", true)}, false), std::string("Password: "));
        QCOMPARE(printed(LogFormat::Raw, false, {entry('o', "last", true)}), std::string("last"));
    }

    void rawKeepsLinesOfTheStreamsApart()
    {
        QCOMPARE(printed(LogFormat::Raw, false,
                         {entry('o', "ab", true), entry('e', "err"), entry('e', "or", true), entry('o', "cd"),
                          entry('e', "!")}),
                 std::string("abcd\nerr\nor!\n"));
        QCOMPARE(printed(LogFormat::Raw, false, {entry('o', "ab", true), entry('e', "err")}), std::string("ab\nerr\n"));
    }

    void anEndOfARunEndsOpenLines()
    {
        QCOMPARE(printed(LogFormat::Raw, false,
                         {entry('e', "open", true), entry('o', "held"), entry('h', "run 41 ended failed exit 3"),
                          entry('o', "next")},
                         false),
                 std::string("open\nheld\nnext\n"));
    }

    void aLineThatNeverEndsIsNotHeldForEver()
    {
        QList<LogEntryInfo> entries{entry('e', "open", true)};
        for (int i = 0; i < 20; ++i)
            entries.append(entry('o', QByteArray(64 << 10, 'x'), true));
        const std::string text = printed(LogFormat::Raw, false, entries, false);
        QVERIFY(text.size() > (1U << 20));
        QVERIFY(text.starts_with("open\nxxx"));
    }

    void jsonIsOneObjectALine()
    {
        const std::string text =
            printed(LogFormat::Json, true,
                    {entry('o', "a \"b\" \\ \x01 \t ü"), entry('e', "\xff", false), entry('o', "x", true)});
        const QList<QByteArray> lines = QByteArray::fromStdString(text).split('\n');
        QCOMPARE(lines.size(), 4);
        QCOMPARE(lines[3], QByteArray());
        const QJsonObject first = QJsonDocument::fromJson(lines[0]).object();
        QCOMPARE(first.keys(), (QStringList{QStringLiteral("service"), QStringLiteral("stream"), QStringLiteral("text"),
                                            QStringLiteral("time")}));
        QCOMPARE(first.value(QStringLiteral("text")).toString(), QStringLiteral("a \"b\" \\ \u0001 \t ü"));
        QCOMPARE(first.value(QStringLiteral("time")).toString(), QStringLiteral("2026-11-22T08:44:24.123456Z"));
        QCOMPARE(first.value(QStringLiteral("service")).toString(), QStringLiteral("api"));
        QCOMPARE(first.value(QStringLiteral("stream")).toString(), QStringLiteral("o"));
        const QJsonObject second = QJsonDocument::fromJson(lines[1]).object();
        QVERIFY(!second.contains(QStringLiteral("text")));
        QCOMPARE(second.value(QStringLiteral("b64")).toString(), QStringLiteral("/w=="));
        QVERIFY(QJsonDocument::fromJson(lines[2]).object().value(QStringLiteral("more")).toBool());
    }

    void everyControlCharacterIsEscaped()
    {
        for (int byte = 0; byte < 0x80; ++byte) {
            const char character = static_cast<char>(byte);
            std::string json = "[";
            appendJsonString(json, std::string_view(&character, 1));
            json += ']';
            const auto document = QJsonDocument::fromJson(QByteArray::fromStdString(json));
            QCOMPARE(document[0].toString(), QString(QChar(byte)));
        }
    }
};

QTEST_GUILESS_MAIN(tst_ctl_logformat)
#include "tst_ctl_logformat.moc"
