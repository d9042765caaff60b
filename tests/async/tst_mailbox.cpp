#include "support/await.h"

#include <turnspit/async/mailbox.h>
#include <turnspit/async/thread.h>

#include <QTest>

#include <algorithm>
#include <thread>
#include <vector>

using namespace turnspit;

class TestMailbox : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatIsPostedByManyRunsInTheOrderOfEachOfThem()
    {
        constexpr int senders = 4;
        constexpr int each = 2000;
        Thread receiver(QStringLiteral("receiver"));
        std::vector<std::vector<int>> got(senders); // the receiver's
        {
            std::vector<std::jthread> threads;
            for (int sender = 0; sender < senders; ++sender) {
                threads.emplace_back([&, sender] {
                    for (int i = 0; i < each; ++i)
                        receiver.mailbox()->post([&got, sender, i] { got[std::size_t(sender)].push_back(i); });
                });
            }
        }
        receiver.stopAndJoin(); // runs what was posted before
        for (const auto& numbers : got) {
            QCOMPARE(int(numbers.size()), each);
            QVERIFY(std::ranges::is_sorted(numbers));
        }
    }

    void whatIsPostedMeanwhileComesWithTheNextTurn()
    {
        QStringList order;
        Mailbox& mailbox = *Mailbox::current();
        mailbox.post([&] {
            order << QStringLiteral("a");
            mailbox.post([&] { order << QStringLiteral("c"); });
        });
        mailbox.post([&] { order << QStringLiteral("b"); });
        QCoreApplication::processEvents();
        QVERIFY(spinUntil([&] { return order.size() == 3; }));
        QCOMPARE(order.join(QString()), QStringLiteral("abc"));
    }

    /// As in a dialog's exec.
    void aFunctionMayTurnTheEventLoopAndGetsWhatIsPostedMeanwhile()
    {
        QStringList order;
        bool inTime = false;
        Mailbox& mailbox = *Mailbox::current();
        mailbox.post([&] {
            mailbox.post([&] { order << QStringLiteral("b"); }); // behind the one that is in hand with this
            inTime = spinUntil([&] { return order.size() == 2; });
        });
        mailbox.post([&] { order << QStringLiteral("a"); });
        QVERIFY(spinUntil([&] { return mailbox.isIdle(); }));
        QVERIFY(inTime);
        QCOMPARE(order.join(QString()), QStringLiteral("ab"));
    }

    void aThreadThatHasEndedTakesNothing()
    {
        Thread thread(QStringLiteral("short"));
        const auto mailbox = thread.mailbox();
        thread.stopAndJoin();
        const auto captured = std::make_shared<int>();
        QVERIFY(!mailbox->post([captured] {}));
        QCOMPARE(captured.use_count(), 1L);
        QVERIFY(mailbox->isIdle());
    }
};

QTEST_GUILESS_MAIN(TestMailbox)
#include "tst_mailbox.moc"
