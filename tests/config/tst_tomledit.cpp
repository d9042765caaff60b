#include "config/configtesting.h"

#include <turnspit/config/tomledit.h>

#include <random>

using namespace turnspit;

namespace {

/// Files as people write them. Used for the byte by byte rows and, all of them, for random edits.
const std::vector<std::string>& nastyFiles()
{
    static const std::vector<std::string> files{
        "",
        "# only a comment",
        "command = \"a\"",
        "command = [ # the program\n  \"nöde\", # ä\n  'w.js',\n]   # end\n\n[restart] # why\n  policy = \"never\" # "
        "ü\n\n# last\n",
        "\xef\xbb\xbf"
        "command = \"ä\"\r\nenvironment = { A = \"1\", \"B.C\" = '2' } # x\r\n\r\n[stop]\r\n\tsignal = \"SIGINT\"\r\n",
        "restart.policy = \"never\"\nrestart.delay = \"1s\" # d\ncommand = 'x'\nstop.timeout = \"1s\"\n[log]\n",
        "a = \"\"\"\nx = 1\n[y]\n\"\"\"\"\nb = '''\n''\n# no\n'''\nenvironment = {}\n[schedule]\nat = 2026-12-24 "
        "18:00:00 # t\n[[hook]]\nname = 'ä-ö'\n[[hook]]\nname = 'b'",
        "  \"command\"  =  \"x\"\n 'group' = \"g\"\n[ environment ]\n \"a b\" = \"1\"\n'restart' . policy = \"x\"\n[ "
        "restart . \"more\" ]\nx = [[1, {y = 2}], # c\n []]\n",
        "# head\n\n[environment]\n# none yet\n\n[stop]\ntimeout = \"5s\"\n",
        "\n\n\tcommand = \"a#b\" #c\n\tumask = \"0022\"\n\n\n",
    };
    return files;
}

} // namespace

class TestTomlEdit : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void changesOnlyWhatIsMeant_data();
    void changesOnlyWhatIsMeant();
    void removesOnlyWhatIsMeant_data();
    void removesOnlyWhatIsMeant();
    void refusesWhatIsNoEditInPlace();
    void readsKeysAsPeopleWriteThem_data();
    void readsKeysAsPeopleWriteThem();
    void randomEditsLeaveEverythingElseEqual();
};

void TestTomlEdit::changesOnlyWhatIsMeant_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* name, const char* text, const char* key, const char* value, const char* expected) {
        QTest::newRow(name) << QString::fromUtf8(text) << QString::fromUtf8(key) << QString::fromUtf8(value)
                            << QString::fromUtf8(expected);
    };
    row("value", "a = 1 # c\nb = 2\n", "a", "22", "a = 22 # c\nb = 2\n");
    row("value of two lines", "a = [1, # c\n  2] # d\nb = 2\n", "a", "[3]", "a = [3] # d\nb = 2\n");
    row("long string", "a = '''\n[x]\n''' # d\n", "a", "\"x\"", "a = \"x\" # d\n");
    row("behind umlauts", "\"ä\" = 'ö' # ü\n\"ä2\" = 'ö'\n", "\"ä2\"", "1", "\"ä\" = 'ö' # ü\n\"ä2\" = 1\n");
    row("with quotes inside", "a = \"\\\" # \\\\\" # c\n", "a", "1", "a = 1 # c\n");
    row("BOM and CRLF",
        "\xef\xbb\xbf"
        "a = 1\r\nb = 2\r\n",
        "a", "3",
        "\xef\xbb\xbf"
        "a = 3\r\nb = 2\r\n");
    row("in a table", "[x] # h\n\ta\t=\t1\n[y]\na = 2\n", "y.a", "3", "[x] # h\n\ta\t=\t1\n[y]\na = 3\n");
    row("dotted", "x.a = 1\nx.b = 2\n", "x.a", "3", "x.a = 3\nx.b = 2\n");
    row("inline", "x = { a = 1, b = \"}\" } # c\n", "x.b", "3", "x = { a = 1, b = 3 } # c\n");
    row("inline in inline", "x = { a = { c = 1 }, b = 2 }\n", "x.a.c", "3", "x = { a = { c = 3 }, b = 2 }\n");
    row("date with a blank", "at = 2026-12-24 18:00:00 # c\n", "at", "2026-12-25T01:00:00",
        "at = 2026-12-25T01:00:00 # c\n");
    row("whole inline table", "x = { a = 1 }\n", "x", "{ b = 2 }", "x = { b = 2 }\n");
    row("new at the root", "a = 1 # c\n\n# about t\n[t]\n", "b", "2", "a = 1 # c\nb = 2\n\n# about t\n[t]\n");
    row("new behind many lines", "a = [\n1,\n] # c\n[t]\n", "b", "2", "a = [\n1,\n] # c\nb = 2\n[t]\n");
    row("new without last line break", "a = 1", "b", "2", "a = 1\nb = 2");
    row("new in an empty file", "", "b", "2", "b = 2\n");
    row("new behind comments only", "# c", "b", "2", "# c\nb = 2\n");
    row("new above tables only", "[t]\nx = 1\n", "b", "2", "b = 2\n\n[t]\nx = 1\n");
    row("new above tables, BOM, CRLF", "\xef\xbb\xbf[t]\r\nx = 1\r\n", "b", "2",
        "\xef\xbb\xbf"
        "b = 2\r\n\r\n[t]\r\nx = 1\r\n");
    row("new in a table", "[t]\n  x = 1 # c\n\n[u]\n", "t.y", "2", "[t]\n  x = 1 # c\n  y = 2\n\n[u]\n");
    row("new in an empty table", "[t] # c\n[u]\n", "t.y", "2", "[t] # c\ny = 2\n[u]\n");
    row("new in the last table", "[t]\nx = 1", "t.y", "2", "[t]\nx = 1\ny = 2");
    row("new beside dotted keys", "t.x = 1\na = 2\n", "t.y", "2", "t.x = 1\nt.y = 2\na = 2\n");
    row("new beside dotted keys in a table", "[a]\nt.x = 1\n", "a.t.y", "2", "[a]\nt.x = 1\nt.y = 2\n");
    row("new inline", "t = { x = 1 } # c\n", "t.y", "2", "t = { x = 1, y = 2 } # c\n");
    row("new in an empty inline table", "t = {} # c\n", "t.y", "2", "t = { y = 2 } # c\n");
    row("new table", "a = 1\n", "t.y", "2", "a = 1\n\n[t]\ny = 2\n");
    row("new table without last line break, CRLF", "a = 1\r\nb = 1", "t.y", "2",
        "a = 1\r\nb = 1\r\n\r\n[t]\r\ny = 2\r\n");
    row("key that needs quotes", "[environment]\nA = '1'\n", "environment.\"a.b\"", "'2'",
        "[environment]\nA = '1'\n\"a.b\" = '2'\n");
}

void TestTomlEdit::changesOnlyWhatIsMeant()
{
    QFETCH(QString, text);
    QFETCH(QString, key);
    QFETCH(QString, value);
    QFETCH(QString, expected);
    const auto edited = setTomlValue(bytes(text), "f.toml", parseKeyPath(bytes(key)).value(), bytes(value));
    QVERIFY2(edited, qPrintable(errorOf(edited)));
    QCOMPARE(shown(*edited), expected);
}

void TestTomlEdit::removesOnlyWhatIsMeant_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* name, const char* text, const char* key, const char* expected) {
        QTest::newRow(name) << QString::fromUtf8(text) << QString::fromUtf8(key) << QString::fromUtf8(expected);
    };
    row("line", "# a\na = 1 # c\nb = 2\n", "a", "# a\nb = 2\n");
    row("lines", "a = [ 1,\n2 ] # c\nb = 2\n", "a", "b = 2\n");
    row("last line", "b = 2\na = 1", "a", "b = 2\n");
    row("BOM and CRLF",
        "\xef\xbb\xbf"
        "a = 1\r\nb = 2\r\n",
        "a",
        "\xef\xbb\xbf"
        "b = 2\r\n");
    row("in a table", "[t]\na = 1\nb = 2\n", "t.a", "[t]\nb = 2\n");
    row("the last of a table", "a = 1\n[t] # c\nb = 2\n# d\n[u]\nc = 1\n", "t.b", "a = 1\n# d\n[u]\nc = 1\n");
    row("a table", "a = 1\n[t]\nb = 2\n\nc = 3\n[u]\nc = 1\n", "t", "a = 1\n\n[u]\nc = 1\n");
    row("first inline", "t = { a = 1, b = 2 } # c\n", "t.a", "t = { b = 2 } # c\n");
    row("middle inline", "t = { a = 1, b = 2 , c = 3 }\n", "t.b", "t = { a = 1, c = 3 }\n");
    row("last inline", "t = { a = 1, b = 2 }\n", "t.b", "t = { a = 1 }\n");
    row("only inline", "a = 1\nt = { b = 2 }\n", "t.b", "a = 1\n");
    row("dotted", "t.a = 1\nt.b = 2\n", "t.a", "t.b = 2\n");
    row("all dotted", "t.a = 1\nc = 3\nt.b = 2\n", "t", "c = 3\n");
    row("array of tables", "a = 1\n[[h]]\nb = 1\n[[h]]\nb = 2\n", "h", "a = 1\n");
}

void TestTomlEdit::removesOnlyWhatIsMeant()
{
    QFETCH(QString, text);
    QFETCH(QString, key);
    QFETCH(QString, expected);
    const auto edited = removeTomlKey(bytes(text), "f.toml", parseKeyPath(bytes(key)).value());
    QVERIFY2(edited, qPrintable(errorOf(edited)));
    QCOMPARE(shown(*edited), expected);
}

void TestTomlEdit::refusesWhatIsNoEditInPlace()
{
    QCOMPARE(errorOf(setTomlValue("[t]\na = 1\n", "f.toml", {"t"}, "1")),
             QStringLiteral("`t` is a table: set its keys one by one"));
    QCOMPARE(errorOf(removeTomlKey("a = 1\n", "f.toml", {"b"})), QStringLiteral("`b` is not in f.toml"));
    QCOMPARE(errorOf(setTomlValue("a = \n", "f.toml", {"a"}, "1")),
             QStringLiteral("f.toml:1:5: the value after `=` is missing"));
    QCOMPARE(errorOf(setTomlValue("a = 1\n", "f.toml", {"a", "b"}, "1")), QStringLiteral("`a` is not a table"));
    QCOMPARE(errorOf(setTomlValue("[[h]]\nb = 1\n", "f.toml", {"h", "b"}, "1")), QStringLiteral("`h` is not a table"));
    QVERIFY(!setTomlValue("a = 1\n", "f.toml", {"a"}, "1\nb = 2"));
    QVERIFY(!setTomlValue("a = 1\n", "f.toml", {"a"}, "1 # c"));
    // A value of two lines is good by itself, but not in an inline table.
    QVERIFY(setTomlValue("a = 1\n", "f.toml", {"a"}, "[1,\n2]"));
}

void TestTomlEdit::readsKeysAsPeopleWriteThem_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QStringList>("parts");
    QTest::newRow("plain") << QStringLiteral("a") << QStringList{QStringLiteral("a")};
    QTest::newRow("dotted") << QStringLiteral("restart.max_delay")
                            << QStringList{QStringLiteral("restart"), QStringLiteral("max_delay")};
    QTest::newRow("quoted") << QStringLiteral("a.\"b.c\"") << QStringList{QStringLiteral("a"), QStringLiteral("b.c")};
    int number = 0;
    for (const char* bad : {"", "a.", ".a", "a b", "a]\n[b", "a = 1\nb", "a = 1 #", "[a]", "#", "ä", "\"a"})
        QTest::addRow("bad %d", ++number) << QString::fromUtf8(bad) << QStringList();
}

void TestTomlEdit::readsKeysAsPeopleWriteThem()
{
    QFETCH(QString, text);
    QFETCH(QStringList, parts);
    const auto path = parseKeyPath(bytes(text));
    QCOMPARE(path.has_value(), !parts.isEmpty());
    QStringList found;
    for (const std::string& part : path.value_or(KeyPath()))
        found << shown(part);
    QCOMPARE(found, parts);
    if (path)
        QCOMPARE(parseKeyPath(formatKeyPath(*path)).value(), *path);
}

/// Every edit either is refused, or leaves all other keys as they were and all bytes around the one value or line.
void TestTomlEdit::randomEditsLeaveEverythingElseEqual()
{
    std::mt19937 random(20261122);
    const auto pick = [&](const auto& from) -> const auto&
    {
        return from[random() % from.size()];
    };
    const std::vector<KeyPath> keys{{"command"},
                                    {"group"},
                                    {"new"},
                                    {"a"},
                                    {"environment", "A"},
                                    {"environment", "B.C"},
                                    {"environment", "ä"},
                                    {"restart", "policy"},
                                    {"restart", "delay"},
                                    {"restart", "more", "x"},
                                    {"stop", "signal"},
                                    {"log", "max_age"},
                                    {"schedule", "at"},
                                    {"x", "y", "z"},
                                    {"hook", "name"},
                                    {"hook"}};
    const std::vector<std::string> values{
        "\"x\"", "5", "true", "[\"a\", \"b\"]", "'''\nä\n'''", "2026-12-24T18:00:00", "{ k = 1 }", "[\n 1, # c\n]"};
    int done = 0;
    for (int round = 0; round < 150; ++round) {
        std::string text = pick(nastyFiles());
        for (int step = 0; step < 12; ++step) {
            const KeyPath& key = pick(keys);
            const bool removes = random() % 3 == 0;
            const std::string& value = pick(values);
            const auto edited = removes ? removeTomlKey(text, "f", key) : setTomlValue(text, "f", key, value);
            if (!edited) {
                QVERIFY2(edited.error().kind == ErrorKind::Refused, qPrintable(errorOf(edited)));
                continue;
            }
            ++done;
            const TomlTable before = parseToml(text, "f").value();
            const TomlTable after = parseToml(*edited, "f").value();
            for (const KeyPath& other : keys) {
                if (other.front() == key.front())
                    continue;
                const TomlValue* a = before.value(other.front());
                const TomlValue* b = after.value(other.front());
                QVERIFY2((!a && !b) || (a && b && *a == *b), qPrintable(shown(text + "\n---\n" + *edited)));
            }
            QCOMPARE(edited->starts_with("\xef\xbb\xbf"), text.starts_with("\xef\xbb\xbf"));
            if (!removes && *edited != text) {
                const auto prefix = std::ranges::mismatch(text, *edited);
                const auto same = static_cast<std::size_t>(prefix.in1 - text.begin());
                std::size_t tail = 0;
                while (tail < text.size() - same && tail < edited->size() - same &&
                       text[text.size() - 1 - tail] == (*edited)[edited->size() - 1 - tail])
                    ++tail;
                // What was replaced is at most the old value of that key.
                const std::string replaced = text.substr(same, text.size() - same - tail);
                const auto layout = TomlLayout::scan(text).value();
                const auto item =
                    std::ranges::find_if(layout.items, [&](const auto& i) { return !i.isHeader && i.path == key; });
                if (item == layout.items.end())
                    QVERIFY2(replaced.empty() || replaced == "}" || replaced == "{}",
                             qPrintable(shown(text + "\n---\n" + *edited)));
                else
                    QVERIFY2(same >= item->valueBegin && text.size() - tail <= item->valueEnd,
                             qPrintable(shown(text + "\n---\n" + *edited)));
            }
            text = *edited;
        }
    }
    QVERIFY(done > 800);
}

QTEST_GUILESS_MAIN(TestTomlEdit)
#include "tst_tomledit.moc"
