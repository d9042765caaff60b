#include <turnspit/logs/logpattern.h>

#include <QTest>

using namespace turnspit;

class TestLogPattern : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theLiteralIsWhatEveryMatchHolds_data()
    {
        QTest::addColumn<QByteArray>("expression");
        QTest::addColumn<QByteArray>("literal");
        const auto row = [](const char* expression, const char* literal) {
            QTest::newRow(expression) << QByteArray(expression) << QByteArray(literal);
        };
        row("error", "error");
        row("error|timeout", "");
        row("colou?r", "colo");
        row("ab*cd", "cd");
        row("listening on port \\d+", "listening on port ");
        row("a\\.b", "a.b");
        row("\\Qa.b\\E", "");
        row("x{2}yz", "yz");
        row("xa{0,1}yz", "yz");
        row("(abc)?d", "d");
        row("(?i)abc", "");
        row("[abc]]de", "]de");
        row("[]x]de", "de");
        row("[[:alpha:]]de", "de");
        row("\\x41bc", "");
        row("\xc3\xa4?bc", "bc");
        row("a+b", "a");
        row("^$", "");
        row("\\bword\\b", "word");
    }

    void theLiteralIsWhatEveryMatchHolds()
    {
        QFETCH(QByteArray, expression);
        QFETCH(QByteArray, literal);
        const auto pattern = LogPattern::compile(expression.toStdString());
        QVERIFY(pattern);
        QCOMPARE(QByteArray::fromStdString(pattern->literal()), literal);
    }

    void matchesAsTheEngineDoes_data()
    {
        QTest::addColumn<QByteArray>("expression");
        for (const char* expression : {"error", "err|tim", "colou?r", "ab*c", "a\\.b", "(abc)?d", "[abc]]d", "x{2}y", "\\d+", "^$", "",
                                       "a+b", "\xc3\xa4?b", ".\xc3\xa4", "xa{0,1}y", "\\bd\\b", "a.b", "[^a]b"})
            QTest::newRow(expression) << QByteArray(expression);
    }

    void matchesAsTheEngineDoes()
    {
        QFETCH(QByteArray, expression);
        const auto pattern = LogPattern::compile(expression.toStdString());
        QVERIFY(pattern);
        const QRegularExpression oracle(QString::fromUtf8(expression));
        for (const char* text : {"", "error", "an error.", "timeout", "color", "colour", "ac", "abbbc", "a.b", "axb", "d", "abcd", "a]d",
                                 "xxy", "xy", "xay", "42", "b", "\xc3\xa4" "b", "ab", "q\xc3\xa4", "\xff" "b", "a d b"})
            QCOMPARE(pattern->matches(text), oracle.match(QString::fromUtf8(text)).hasMatch());
    }

    void caseCanBeIgnored()
    {
        const auto pattern = LogPattern::compile("ErrOr", LogPattern::Case::Insensitive);
        QVERIFY(pattern->matches("an error"));
        QVERIFY(!LogPattern::compile("ErrOr")->matches("an error"));
    }

    void anInvalidExpressionIsAnErrorThatSaysWhere()
    {
        const auto pattern = LogPattern::compile("abc(");
        QVERIFY(!pattern);
        QVERIFY(pattern.error().kind == ErrorKind::InvalidDefinition);
        QVERIFY(pattern.error().column > 0);
        QVERIFY(pattern.error().message.find("parenthes") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestLogPattern)
#include "tst_log_pattern.moc"
