#include "hosttest.h"
#include "support/await.h"

#include <turnspit/hosting/signalwatch.h>

#include <QThread>

#include <csignal>

using namespace turnspit;
using namespace turnspit::test;
using namespace std::chrono_literals;

namespace {

/// Notes its life, and that of its host.
class Diary final : public HostExtension
{
public:
    Diary(std::string name, Journal& journal, ServiceProvider& services) : m_name(std::move(name)), m_journal(journal)
    {
        m_journal.add(m_name + "-made");
        services.get<ApplicationLifetime>().onStopped([&journal, called = m_name] { journal.add(called + "-sees-the-end"); });
    }
    ~Diary() override { m_journal.add(m_name + "-gone"); }

private:
    std::string m_name;
    Journal& m_journal;
};

class Quiet final : public BackgroundService
{
protected:
    Task<> execute(std::stop_token stopping) override { co_await untilStopped(stopping); }
};

} // namespace

class TestHostExtension : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void extensionsLiveAsLongAsTheHost()
    {
        Journal journal;
        {
            InlineHost h;
            for (const char* name : {"a", "b"}) {
                h.builder.addExtension([name, &journal](ServiceProvider& services) { return std::make_unique<Diary>(name, journal, services); });
            }
            h.start();
            h.stop();
            QCOMPARE(journal.text(), QStringLiteral("a-made b-made a-sees-the-end b-sees-the-end"));
        }
        QCOMPARE(journal.lines().mid(4).join(QLatin1Char(' ')), QStringLiteral("b-gone a-gone"));
    }

    void extensionsLiveOnTheHostThread()
    {
        struct Here final : HostExtension
        {
            explicit Here(Journal& j) : journal(j) { journal.add(QThread::currentThread()->objectName().toStdString()); }
            ~Here() override { journal.add(QThread::currentThread()->objectName().toStdString()); }
            Journal& journal;
        };
        Journal journal;
        HostBuilder builder;
        builder.addExtension([&journal](ServiceProvider&) { return std::make_unique<Here>(journal); });
        builder.build().reset();
        QCOMPARE(journal.text(), QStringLiteral("host host"));
    }

    void anExtensionThatCannotBeMadeFailsTheBuild()
    {
        for (const bool inlined : {false, true}) {
            Journal journal;
            FakeClock clock;
            HostBuilder builder;
            if (inlined)
                builder.useInlineThreads().useClock(clock);
            builder.services().addHostedService<Quiet>("quiet");
            builder.addExtension([&journal](ServiceProvider& services) { return std::make_unique<Diary>("first", journal, services); });
            builder.addExtension([](ServiceProvider&) -> std::unique_ptr<HostExtension> { throw std::runtime_error("no socket"); });
            QString what;
            try {
                (void)builder.build();
            } catch (const std::exception& error) {
                what = QString::fromUtf8(error.what());
            }
            QCOMPARE(what, QStringLiteral("no socket"));
            QCOMPARE(journal.text(), QStringLiteral("first-made first-gone"));
            QVERIFY(&Clock::current() == &Clock::system());
        }
    }

    void anExtensionThatFailsHoldsUpNoStop()
    {
        struct Fails final : HostExtension
        {
            void stopped(const HostStopResult&) override { throw std::runtime_error("no way out"); }
        };
        InlineHost h;
        h.builder.addExtension([](ServiceProvider&) { return std::make_unique<Fails>(); });
        h.start();
        QVERIFY(h.stop()->ended);
        const auto lines = h.log->lines();
        QVERIFY(std::any_of(lines.begin(), lines.end(), [](const auto& line) {
            return line.level == LogLevel::Critical && line.text.contains(QStringLiteral("no way out"));
        }));
    }

    void aStopEndsWhenExtensionsHaveFinished()
    {
        struct Slow final : HostExtension
        {
            Slow(Event& g, Journal& j) : goOn(g), journal(j) {}
            Task<> finish() override
            {
                journal.add("begins");
                co_await goOn.wait();
                journal.add("ends");
                throw std::runtime_error("no last words");
            }
            Event& goOn;
            Journal& journal;
        };
        Event goOn;
        Journal journal;
        InlineHost h;
        h.builder.addExtension([&](ServiceProvider&) { return std::make_unique<Slow>(goOn, journal); });
        h.builder.addExtension([&](ServiceProvider& services) { return std::make_unique<Diary>("other", journal, services); });
        h.start();
        const auto stop = h.stop();
        QVERIFY(!stop->ended);
        goOn.set();
        h.clock.settle();
        QVERIFY(stop->ended);
        QCOMPARE(journal.text(), QStringLiteral("other-made other-sees-the-end begins ends"));
        const auto lines = h.log->lines();
        QVERIFY(std::any_of(lines.begin(), lines.end(), [](const auto& line) { return line.text.contains(QStringLiteral("no last words")); }));
    }

    // T6
    void anExtensionThatDoesNotFinishGoesWithTheTimeForTheStop()
    {
        struct Endless final : HostExtension
        {
            Task<> finish() override { co_await never.wait(); }
            Event never;
        };
        InlineHost h;
        h.builder.addExtension([](ServiceProvider&) { return std::make_unique<Endless>(); });
        h.start();
        const auto stop = h.stop();
        h.clock.advance(29s);
        QVERIFY(!stop->ended);
        h.clock.advance(1s);
        QVERIFY(stop->ended);
        QVERIFY(!stop->value->anythingAbandoned());
    }

    void anyNumberOfListenersAreToldOfChanges()
    {
        InlineHost h;
        h.builder.services().addHostedService<Quiet>("quiet");
        h.build();
        int one = 0;
        int two = 0;
        int other = 0;
        auto first = h.host->controllers().watch([&] { ++one; });
        const auto second = h.host->controllers().watch([&] { ++two; });
        h.host->controllers().onChanged([&] { ++other; });
        h.start();
        QVERIFY(one > 0);
        QCOMPARE(two, one);
        QCOMPARE(other, one);
        first.reset();
        const int before = one;
        h.stop();
        QCOMPARE(one, before);
        QVERIFY(two > before);
        QCOMPARE(other, two);
        QVERIFY(h.host->controllers().workersAnswer());
    }

    void signalsAreHeardByWhoeverWatchesThem()
    {
        struct sigaction before
        {};
        ::sigaction(SIGHUP, nullptr, &before);
        QList<int> ends;
        QList<int> reloads;
        {
            const SignalWatch end([&](int signal) { ends.append(signal); });
            const SignalWatch reload([&](int signal) { reloads.append(signal); }, {SIGHUP});
            QVERIFY_THROWS_EXCEPTION(std::logic_error, SignalWatch([](int) {}, {SIGUSR1, SIGHUP}));
            ::raise(SIGHUP);
            ::raise(SIGTERM);
            QVERIFY(spinUntil([&] { return ends.size() == 1 && reloads.size() == 1; }));
            QCOMPARE(ends, QList<int>{SIGTERM});
            QCOMPARE(reloads, QList<int>{SIGHUP});
        }
        struct sigaction now
        {};
        ::sigaction(SIGHUP, nullptr, &now);
        QVERIFY(now.sa_sigaction == before.sa_sigaction);
    }
};

QTEST_GUILESS_MAIN(TestHostExtension)
#include "tst_hostextension.moc"
