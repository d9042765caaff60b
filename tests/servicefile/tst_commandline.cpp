#include "config/configtesting.h"

#include <turnspit/servicefile/commandline.h>

using namespace turnspit;

class TestCommandLine : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void splitsLikeAShell_data();
    void splitsLikeAShell();
    void refusesWhatIsOpen_data();
    void refusesWhatIsOpen();
    void joinsWhatItSplits();
    void findsWhatOnlyAShellUnderstands_data();
    void findsWhatOnlyAShellUnderstands();
};

void TestCommandLine::splitsLikeAShell_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<QStringList>("words");
    const auto row = [](const char* name, const char* line, std::initializer_list<const char*> words) {
        QStringList list;
        for (const char* word : words)
            list << QString::fromUtf8(word);
        QTest::newRow(name) << QString::fromUtf8(line) << list;
    };
    row("nothing", " \t\n ", {});
    row("words", " a\tb \n c ", {"a", "b", "c"});
    row("single quotes", "'a b' '\\' '\"'", {"a b", "\\", "\""});
    row("double quotes", "\"a 'b\" \"\\\"\\\\\\$\\`\" \"\\n\"", {"a 'b", "\"\\$`", "\\n"});
    row("empty words", "a '' \"\" b", {"a", "", "", "b"});
    row("joined", "a'b c'\"d e\"f", {"ab cd ef"});
    row("backslashes", "a\\ b \\' \\\\ \\n", {"a b", "'", "\\", "n"});
    row("lines joined", "a \\\n b\\\nc", {"a", "bc"});
    row("no shell", "$HOME ~ *.c a|b # c && `x`", {"$HOME", "~", "*.c", "a|b", "#", "c", "&&", "`x`"});
    row("umlauts", "ä 'ö ü'", {"ä", "ö ü"});
}

void TestCommandLine::splitsLikeAShell()
{
    QFETCH(QString, line);
    QFETCH(QStringList, words);
    const auto split = splitCommandLine(bytes(line));
    QVERIFY2(split, qPrintable(errorOf(split)));
    QStringList found;
    for (const std::string& word : *split)
        found << shown(word);
    QCOMPARE(found, words);
}

void TestCommandLine::refusesWhatIsOpen_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<int>("column");
    QTest::newRow("single") << QStringLiteral("ä 'b") << 3;
    QTest::newRow("double") << QStringLiteral("a \"b\\\"") << 3;
    QTest::newRow("backslash") << QStringLiteral("ab \\") << 4;
    QTest::newRow("apostrophe") << QStringLiteral("say it's") << 7;
}

void TestCommandLine::refusesWhatIsOpen()
{
    QFETCH(QString, line);
    QFETCH(int, column);
    const auto split = splitCommandLine(bytes(line));
    QVERIFY(!split);
    QCOMPARE(split.error().column, column);
}

void TestCommandLine::joinsWhatItSplits()
{
    const std::vector<std::string> words{"node", "a b", "",        "it's", "$HOME", "\\",
                                         "\"",   "ä",   "--x=y,z", "*",    "~",     "line\nbreak"};
    const std::string line = joinCommandLine(words);
    QVERIFY(splitCommandLine(line).value() == words);
    QVERIFY(line.starts_with("node 'a b' '' "));
    QVERIFY(findShellSyntax(line).empty());
}

void TestCommandLine::findsWhatOnlyAShellUnderstands_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("found");
    const auto row = [](const char* line, const char* found) {
        QTest::newRow(line) << QString::fromUtf8(line) << QString::fromUtf8(found);
    };
    row("a b", "");
    row("a | b", "|");
    row("a && b", "&&");
    row("a; b", ";");
    row("a >> x", ">>");
    row("a 2>&1", ">");
    row("a $HOME/x", "$HOME");
    row("a \"$HOME\"", "$HOME");
    row("a '$HOME'", "");
    row("a \\$HOME", "");
    row("a $ b", "");
    row("a ${X}", "${");
    row("a `b`", "`");
    row("ls *.c", "*");
    row("ls '*.c'", "");
    row("~/bin/x", "~");
    row("a ~", "~");
    row("a~ b", "");
    row("http://x/?a=1&b=2", "&");
}

void TestCommandLine::findsWhatOnlyAShellUnderstands()
{
    QFETCH(QString, line);
    QFETCH(QString, found);
    QCOMPARE(shown(findShellSyntax(bytes(line))), found);
}

QTEST_GUILESS_MAIN(TestCommandLine)
#include "tst_commandline.moc"
