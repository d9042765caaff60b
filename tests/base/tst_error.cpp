#include <turnspit/base/error.h>

#include <QtTest>

using namespace turnspit;

class TestError : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void showsThePartsThatAreKnown_data();
    void showsThePartsThatAreKnown();
    void takesContextInFront();
    void failsWithOrWithoutAKind();
};

void TestError::showsThePartsThatAreKnown_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<int>("line");
    QTest::addColumn<int>("column");
    QTest::addColumn<QString>("text");
    QTest::newRow("all") << QStringLiteral("a.toml") << 3 << 7 << QStringLiteral("a.toml:3:7: bad");
    QTest::newRow("no column") << QStringLiteral("a.toml") << 3 << 0 << QStringLiteral("a.toml:3: bad");
    QTest::newRow("no line") << QStringLiteral("a.toml") << 0 << 7 << QStringLiteral("a.toml: bad");
    QTest::newRow("nothing") << QString() << 3 << 7 << QStringLiteral("bad");
}

void TestError::showsThePartsThatAreKnown()
{
    QFETCH(QString, file);
    QFETCH(int, line);
    QFETCH(int, column);
    QFETCH(QString, text);
    Error error{ErrorKind::Failed, "bad"};
    error.file = file.toStdString();
    error.line = line;
    error.column = column;
    QCOMPARE(QString::fromStdString(error.text()), text);
}

void TestError::takesContextInFront()
{
    Error error{ErrorKind::Refused, "no such file"};
    error.line = 4;
    const Error outer = error.in("cannot start");
    QCOMPARE(outer.message, std::string("cannot start: no such file"));
    QCOMPARE(outer.kind, ErrorKind::Refused);
    QCOMPARE(outer.line, 4);
    QCOMPARE(error.message, std::string("no such file"));
}

void TestError::failsWithOrWithoutAKind()
{
    const Result<int> plain = fail("no");
    QVERIFY(!plain);
    QCOMPARE(plain.error().kind, ErrorKind::Failed);
    const Result<> kind = fail(ErrorKind::TimedOut, "late");
    QVERIFY(!kind);
    QCOMPARE(kind.error().kind, ErrorKind::TimedOut);
    const Result<int> passedOn = fail(kind.error());
    QVERIFY(passedOn.error() == kind.error());
}

QTEST_GUILESS_MAIN(TestError)
#include "tst_error.moc"
