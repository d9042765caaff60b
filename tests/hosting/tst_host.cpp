#include "recorder.h"

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

class TestHost : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    // B1, B3, B14, B16
    void phasesInOrder()
    {
        InlineHost h;
        addRecorder(h, {.name = "a"});
        addRecorder(h, {.name = "b"});
        h.build();
        h.host->lifetime().onStarted([&] { h.journal.add("app-started"); });
        h.host->lifetime().onStopping([&] { h.journal.add("app-stopping"); });
        h.host->lifetime().onStopped([&] { h.journal.add("app-stopped"); });
        const auto started = h.start();
        QVERIFY(started->ended);
        QVERIFY(!started->error);
        const auto stopped = h.stop();
        QVERIFY(stopped->ended);
        QCOMPARE(h.journal.text(), QStringLiteral("a.made b.made a.starting b.starting a.start b.start a.started b.started app-started "
                                                  "b.stopping a.stopping app-stopping b.stop a.stop b.stopped a.stopped b.destroyed a.destroyed app-stopped"));
        QCOMPARE(stopped->value->exitCode(), 0);
    }

    // B13, T21
    void throwingLifetimeCallbacksAreLoggedAndTheOthersRun()
    {
        InlineHost h;
        addRecorder(h, {.name = "a"});
        h.build();
        int ran = 0;
        for (int i = 0; i < 2; ++i) {
            const auto fails = [&] {
                ++ran;
                throw std::runtime_error("callback");
            };
            h.host->lifetime().onStarted(fails);
            h.host->lifetime().onStopping(fails);
            h.host->lifetime().onStopped(fails);
        }
        QVERIFY(!h.start()->error);
        QCOMPARE(ran, 2);
        QVERIFY(!h.stop()->error);
        QCOMPARE(ran, 6);
        QCOMPARE(h.log->events().count(StartedCallbackFailed), 2);
        QCOMPARE(h.log->events().count(StoppingCallbackFailed), 2);
        QCOMPARE(h.log->events().count(StoppedCallbackFailed), 2);
        QCOMPARE(said(h.log->find(StartedCallbackFailed)->level), said(LogLevel::Critical));
    }

    // B24
    void stopApplicationIsIdempotentAndStopsNoService()
    {
        InlineHost h;
        addRecorder(h, {.name = "a"});
        h.start();
        int calls = 0;
        h.host->lifetime().onStopping([&] {
            ++calls;
            h.host->lifetime().stopApplication(); // from inside: does not wait for itself
        });
        h.host->lifetime().stopApplication();
        QCOMPARE(calls, 1); // before the call returned
        h.host->lifetime().stopApplication();
        QCOMPARE(calls, 1);
        h.clock.settle();
        QVERIFY(!h.journal.lines().contains(QStringLiteral("a.stop")));
        QVERIFY(h.host->lifetime().stopping().stop_requested());
    }

    // B24
    void concurrentCallsWaitForTheFirst()
    {
        ApplicationLifetime lifetime;
        std::atomic<bool> entered = false;
        std::atomic<bool> left = false;
        std::atomic<bool> go = false;
        lifetime.onStopping([&] {
            entered = true;
            entered.notify_all();
            go.wait(false);
            left = true;
        });
        Thread first(QStringLiteral("first"));
        Thread second(QStringLiteral("second"));
        first.mailbox()->post([&] { lifetime.stopApplication(); });
        entered.wait(false);
        std::atomic<bool> leftBefore = false;
        second.mailbox()->post([&] {
            lifetime.stopApplication();
            leftBefore = left.load();
        });
        go = true;
        go.notify_all();
        second.stopAndJoin();
        first.stopAndJoin();
        QVERIFY(leftBefore);
    }

    // B54, T16
    void aHostWithoutAClockOfItsOwnTakesThatOfItsThread()
    {
        FakeClock clock;
        Clock::setCurrent(&clock);
        const auto undo = qScopeGuard([] { Clock::setCurrent(nullptr); });
        HostBuilder builder;
        builder.useInlineThreads();
        {
            const auto host = builder.build();
            QVERIFY(&Clock::current() == &clock);
            QVERIFY(&host->services().get<Clock>() == &clock);
        }
        QVERIFY(&Clock::current() == &clock);
        FakeClock other;
        HostBuilder second;
        second.useInlineThreads().useClock(other);
        {
            const auto host = second.build();
            QVERIFY(&Clock::current() == &other);
        }
        QVERIFY(&Clock::current() == &clock);
    }

    // B75
    void buildCanBeCalledOnceAndServicesAreReadOnlyAfterwards()
    {
        InlineHost h;
        h.build();
        QVERIFY_THROWS_EXCEPTION(std::logic_error, (void)h.builder.build());
        QVERIFY_THROWS_EXCEPTION(std::logic_error, h.builder.services().addSingleton<Journal>());
        QVERIFY_THROWS_EXCEPTION(std::logic_error, addRecorder(h, {.name = "late"}));
    }

    // B43, B44
    void aServiceByTypeAndOneByFactoryAreTheSameToTheHostAndNoneIsHadFromTheContainer()
    {
        class Plain final : public HostedService
        {
        public:
            explicit Plain(Journal& journal) : m_journal(journal) {}
            Task<> start(std::stop_token) override
            {
                m_journal.add("start");
                co_return;
            }
            Task<> stop(std::stop_token) override
            {
                m_journal.add("stop");
                co_return;
            }

        private:
            Journal& m_journal;
        };
        InlineHost h;
        h.builder.services().addInstance(h.journal);
        h.builder.services().addHostedService<Plain>();
        h.builder.services().addHostedService<Plain>("second", [](Journal& journal) { return std::make_unique<Plain>(journal); });
        h.start();
        QVERIFY(!h.host->services().find<Plain>());
        h.stop();
        QCOMPARE(h.journal.text(), QStringLiteral("start start stop stop"));
    }

    // T9
    void aNamedInstanceKnowsItsName()
    {
        class Named final : public HostedService
        {
        public:
            Named(Journal& journal, ServiceKey name) : m_journal(journal), m_name(std::move(name)) {}
            Task<> start(std::stop_token) override
            {
                m_journal.add(m_name.value);
                co_return;
            }
            Task<> stop(std::stop_token) override { co_return; }

        private:
            Journal& m_journal;
            ServiceKey m_name;
        };
        InlineHost h;
        h.builder.services().addInstance(h.journal);
        h.builder.services().addHostedService<Named>("north");
        h.builder.services().addHostedService<Named>("south");
        h.start();
        QCOMPARE(h.journal.text(), QStringLiteral("north south"));
    }

    // B1, B14, B92
    void theLogBeginsBeforeAndEndsAfterEverythingElse()
    {
        struct IntoJournal final : LogSink
        {
            explicit IntoJournal(Journal& to) : journal(to) {}
            void write(const LogRecord& record) noexcept override
            {
                if (record.eventId >= HostStarting && record.eventId <= HostStopped)
                    journal.add(std::string(record.text));
            }
            Journal& journal;
        };
        InlineHost h;
        h.builder.addLogSink(std::make_shared<IntoJournal>(h.journal));
        h.build();
        h.host->lifetime().onStarted([&] { h.journal.add("started"); });
        h.host->lifetime().onStopping([&] { h.journal.add("stopping"); });
        h.host->lifetime().onStopped([&] { h.journal.add("stopped"); });
        h.start();
        h.stop();
        QCOMPARE(h.journal.lines().join(QLatin1Char('|')),
                 QStringLiteral("Hosting starting|started|Hosting started|Hosting stopping|stopping|stopped|Hosting stopped"));
    }

    // B82
    void theDefaultsOfTheOptionsAndTheirExtremes()
    {
        const HostOptions options;
        QVERIFY(options.shutdownTimeout == 30s);
        QVERIFY(!options.startTimeout);
        QVERIFY(options.onFailure == FailureBehaviour::StopService); // T3
        for (const auto time : {Milliseconds(0), Milliseconds::max()}) {
            InlineHost h;
            h.builder.configure<HostOptions>([time](HostOptions& o) {
                o.shutdownTimeout = time;
                if (time > Milliseconds(0))
                    o.startTimeout = time;
            });
            QVERIFY(!h.start()->error);
            QCOMPARE(h.stop()->value->exitCode(), 0);
        }
    }

    // B92, T17
    void hostEventsInOrderAndEachNamesItsService()
    {
        InlineHost h;
        addRecorder(h, {.name = "a"});
        h.start();
        h.stop();
        QCOMPARE(h.log->events(), (QList<int>{HostStarting, ServiceStarted, HostStarted, HostStopping, ServiceStopped, HostStopped}));
        for (const auto& line : h.log->lines()) {
            if (line.event >= ServiceStarted) {
                QCOMPARE(line.service, QStringLiteral("a"));
                QVERIFY(line.text.contains(QStringLiteral("'a'")));
            }
        }
    }

    // B43, T9
    void anUnnamedDuplicateIsRefusedAndNamedOnesRun()
    {
        InlineHost h;
        addRecorder(h, {.name = "one"});
        addRecorder(h, {.name = "two"});
        QVERIFY_THROWS_EXCEPTION(std::logic_error, addRecorder(h, {.name = "one"}));
        h.start();
        QCOMPARE(h.host->controllers().list().size(), 2u);
    }

    // T19
    void theLibrarysDefaultIsSequential()
    {
        const HostOptions options;
        QVERIFY(!options.servicesStartConcurrently && !options.servicesStopConcurrently);
        QVERIFY(options.shutdownTimeout == 30s && !options.startTimeout); // B82
    }
};

QTEST_GUILESS_MAIN(TestHost)
#include "tst_host.moc"
