#include <ctl/table.h>

#include <QTest>

using namespace turnspit::ctl;

class tst_ctl_table : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void widthsAreThoseOfATerminal()
    {
        QCOMPARE(displayWidth(QStringLiteral("api")), 3);
        QCOMPARE(displayWidth(QStringLiteral("größe")), 5);
        QCOMPARE(displayWidth(QStringLiteral("gro\u0308ße")), 5);
        QCOMPARE(displayWidth(QStringLiteral("日本")), 4);
        QCOMPARE(displayWidth(QStringLiteral("🚀x")), 3);
        QCOMPARE(displayWidth(QStringLiteral("a\u200db")), 2);
    }

    void controlCharactersCannotDriveTheTerminal()
    {
        QCOMPARE(printable(QStringLiteral("a\x1b[31mb\nc\td")), QStringLiteral("a·[31mb c d"));
    }

    void longTextsAreCutWithAnEllipsis()
    {
        QCOMPARE(elided(QStringLiteral("abcdef"), 6), QStringLiteral("abcdef"));
        QCOMPARE(elided(QStringLiteral("abcdefg"), 6), QStringLiteral("abcde…"));
        QCOMPARE(elided(QStringLiteral("日本語日本"), 6), QStringLiteral("日本…"));
    }

    void columnsAreAligned()
    {
        Table table({{QStringLiteral("NAME")}, {QStringLiteral("CPU"), Table::Align::Right}, {QStringLiteral("LAST")}});
        table.addRow({{QStringLiteral("日本")}, {QStringLiteral("1%")}, {QString()}});
        table.addRow({{QStringLiteral("longer-name")}, {QStringLiteral("100%")}, {QStringLiteral("failed")}});
        QCOMPARE(QString::fromStdString(table.text(0, false)), QStringLiteral("NAME          CPU  LAST\n"
                                                                              "日本           1%\n"
                                                                              "longer-name  100%  failed\n"));
    }

    void aColumnWithoutTextIsLeftOut()
    {
        Table table({{QStringLiteral("NAME")}, {QStringLiteral("GROUP")}, {QStringLiteral("KIND")}});
        table.addRow({{QStringLiteral("api")}, {QString()}, {QStringLiteral("kept")}});
        QCOMPARE(QString::fromStdString(table.text(0, false)), QStringLiteral("NAME  KIND\napi   kept\n"));
    }

    void theLastColumnGivesWayToTheTerminal()
    {
        Table table({{QStringLiteral("NAME")}, {QStringLiteral("LAST")}});
        table.addRow({{QStringLiteral("api")}, {QStringLiteral("a reason that is too long for the line")}});
        QCOMPARE(QString::fromStdString(table.text(24, false)),
                 QStringLiteral("NAME  LAST\napi   a reason that is …\n"));
        QCOMPARE(QString::fromStdString(table.text(5, false)), QStringLiteral("NAME  LAST\napi   a reason th…\n"));
    }

    void coloursOnlyWhereTheyAreWanted()
    {
        Table table({{QStringLiteral("STATE")}, {QStringLiteral("NAME")}});
        table.addRow({{QStringLiteral("failed"), "31"}, {QStringLiteral("api")}});
        QCOMPARE(QString::fromStdString(table.text(0, true)),
                 QStringLiteral("STATE   NAME\n\x1b[31mfailed\x1b[0m  api\n"));
        QCOMPARE(QString::fromStdString(table.text(0, false)), QStringLiteral("STATE   NAME\nfailed  api\n"));
    }
};

QTEST_GUILESS_MAIN(tst_ctl_table)
#include "tst_ctl_table.moc"
