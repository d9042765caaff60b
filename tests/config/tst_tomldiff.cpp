#include <turnspit/config/tomldiff.h>

#include <QTest>

using namespace turnspit;

namespace {

QStringList between(const char* before, const char* now)
{
    QStringList lines;
    for (const TomlDifference& difference : differences(parseToml(before, "a").value(), parseToml(now, "b").value()))
        lines.append(QString::fromStdString(difference.text()));
    return lines;
}

} // namespace

class TestTomlDiff : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatIsTheSameIsNotSaidWhereverItIsWritten()
    {
        QCOMPARE(between("[a]\nb = 1\nc = [1, 2]\n", "a.c = [1, 2] # moved\na.b = 1\n"), QStringList());
    }

    void keysThatAreNewChangedAndRemovedAreSortedByName()
    {
        QCOMPARE(between("[sync]\nretries = 2\nold = true\nsame = \"x\"\n",
                         "[sync]\nretries = 3\nsame = \"x\"\n[a.b]\nc = 1\n"),
                 (QStringList{QStringLiteral("a.b.c: new"), QStringLiteral("sync.old: removed"),
                              QStringLiteral("sync.retries: changed")}));
    }

    void anotherTypeIsAChangeAndAnArrayIsOneValue()
    {
        QCOMPARE(between("a = 1\nb = [1, 2]\n", "a = \"1\"\nb = [2, 1]\n"),
                 (QStringList{QStringLiteral("a: changed"), QStringLiteral("b: changed")}));
    }

    void aTableInThePlaceOfAValueRemovesItAndAddsItsKeys()
    {
        QCOMPARE(between("a = 1\n", "[a]\nb = 1\n"),
                 (QStringList{QStringLiteral("a: removed"), QStringLiteral("a.b: new")}));
    }

    void keysThatNeedQuotesHaveThem()
    {
        QCOMPARE(between("", "\"acme::Sync\" = 1\n"), QStringList{QStringLiteral("\"acme::Sync\": new")});
    }

    void valuesAreNotSaid()
    {
        QCOMPARE(between("password = \"a\"\n", "password = \"b\"\n"), QStringList{QStringLiteral("password: changed")});
    }
};

QTEST_GUILESS_MAIN(TestTomlDiff)
#include "tst_tomldiff.moc"
