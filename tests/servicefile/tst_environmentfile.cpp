#include "config/configtesting.h"

#include <turnspit/servicefile/environmentfile.h>

#include <QTemporaryDir>

using namespace turnspit;

class TestEnvironmentFile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsWhatDotEnvFilesHold();
    void saysWhereItIsWrongAndNeverAValue_data();
    void saysWhereItIsWrongAndNeverAValue();
    void masksEveryValue();
    void namesAMissingFile();
};

void TestEnvironmentFile::readsWhatDotEnvFilesHold()
{
    const auto variables = parseEnvironmentFile("\xef\xbb\xbf# c\r\n\r\nA=1\r\n  export B = two words  # c\r\nC='x # "
                                                "\\n'\nD=\"a\\n\\\"b\\\" \\$ \\x\" # c\nE=\nF=a#b\nexported=1\n"
                                                "G=\"l1\nl2\"\nA=again\nH=a=b\nI='ä\nö'",
                                                ".env");
    QVERIFY2(variables, qPrintable(errorOf(variables)));
    QStringList found;
    for (const EnvironmentVariable& variable : *variables) {
        QVERIFY(variable.secret);
        found << shown(variable.name + "=" + variable.value);
    }
    QCOMPARE(found, (QStringList{QStringLiteral("B=two words"), QStringLiteral("C=x # \\n"),
                                 QStringLiteral("D=a\n\"b\" $ \\x"), QStringLiteral("E="), QStringLiteral("F=a#b"),
                                 QStringLiteral("exported=1"), QStringLiteral("G=l1\nl2"), QStringLiteral("A=again"),
                                 QStringLiteral("H=a=b"), QString::fromUtf8("I=ä\nö")}));
    QVERIFY(parseEnvironmentFile("", ".env")->empty());
}

void TestEnvironmentFile::saysWhereItIsWrongAndNeverAValue_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* name, const char* text, const char* expected) {
        QTest::newRow(name) << QString::fromUtf8(text) << QString::fromUtf8(expected);
    };
    row("no equals sign", "A=1\n  secret\n", ".env:2:3: expected NAME=value");
    row("no name", "A=1\n=secret\n", ".env:2:1: the name before `=` is missing");
    row("blank in a name", "A B=secret\n", ".env:1:1: a variable's name has no blanks and no quotes");
    row("open quote", "\n\nÄ=\"secret\n", ".env:3:3: the quote \" has no partner");
    row("open single quote", "A='secret\nB=1\n", ".env:1:3: the quote ' has no partner");
    row("behind a quote", "A='secret' x\n", ".env:1:12: nothing may follow the closing quote");
}

void TestEnvironmentFile::saysWhereItIsWrongAndNeverAValue()
{
    QFETCH(QString, text);
    QFETCH(QString, expected);
    const auto variables = parseEnvironmentFile(bytes(text), ".env");
    QCOMPARE(errorOf(variables), expected);
    QVERIFY(!variables.error().message.contains("secret"));
}

void TestEnvironmentFile::masksEveryValue()
{
    QCOMPARE(shown(parseEnvironmentFile("A=secret", ".env")->front().shown()), QStringLiteral("********"));
    QCOMPARE(shown((EnvironmentVariable{"A", "open"}).shown()), QStringLiteral("open"));
}

void TestEnvironmentFile::namesAMissingFile()
{
    QTemporaryDir folder;
    const std::string path = bytes(folder.filePath(QStringLiteral(".env")));
    QCOMPARE(errorOf(readEnvironmentFile(path)),
             shown("environment_file: cannot read " + path + ": No such file or directory"));
}

QTEST_GUILESS_MAIN(TestEnvironmentFile)
#include "tst_environmentfile.moc"
