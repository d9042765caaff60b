#include "config/configtesting.h"

#include <turnspit/config/toml.h>

using namespace turnspit;

class TestToml : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void saysInWordsWhatIsWrong_data();
    void saysInWordsWhatIsWrong();
    void knowsWhereEveryKeyAndValueStands();
    void readsAllTypes();
    void writesWhatItReadsBack_data();
    void writesWhatItReadsBack();
    void takesOneValueAndNothingBehindIt_data();
    void takesOneValueAndNothingBehindIt();
    void putsOneTreeOnTopOfAnother();
    void comparesValuesAndNotPlaces();
};

void TestToml::saysInWordsWhatIsWrong_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* name, const char* text, const char* expected) {
        QTest::newRow(name) << QByteArray(text) << QString::fromUtf8(expected);
    };
    const char* notClosed =
        "f.toml:1:5: the string that begins here is not closed on its line: the closing quote is missing";
    row("open string", "a = \"abc\nb = 1\n", notClosed);
    row("open string, CRLF", "a = \"abc\r\nb = 1\r\n", notClosed);
    row("open string at the end", "a = \"abc", notClosed);
    row("open literal string", "a = 'abc\nb = 1\n", notClosed);
    row("open string in an array", "a = [ \"x\n]\n",
        "f.toml:1:7: the string that begins here is not closed on its line: the closing quote is missing");
    row("open string behind umlauts", "\"äö\" = \"ü\n",
        "f.toml:1:8: the string that begins here is not closed on its line: the closing quote is missing");
    row("open long string", "a = \"\"\"abc\n",
        "f.toml:1:5: the string that begins here is not closed: its three closing quotes are missing");
    row("open long string of two lines", "a = \"\"\"abc\ndef",
        "f.toml:2:4: the text ends inside a string: the closing quotes are missing");
    row("word", "a = nope\n", "f.toml:1:5: `nope` is not a value: strings need quotes, such as \"nope\"");
    row("word with t", "a = true1\n", "f.toml:1:5: `true1` is not a value: strings need quotes, such as \"true1\"");
    row("word like infinity", "a = infinite\n",
        "f.toml:1:5: `infinite` is not a value: strings need quotes, such as \"infinite\"");
    row("word in line 2", "a = 1\n b = never # x\n",
        "f.toml:2:6: `never` is not a value: strings need quotes, such as \"never\"");
    row("word in an array", "a = [\"x\", y]\n", "f.toml:1:11: `y` is not a value: strings need quotes, such as \"y\"");
    row("word in a table", "a = { b = 5s }\n", "f.toml:1:11: `5s` is not a value: strings need quotes, such as \"5s\"");
    row("duration", "a = 30m # x\n", "f.toml:1:5: `30m` is not a value: strings need quotes, such as \"30m\"");
    row("size", "a = 100MB\n", "f.toml:1:5: `100MB` is not a value: strings need quotes, such as \"100MB\"");
    row("path", "a = /bin/x\n", "f.toml:1:5: `/bin/x` is not a value: strings need quotes, such as \"/bin/x\"");
    row("home", "a = ~/x\n", "f.toml:1:5: `~/x` is not a value: strings need quotes, such as \"~/x\"");
    row("cron", "a = @daily\n", "f.toml:1:5: `@daily` is not a value: strings need quotes, such as \"@daily\"");
    row("yes", "a = yes\n", "f.toml:1:5: `yes` is not a value: strings need quotes, such as \"yes\"");
    row("umask", "a = 0022\n",
        "f.toml:1:5: a number does not begin with 0: write it without, or as a string: \"0022\"");
    row("missing value", "a =\n", "f.toml:1:4: the value after `=` is missing");
    row("time without seconds", "a = 2026-12-24T18:00\n",
        "f.toml:1:21: a time of day is written with its seconds, such as 18:00:00");
    row("month 13", "a = 2026-13-01\n", "f.toml:1:12: date: expected month between 1 and 12 (inclusive), saw 13");
    row("twice", "a = 1\na = 2\n", "f.toml:2:5: `a` is already defined further up");
    row("table twice", "[x]\na = 1\n[x]\n", "f.toml:3:1: `x` is already defined further up");
    row("escape", "a = \"\\q\"\n", "f.toml:1:7: string: unknown escape sequence '\\q'");
    row("something behind", "a = \"x\" b\n", "f.toml:1:9: key-value pair: expected a comment or whitespace, saw 'b'");
    row("umlaut key", "ä = 1\n",
        "f.toml:1:1: expected a key, a [table] or a comment; keys with characters other than A-Z a-z 0-9 _ - need "
        "quotes");
    row("not UTF-8", "a = 1\nb = \"\xff\"\n", "f.toml:2:5: Encountered invalid utf-8 sequence");
    row("control character", "a = 1\n# \xc3\xa4\x01\n",
        "f.toml:2:4: the control character U+0001 does not belong here: write \"\\u0001\" in a string");
    QTest::newRow("NUL behind a bracket")
        << QByteArray("[\0a]\n", 5)
        << QStringLiteral(
               "f.toml:1:2: the control character U+0000 does not belong here: write \"\\u0000\" in a string");
    row("bracket by itself", "a = 1\n[\n[x]\n",
        "f.toml:2:2: key: expected bare key starting character or string delimiter, saw '\\n'");
    row("character that is no white space", "a = \xef\xb8\x8f\n",
        "f.toml:1:5: `\xef\xb8\x8f` is not a value: strings need quotes, such as \"\xef\xb8\x8f\"");
    row("byte order mark",
        "\xef\xbb\xbf"
        "a = x\n",
        "f.toml:1:5: `x` is not a value: strings need quotes, such as \"x\"");
    row("tab is one column", "\ta\t= x\n", "f.toml:1:6: `x` is not a value: strings need quotes, such as \"x\"");
}

void TestToml::saysInWordsWhatIsWrong()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, expected);
    const auto result = parseToml(text.toStdString(), "f.toml");
    QCOMPARE(errorOf(result), expected);
    QVERIFY(result.error().kind == ErrorKind::InvalidDefinition);
}

void TestToml::knowsWhereEveryKeyAndValueStands()
{
    const auto tree = parseToml("# ä\nx = 'ü' # c\n[t]\n  a.b = [1,\n   2]\n i = { k = true }\n", "f.toml");
    QVERIFY2(tree, qPrintable(errorOf(tree)));
    const auto place = [](const TextOrigin& origin) {
        return QStringLiteral("%1:%2").arg(origin.line).arg(origin.column);
    };
    QCOMPARE(place(tree->find("x")->origin), QStringLiteral("2:1"));
    QCOMPARE(place(tree->value("x")->origin), QStringLiteral("2:5"));
    QCOMPARE(place(tree->find("t")->origin), QStringLiteral("3:2"));
    QCOMPARE(place(tree->valueAt("t.a.b")->origin), QStringLiteral("4:9"));
    QCOMPARE(place(tree->valueAt("t.a.b")->array()->at(1).origin), QStringLiteral("5:4"));
    QCOMPARE(place(tree->valueAt("t.i.k")->origin), QStringLiteral("6:12"));
    QCOMPARE(shown(*tree->value("x")->origin.file), QStringLiteral("f.toml"));
    QVERIFY(!tree->valueAt("t.a.c"));
    QVERIFY(!tree->valueAt("x.a"));
}

void TestToml::readsAllTypes()
{
    const auto tree = parseToml("s='a'\ni=-3\nf=1.5\nb=true\nd=2026-12-24\nt=18:00:01.5\ndt=2026-12-24T18:00:00\n"
                                "o=2026-12-24T18:00:00+01:30\na=[1]\n[tab]\n",
                                "f");
    QVERIFY(tree);
    QCOMPARE(*tree->value("s")->string(), std::string("a"));
    QCOMPARE(*tree->value("i")->integer(), -3);
    QCOMPARE(*tree->value("f")->floating(), 1.5);
    QCOMPARE(*tree->value("b")->boolean(), true);
    QVERIFY(tree->value("d")->type() == TomlType::Date);
    QVERIFY(tree->value("t")->type() == TomlType::Time);
    QCOMPARE(tree->value("t")->dateTime()->nanosecond, 500'000'000);
    QVERIFY(tree->value("dt")->type() == TomlType::DateTime && !tree->value("dt")->dateTime()->offsetMinutes);
    QCOMPARE(*tree->value("o")->dateTime()->offsetMinutes, 90);
    QVERIFY(tree->value("a")->array() && tree->value("tab")->table());
}

void TestToml::writesWhatItReadsBack_data()
{
    QTest::addColumn<QString>("text");
    for (const char* text : {"\"a \\\"b\\\" \\\\ \\n\\t\\u0001 ä\"", "-3", "1.5", "1.0", "1e+300", "inf", "-inf", "nan",
                             "true", "2026-12-24", "18:00:01.5", "2026-12-24T18:00:00", "2026-12-24T18:00:00Z",
                             "2026-12-24T18:00:00-01:30", "[]", "[1, [\"a\"]]", "{}", "{ \"a b\" = 1, c = {} }"})
        QTest::newRow(text) << QString::fromUtf8(text);
}

void TestToml::writesWhatItReadsBack()
{
    QFETCH(QString, text);
    const auto value = parseTomlValue(bytes(text), "v");
    QVERIFY(value);
    QCOMPARE(shown(formatToml(*value)), text);
    QVERIFY(*parseTomlValue(formatToml(*value), "v") == *value);
}

void TestToml::takesOneValueAndNothingBehindIt_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("good");
    QTest::newRow("number") << QStringLiteral("5") << true;
    QTest::newRow("blanks around") << QStringLiteral(" \"5\"\t") << true;
    QTest::newRow("array over lines") << QStringLiteral("[1,\n2 # x\n]") << true;
    QTest::newRow("nothing") << QString() << false;
    QTest::newRow("word") << QStringLiteral("5s") << false;
    QTest::newRow("comment behind") << QStringLiteral("5 # x") << false;
    QTest::newRow("another key behind") << QStringLiteral("5\nw = 6") << false;
    QTest::newRow("a table behind") << QStringLiteral("5\n[w]") << false;
    QTest::newRow("line break behind") << QStringLiteral("5\n") << false;
}

void TestToml::takesOneValueAndNothingBehindIt()
{
    QFETCH(QString, text);
    QFETCH(bool, good);
    QCOMPARE(parseTomlValue(bytes(text), "v").has_value(), good);
}

void TestToml::putsOneTreeOnTopOfAnother()
{
    const auto under = parseToml("a = 1\nb = [1, 2]\n[t]\nx = 1\ny = 1\n", "under");
    const auto over = parseToml("b = [3]\nc = 1\n[t]\ny = 2\n", "over");
    const TomlTable merged = mergeToml(*under, *over);
    QVERIFY(merged == *parseToml("a = 1\nb = [3]\nc = 1\n[t]\nx = 1\ny = 2\n", "f"));
    QCOMPARE(*merged.valueAt("t.x")->origin.file, std::string("under"));
    QCOMPARE(*merged.valueAt("t.y")->origin.file, std::string("over"));
}

void TestToml::comparesValuesAndNotPlaces()
{
    QVERIFY(*parseToml("a = 1\nb.c = nan", "x") == *parseToml("# c\n[b]\nc = nan", "y") == false);
    QVERIFY(*parseToml("a = 1\nb.c = nan", "x") == *parseToml("b = { c = nan }\na = 0x1", "y"));
    QVERIFY(*parseToml("a = 1", "x") != *parseToml("a = 1.0", "x"));
    QVERIFY(*parseToml("a = 0.0", "x") != *parseToml("a = -0.0", "x"));
}

QTEST_GUILESS_MAIN(TestToml)
#include "tst_toml.moc"
