#include "sessioncontract.h"
#include "sorting.h"

#include <support/await.h>

#include <ipc/remotesession.h>
#include <turnspit/async/promise.h>
#include <turnspit/async/wait.h>
#include <turnspit/hosting/backgroundservice.h>
#include <turnspit/hosting/host.h>
#include <turnspit/hosting/periodicservice.h>
#include <turnspit/hosting/servicecontrollers.h>
#include <turnspit/worker/exposecontrol.h>

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

class Silence final : public LogSink
{
    void write(const LogRecord&) noexcept override {}
};

class Sleeper final : public BackgroundService
{
protected:
    Task<> execute(std::stop_token stopping) override { co_await untilStopped(stopping); }
};

class Hourly final : public PeriodicService
{
public:
    Hourly() : PeriodicService(1h) {}

protected:
    Task<> tick(std::stop_token) override { co_return; }
};

/// Services of a program over its socket: sleepers and, where the text has a schedule, hourly ones.
class WorkerContractHost final : public ContractHost
{
public:
    WorkerContractHost()
    {
        auto builder = Host::createBuilder();
        builder.addLogSink(std::make_shared<Silence>());
        ControlOptions options;
        options.folders.stateDir = m_folder.path().toStdString() + "/s";
        options.folders.runtimeDir = m_folder.path().toStdString() + "/r";
        exposeControl(builder, "worker", options);
        sorting::prepare(builder);
        m_host = builder.build();
        (void)await(startIt());
        if (!await(m_session->open(m_folder.filePath(QStringLiteral("r/workers/worker.sock")))))
            qFatal("cannot connect");
    }
    ~WorkerContractHost() override { (void)await(m_host->stop()); }

    HostSession& session() override { return *m_session; }
    void destroySession() override { m_session.reset(); }
    QString talkerCommand() override { return QStringLiteral("[\"talker\"]"); }
    void talk(const QString& name, const QByteArray& line) override
    {
        m_host->services().get<LoggerFactory>().write(LogCategory("contract", LogLevel::Trace), LogLevel::Info, 0, name.toStdString(), line.toStdString());
    }
    void emptyFile(const QString&) override { qFatal("there are no files"); }
    void provideQueue(const QString& name) override { sorting::add(*m_host, name); }

    std::optional<ActionResult> provide(const QString& name, const QString& text, bool start) override
    {
        auto registration = text.contains(QLatin1String("[schedule]")) ? HostedRegistration::of<Hourly>(name.toStdString())
                                                                      : HostedRegistration::of<Sleeper>(name.toStdString());
        Promise<bool> added;
        auto done = added.future();
        m_host->mailbox()->post([this, registration = std::move(registration), added = std::move(added)]() mutable {
            added.set(m_host->controllers().add(std::move(registration)).has_value());
        });
        ActionResult result;
        result.name = name;
        result.ok = await(waitFor(std::move(done)));
        if (start)
            qFatal("not asked for by what of the contract applies here");
        return result;
    }

private:
    Task<bool> startIt()
    {
        co_await m_host->start();
        co_return true;
    }
    static Task<bool> waitFor(Future<bool> future) { co_return co_await std::move(future); }

    QTemporaryDir m_folder{QDir::tempPath() + QStringLiteral("/wXXXXXX")};
    std::unique_ptr<Host> m_host;
    std::unique_ptr<RemoteSession> m_session = std::make_unique<RemoteSession>(RemoteSession::Options{});
};

} // namespace

int main(int argc, char* argv[])
{
    const QCoreApplication application(argc, argv);
    SessionContract suite([] { return std::make_unique<WorkerContractHost>(); });
    QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() == 1) {
        // What needs no service file, no process and no record of runs.
        for (const char* test : {
                 "noAnswerComesBeforeTheAwaitingFunctionReturnedToTheLoop",
                 "nothingIsAskedUntilTheTaskIsAwaited",
                 "anUnknownNameIsNoSuchServiceAndNothingIsDone",
                 "unknownNamesAreNamedByEveryCallThatTakesOne",
                 "resultsAreSortedByName",
                 "startingWhatRunsAndStoppingWhatIsStoppedIsFine",
                 "aScheduledServiceIsArmedByStartAndDisarmedByStop",
                 "holdAndResumeAreForWhatTicks",
                 "aHoldOfAllIsOfWhatTicks",
                 "aHoldMayEndByItself",
                 "theEndOfAHoldIsToldWhereNothingElseIsAnother",
                 "usageOfSeveralServicesComesInTheOrderOfTheirNames",
                 "snapshotsAreSortedByName",
                 "awaitStateIsSatisfiedByThePresent",
                 "awaitStateIsSatisfiedByAStatePassedThrough",
                 "awaitStateTimesOut",
                 "awaitStateRefusesAWordThatIsNoState",
                 "awaitRunOfAnUnknownRunIsAnError",
                 "extendStopIsRefusedWhereNoStopIsUnderWay",
                 "stoppingIsEmptyWhereNothingIsStopping",
                 "theExtentOfALogWaitsUntilItGrows",
                 "followWaitsUntilAnEntryArrives",
                 "nextRunsAreEarliestFirst",
                 "eventsAreLimited",
                 "hostStatusSaysWhoItIs",
                 "shutdownAnswersWhenItHasBegun",
                 "pendingCallsAreCancelledWhenTheSessionIsDestroyed",
                 "queueWorkersTellWhatTheyCount",
             })
            arguments.append(QString::fromLatin1(test));
    }
    return QTest::qExec(&suite, arguments);
}
