#include <ui/hosts/hostlist.h>

#include <QListWidget>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

const WallTime now = parseRfc3339("2026-11-28T12:00:00Z").value();

HostEntry here()
{
    HostEntry entry;
    entry.name = QStringLiteral("This computer");
    entry.counts = {.services = 3, .running = 1, .waiting = 1};
    return entry;
}

HostEntry worker(const char* name, HostEntry::State state = HostEntry::State::Answers)
{
    HostEntry entry;
    entry.key = entry.name = QString::fromLatin1(name);
    entry.state = state;
    entry.counts.services = 1;
    if (entry.isOver())
        entry.at = now - 1min;
    return entry;
}

} // namespace

class TestHostList : public QObject
{
    Q_OBJECT
private:
    QWidget parent;
    std::unique_ptr<HostList> list;

    QListWidget& view() { return *list->findChild<QListWidget*>(QStringLiteral("hostListView")); }
    QPushButton& dismiss() { return *list->findChild<QPushButton*>(QStringLiteral("hostDismissButton")); }
    QStringList rows()
    {
        QStringList texts;
        for (int i = 0; i < view().count(); ++i)
            texts.append(view().item(i)->text());
        return texts;
    }

private Q_SLOTS:
    void init()
    {
        list = std::make_unique<HostList>(&parent);
        parent.show();
    }
    void cleanup() { list.reset(); }

    void itIsThereWhileThereIsAProgram()
    {
        list->setHosts({here()}, now);
        QVERIFY(!list->isVisible());
        list->setHosts({here(), worker("shop")}, now);
        QVERIFY(list->isVisible());
        QCOMPARE(rows(), (QStringList{QStringLiteral("This computer"), QStringLiteral("shop")}));
        QCOMPARE(view().currentRow(), 0);
        list->setHosts({here()}, now);
        QVERIFY(!list->isVisible());
    }

    void anEntrySaysHowItIs()
    {
        HostEntry entry = here();
        QVERIFY(HostList::summary(entry, now).startsWith(QStringLiteral("3 service")));
        entry.counts.services = 0;
        QCOMPARE(HostList::summary(entry, now), QStringLiteral("no services"));
        entry.counts.services = 3;
        entry.counts.failed = 1;
        QVERIFY(HostList::summary(entry, now).contains(QStringLiteral("1 failed")));
        QVERIFY(HostList::summary(worker("a", HostEntry::State::Killed), now).startsWith(QStringLiteral("was killed, ")));
        QVERIFY(HostList::summary(worker("a", HostEntry::State::Ended), now).startsWith(QStringLiteral("ended, ")));
        QCOMPARE(HostList::summary(worker("a", HostEntry::State::Silent), now), QStringLiteral("does not answer"));
        QVERIFY(HostList::details(entry, now).endsWith(QStringLiteral(", 1 running, 1 waiting")));
        QCOMPARE(HostList::details(worker("a", HostEntry::State::Silent), now), QStringLiteral("does not answer"));
    }

    void choosingOneIsToldOnceAndChangesOfItNever()
    {
        list->setHosts({here(), worker("shop")}, now);
        QSignalSpy chosen(list.get(), &HostList::chosen);
        view().setCurrentRow(1);
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(chosen.first().first().toString(), QStringLiteral("shop"));
        list->setHosts({here(), worker("a"), worker("shop", HostEntry::State::Killed), worker("zoo")}, now);
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(view().currentItem()->text(), QStringLiteral("shop"));
        QCOMPARE(rows(), (QStringList{QStringLiteral("This computer"), QStringLiteral("a"), QStringLiteral("shop"), QStringLiteral("zoo")}));
        list->setCurrent({});
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(view().currentRow(), 0);
    }

    void aClickBesideTheEntriesIsNoChoice()
    {
        list->resize(200, 400);
        list->setHosts({here(), worker("shop")}, now);
        QSignalSpy chosen(list.get(), &HostList::chosen);
        QTest::mouseClick(view().viewport(), Qt::LeftButton, {}, QPoint(view().viewport()->width() / 2, view().viewport()->height() - 3));
        QCoreApplication::processEvents();
        QVERIFY(view().item(0)->isSelected());
        QCOMPARE(chosen.size(), 0);
    }

    void whatHasEndedStaysUntilItIsDismissed()
    {
        list->setHosts({here(), worker("a"), worker("b", HostEntry::State::Ended), worker("c", HostEntry::State::Killed)}, now);
        QVERIFY(dismiss().isVisible());
        QSignalSpy dismissed(list.get(), &HostList::dismissed);
        dismiss().click();
        QCOMPARE(dismissed.first().first().toStringList(), (QStringList{QStringLiteral("b"), QStringLiteral("c")}));
        list->setHosts({here(), worker("a")}, now);
        QVERIFY(!dismiss().isVisible());
    }

    void everyRowHasItsWordsForThoseWhoHearIt()
    {
        list->setHosts({here(), worker("shop", HostEntry::State::Silent)}, now);
        QCOMPARE(view().item(1)->data(Qt::AccessibleTextRole).toString(), QStringLiteral("shop, does not answer"));
        QVERIFY(!view().accessibleName().isEmpty());
        QVERIFY(!dismiss().accessibleName().isEmpty());
    }
};

QTEST_MAIN(TestHostList)
#include "tst_host_list.moc"
