#include <ui/logs/ansicolors.h>
#include <ui/logs/logtext.h>
#include <ui/logs/logtime.h>
#include <ui/text/words.h>
#include <ui/theme/tones.h>

#include <turnspit/logs/plaintext.h>

#include <QTest>

#include <random>

using namespace turnspit;
using namespace std::chrono_literals;

class TestLogText : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void controlSequencesAreDroppedAndOverwrittenTextIsGone_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("text");
        const auto row = [](const char* name, const QByteArray& bytes, const char* text) {
            QTest::newRow(name) << bytes << QString::fromUtf8(text);
        };
        row("plain", "GET /cart 200 12ms", "GET /cart 200 12ms");
        row("utf-8", "gr\xc3\xbc\xc3\x9f", "grüß");
        row("not utf-8", "a\xff"
                         "b",
            "a\uFFFDb");
        row("colour", "\x1b[1;31mred\x1b[0m end", "red end");
        row("cursor", "\x1b[2K\x1b[1Gprogress", "progress");
        row("title", "\x1b]0;title\x07text", "text");
        row("title with ST", "\x1b]0;title\x1b\\text", "text");
        row("link", "\x1b]8;;http://a/\x1b\\here\x1b]8;;\x1b\\", "here");
        row("charset", "\x1b(Btext", "text");
        row("progress bar", " 10%\r 50%\r100%", "100%");
        row("end of a DOS line", "text\r", "text");
        row("colour behind a carriage return", "10%\r\x1b[32m", "10%");
        row("tab", "a\tb", "a       b");
        row("bell and backspace", "a\x07\x08"
                                  "b",
            "ab");
        row("cut off", "text\x1b[3", "text");
    }

    void controlSequencesAreDroppedAndOverwrittenTextIsGone()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, text);
        QCOMPARE(logText(bytes).text, text);
    }

    void theSearchSeesTheSameText()
    {
        // What the host searches is what the view shows, but for tabs and other single controls.
        static const QList<QByteArray> parts{"a", "bc ", "\x1b[31m", "\x1b[0m", "\x1b]0;t\x07", "\r", "\x1b", "[", "m", "\x1b(B", "\xc3\xbc", "1;2"};
        std::mt19937 random(7);
        for (int round = 0; round < 5000; ++round) {
            QByteArray bytes;
            for (auto left = random() % 12; left > 0; --left)
                bytes += parts.at(static_cast<qsizetype>(random() % static_cast<unsigned>(parts.size())));
            const std::string_view view(bytes.constData(), static_cast<std::size_t>(bytes.size()));
            const std::string plain = hasControls(view) ? withoutControls(view) : std::string(view);
            QString text = QString::fromStdString(plain);
            text.removeIf([](QChar c) { return c < u' '; });
            QCOMPARE(logText(bytes).text, text);
        }
    }

    void coloursBecomeStyles()
    {
        const LogText text = logText("a\x1b[1;31mb\x1b[38;5;208;48;2;1;2;3mc\x1b[4;22md\x1b[me\x1b[38:2::9:8:7mf");
        QCOMPARE(text.text, QStringLiteral("abcdef"));
        QCOMPARE(text.styles.size(), 5);
        const auto at = [&](qsizetype i) { return text.styles.at(i).style; };
        QCOMPARE(text.styles.at(0).begin, 1);
        QVERIFY(at(0).bold && at(0).text == (AnsiColor{AnsiColor::Kind::Named, 1}));
        QVERIFY(at(1).bold && at(1).text == (AnsiColor{AnsiColor::Kind::Exact, qRgb(255, 135, 0)}));
        QVERIFY(at(1).background == (AnsiColor{AnsiColor::Kind::Exact, qRgb(1, 2, 3)}));
        QVERIFY(at(2).underline && !at(2).bold);
        QVERIFY(at(3) == AnsiStyle{});
        QVERIFY(at(4).text == (AnsiColor{AnsiColor::Kind::Exact, qRgb(9, 8, 7)}));
        QVERIFY(logText("\x1b[93mx").styles.first().style.text == (AnsiColor{AnsiColor::Kind::Named, 11}));
        QVERIFY(logText("\x1b[38;5;244mx").styles.first().style.text == (AnsiColor{AnsiColor::Kind::Exact, qRgb(128, 128, 128)}));
        QVERIFY(logText("\x1b[>4;1mx").styles.isEmpty());
    }

    void eachColourCanBeReadOnEachBackground()
    {
        for (const QRgb base : {0xffffffffU, 0xfffcfcfcU, 0xff1e1e1eU, 0xff000000U, 0xff31363bU, 0xff808080U}) {
            QPalette palette;
            palette.setColor(QPalette::Base, QColor::fromRgb(base));
            palette.setColor(QPalette::Text, qGray(base) > 128 ? Qt::black : Qt::white);
            const AnsiColors colors(palette);
            QList<AnsiColor> all{{}};
            for (QRgb named = 0; named < 16; ++named)
                all.append({AnsiColor::Kind::Named, named});
            for (int red = 0; red < 256; red += 51) {
                for (int green = 0; green < 256; green += 51) {
                    for (int blue = 0; blue < 256; blue += 51)
                        all.append({AnsiColor::Kind::Exact, qRgb(red, green, blue)});
                }
            }
            for (const AnsiColor& text : std::as_const(all)) {
                for (const AnsiColor& background : {AnsiColor{}, AnsiColor{AnsiColor::Kind::Named, 3}, AnsiColor{AnsiColor::Kind::Exact, qRgb(0, 0, 128)}}) {
                    for (const bool inverse : {false, true}) {
                        const auto shown = colors.of({.text = text, .background = background, .inverse = inverse});
                        const QColor behind = shown.background.isValid() ? shown.background : QColor::fromRgb(base);
                        QVERIFY2(tones::contrast(shown.text, behind) >= 4.5, qPrintable(shown.text.name() + QLatin1Char(' ') + behind.name()));
                    }
                }
            }
        }
        QCOMPARE(readableOn(Qt::black, Qt::white), QColor(Qt::black)); // what can be read stays
    }

    void wideCharactersTakeTwoCellsAndMarksNone()
    {
        QCOMPARE(logText("abc").width(), 3);
        QCOMPARE(logText("日本").width(), 4);
        QCOMPARE(logText("e\xcc\x81x").width(), 2); // e with a combining acute
        QCOMPARE(logText("😀!").width(), 3);
        const LogText text = logText("日a");
        QCOMPARE(text.indexAt(2), 1);
        QCOMPARE(text.cellOf(1), 2);
    }

    void timesAreShownAsChosen()
    {
        const QDateTime now(QDate(2026, 11, 28), QTime(13, 58, 1, 204));
        const WallTime at(std::chrono::milliseconds(now.toMSecsSinceEpoch()));
        QCOMPARE(logTimeText(at, LogTimes::Local, at), QStringLiteral("13:58:01.204"));
        QCOMPARE(logTimeText(at - 24h, LogTimes::Local, at), QStringLiteral("11-27 13:58:01"));
        QCOMPARE(logTimeText(at, LogTimes::Utc, at), now.toUTC().toString(QStringLiteral("HH:mm:ss.zzz")) + QLatin1Char('Z'));
        QCOMPARE(logTimeText(at - 12s, LogTimes::Relative, at), QStringLiteral("12 s ago"));
        QCOMPARE(logTimeText(at, LogTimes::Hidden, at), QString());
        for (const LogTimes how : {LogTimes::Local, LogTimes::Relative, LogTimes::Utc, LogTimes::Hidden}) {
            for (const auto ago : {0s, 59s, 3600s, 86400s * 400})
                QVERIFY(logTimeText(at - ago, how, at).size() <= logTimeWidth(how));
        }
    }

    void timesAreTypedInManyWays_data()
    {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("meant"); // local time; "": not understood
        const auto row = [](const char* typed, const char* meant) { QTest::newRow(typed) << QString::fromUtf8(typed) << QString::fromUtf8(meant); };
        row("13:50", "2026-11-28 13:50:00");
        row("13:50:30", "2026-11-28 13:50:30");
        row("13:59", "2026-11-27 13:59:00"); // not come yet today
        row("-10m", "2026-11-28 13:48:00");
        row("-1h30m", "2026-11-28 12:28:00");
        row(" - 2 d ", "2026-11-26 13:58:00");
        row("yesterday 22:00", "2026-11-27 22:00:00");
        row("today 9:05", "2026-11-28 09:05:00");
        row("2026-11-28 13:58", "2026-11-28 13:58:00");
        row("2026-11-01", "2026-11-01 00:00:00");
        row("2026-02-30", "");
        row("25:00", "");
        row("teatime", "");
        row("-", "");
        row("-10x", "");
        row("", "");
        row("2026-11-28 13:58 14:00", "");
    }

    void timesAreTypedInManyWays()
    {
        QFETCH(QString, typed);
        QFETCH(QString, meant);
        const QDateTime now(QDate(2026, 11, 28), QTime(13, 58));
        const auto time = parseJump(typed, WallTime(std::chrono::milliseconds(now.toMSecsSinceEpoch())));
        QCOMPARE(time ? words::local(*time).toString(QStringLiteral("yyyy-MM-dd HH:mm:ss")) : QString(), meant);
    }
};

QTEST_MAIN(TestLogText)
#include "tst_log_text.moc"
