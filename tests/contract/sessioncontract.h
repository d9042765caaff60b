#pragma once

#include <turnspit/control/hostsession.h>

#include <QObject>

#include <functional>
#include <memory>
#include <optional>

namespace turnspit {

/// A host with one session onto it, as the contract suite needs them: no service is there at first, and nothing is subscribed.
class ContractHost
{
public:
    virtual ~ContractHost() = default;

    [[nodiscard]] virtual HostSession& session() = 0;

    /// Ends the client's session; the host goes on until this object is destroyed.
    virtual void destroySession() = 0;

    /// Adds a service like the one that this text of a file describes, where the host takes no files; nullopt: the session adds it.
    [[nodiscard]] virtual std::optional<ActionResult> provide(const QString& name, const QString& text, bool start) { return std::nullopt; }

    /// The value of `command` of a service that runs until it is stopped and writes what `talk` says.
    [[nodiscard]] virtual QString talkerCommand() = 0;
    /// One line of output of the talker of this name, some time after the call.
    virtual void talk(const QString& name, const QByteArray& line) = 0;

    /// Somebody empties the file of this service; the host knows it when the session has reloaded.
    virtual void emptyFile(const QString& name) = 0;

    /// Adds a queue worker of this name. When it has been started it does three messages, and rejects a fourth one: "it cannot be read".
    virtual void provideQueue(const QString& name) = 0;
};

using ContractFactory = std::function<std::unique_ptr<ContractHost>()>;

/// What every HostSession keeps, whatever it is made of: one test function a sentence. Each gets a fresh host from the factory.
///
/// A program of its own for each implementation: `SessionContract suite(factory); return QTest::qExec(&suite, argc, argv);`
class SessionContract : public QObject
{
    Q_OBJECT
public:
    explicit SessionContract(ContractFactory factory) : m_factory(std::move(factory)) {}

private Q_SLOTS:
    void init();
    void cleanup();

    void noAnswerComesBeforeTheAwaitingFunctionReturnedToTheLoop();
    void nothingIsAskedUntilTheTaskIsAwaited();
    void anUnknownNameIsNoSuchServiceAndNothingIsDone();
    void unknownNamesAreNamedByEveryCallThatTakesOne();
    void resultsAreSortedByName();
    void allAndGroupAndNamesAddUp();
    void startStopRestartAndKillAnswerWhenDone();
    void startingWhatRunsAndStoppingWhatIsStoppedIsFine();
    void aScheduledServiceIsArmedByStartAndDisarmedByStop();
    void holdAndResumeAreForWhatTicks();
    void aHoldOfAllIsOfWhatTicks();
    void aHoldMayEndByItself();
    void theEndOfAHoldIsToldWhereNothingElseIsAnother();
    void disableAndEnableEditTheFile();
    void subscribeGivesASnapshotThenConsecutiveDeltas();
    void aSnapshotShowsWhatACommandDid();
    void snapshotsAreSortedByName();
    void awaitStateIsSatisfiedByThePresent();
    void awaitStateIsSatisfiedByAStatePassedThrough();
    void awaitStateTimesOut();
    void awaitStateRefusesAWordThatIsNoState();
    void runBeginsOneRunAndAwaitRunGivesItsRecord();
    void awaitRunOfAnUnknownRunIsAnError();
    void runRefusesAKeptServiceAndABusyOne();
    void stopRunEndsTheRun();
    void extendStopIsRefusedWhereNoStopIsUnderWay();
    void stoppingIsEmptyWhereNothingIsStopping();
    void runsAreNewestFirstAndPaged();
    void aLogIsReadPageByPageToItsEnd();
    void theLastEntriesOfALogAreRead();
    void aLogIsSearched();
    void aLogIsReadAndSearchedByNumber();
    void theExtentOfALogWaitsUntilItGrows();
    void followWaitsUntilAnEntryArrives();
    void theWholeLogIsFollowedFromBeforeTheFirstRunOn();
    void followEndsWithItsRun();
    void addUpdateRemoveAndUndoGoRound();
    void aBrokenFileIsRestoredAndThatIsTakenBack();
    void addRefusesANameThatIsTaken();
    void anInvalidDefinitionIsRefused();
    void checkNamesWhatIsWrongAndChangesNothing();
    void definitionGivesTheTextAndItsFile();
    void previewGivesASentenceAndTimes();
    void nextRunsAreEarliestFirst();
    void eventsAreLimited();
    void hostStatusSaysWhoItIs();
    void reloadAnswers();
    void shutdownAnswersWhenItHasBegun();
    void usageIsOfTheLastTenMinutesOldestFirst();
    void usageOfSeveralServicesComesInTheOrderOfTheirNames();
    void pendingCallsAreCancelledWhenTheSessionIsDestroyed();
    void inspectMakesTheEditsAndChangesNothing();
    void inspectNamesTheKeyOfWhatIsWrong();
    void inspectKnowsWhichNamesAreTaken();
    void aTriedCommandTellsItsOutputAndItsEnd();
    void aTriedCommandIsNoRunAndNoService();
    void aTriedCommandIsStopped();
    void aTryOfAnInvalidFileIsRefused();
    void queueWorkersTellWhatTheyCount();

private:
    HostSession& session() { return m_host->session(); }
    ActionResult add(const QString& name, const QString& text, bool start = false);
    Result<QList<ActionResult>> act(Action action, const QStringList& names);
    ServiceInfo service(const QString& name);
    bool exists(const QString& name);
    LogPage readUntil(LogQuery query, const QByteArray& line);
    std::optional<RunId> runToItsEnd(const QString& name);
    bool startTalker(const QString& name);

    ContractFactory m_factory;
    std::unique_ptr<ContractHost> m_host;
};

} // namespace turnspit
