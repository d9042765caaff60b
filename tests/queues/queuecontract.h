#pragma once

#include <turnspit/queues/messagequeue.h>

#include <QObject>

#include <functional>
#include <memory>
#include <vector>

namespace turnspit {

/// A queue that is empty at first, as the contract suite needs it, and the time that passes for it.
class ContractQueue
{
public:
    virtual ~ContractQueue() = default;

    [[nodiscard]] virtual MessageQueue& queue() = 0;

    /// Another object on the same messages, with the same options; for a queue of one process only, the same object.
    [[nodiscard]] virtual MessageQueue& other() = 0;

    /// On the clock that counts for it.
    [[nodiscard]] virtual Instant now() = 0;

    /// Lets time pass until `done` holds, which it must then, and not before.
    [[nodiscard]] virtual bool comesTrueAt(Instant time, std::function<bool()> done) = 0;

    /// Lets at least so much time pass, and all happen that is due by then.
    virtual void pass(Milliseconds time) = 0;
};

using ContractQueueFactory = std::function<std::unique_ptr<ContractQueue>(QueueOptions)>;

/// What every MessageQueue keeps, whatever keeps its messages: one test function a sentence. Each gets a fresh queue from the factory.
///
/// A program of its own for each implementation: `QueueContract suite(1s, factory); return QTest::qExec(&suite, argc, argv);`
class QueueContract : public QObject
{
    Q_OBJECT
public:
    /// `second` is what the suite calls one: long enough that nothing that is done without waiting takes as long.
    QueueContract(Milliseconds second, ContractQueueFactory factory) : m_second(second), m_factory(std::move(factory)) {}

private Q_SLOTS:
    void cleanup();

    void whatIsSentIsReceivedInOrder();
    void aMessageCarriesWhatWasSent();
    void aWaitingReceiveGetsWhatIsSent();
    void waitingReceiversGetOneMessageEach();
    void T2_aStopIsLookedAtBeforeWhatThereIs();
    void T2_aStopEndsOneReceiveAndLosesNothing();
    void aReceiveThatIsDestroyedLosesNothing();
    void anAckedMessageIsForgotten();
    void T12_aMessageIsSettledOnce();
    void aNackedMessageComesAgainAsTheNextAttempt();
    void aNackedMessageComesNotBeforeItsDelay();
    void aNackThatDoesNotCountTakesTheAttemptBack();
    void T12_afterItsLastAttemptAMessageIsADeadLetter();
    void withoutALimitNoMessageDies();
    void aMessageThatNobodySettlesComesAgain();
    void aMessageThatNobodySettlesDiesAfterItsLastAttempt();
    void T12_whoseTimeIsOverSettlesNothing();
    void anExtendedMessageComesNotBeforeItsNewTime();
    void anExtensionIntoThePastIsOverAtOnce();
    void timesAndLimitsMayBeWithoutEnd();
    void aBuriedMessageIsADeadLetterAtOnce();
    void deadLettersAreNewestFirst();
    void theOldestDeadLettersGo();
    void aRevivedDeadLetterComesAgainAsTheFirstAttempt();
    void aDiscardedDeadLetterIsGone();
    void aDelayedMessageComesNotBeforeItsTime();
    void aKeyIsSentOnceInItsWindow();
    void aClosedQueueTakesNothingAndGivesWhatItHas();
    void closingEndsWhoWaits();
    void theStatusSaysWhereMessagesAre();
    void twoObjectsShareTheMessages();
    void manyAtOnceAllArrive();
    void anyThreadMaySendAndReceive();
    void optionsThatCannotBeAreRefused();

private:
    MessageQueue& queue() { return m_queue->queue(); }
    MessageQueue& other() { return m_queue->other(); }
    [[nodiscard]] Milliseconds seconds(int count) const { return m_second * count; }
    void use(QueueOptions options = {});
    SentMessage send(std::string body, std::string key = {}, Milliseconds delay = Milliseconds(0));
    Message receive();
    [[nodiscard]] std::vector<std::string> receiveAll(int count);
    [[nodiscard]] bool nothingComes(); ///< nothing can be received now
    std::string died(std::string body); ///< makes a dead letter; its id
    QueueStatus status();

    const Milliseconds m_second;
    const ContractQueueFactory m_factory;
    std::unique_ptr<ContractQueue> m_queue;
};

} // namespace turnspit
