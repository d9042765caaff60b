#include "sampleservices.h"

#include <turnspit/async/aggregateerror.h>
#include <turnspit/async/taskscope.h>

#include <QTest>

#include <atomic>
#include <fstream>
#include <latch>
#include <string>
#include <thread>

#include <unistd.h>

using namespace turnspit;
using namespace turnspit::test;

namespace {

struct Mailer
{
    explicit Mailer(Db&) { note("+mailer"); }
    ~Mailer() { note("-mailer"); }
};

/// Closes when its gate opens, and fails where it is told to.
struct Closing
{
    explicit Closing(const char* name, Event* gate = nullptr, bool fails = false) : m_name(name), m_gate(gate), m_fails(fails) {}
    ~Closing() { note(qPrintable(QStringLiteral("-%1").arg(QLatin1String(m_name)))); }
    Closing(const Closing&) = delete;
    Closing& operator=(const Closing&) = delete;

    Task<> close()
    {
        note(qPrintable(QStringLiteral("close-%1").arg(QLatin1String(m_name))));
        if (m_gate)
            co_await m_gate->wait();
        if (m_fails)
            throw std::runtime_error(m_name);
    }

private:
    const char* m_name;
    Event* m_gate;
    bool m_fails;
};

/// Makes a scope at its end, from what it was given.
struct AsksAtItsEnd
{
    explicit AsksAtItsEnd(ServiceScopeFactory& given) : scopes(given) {}
    ~AsksAtItsEnd()
    {
        const bool there = !known.expired();
        note(there && !thrown<ServiceError>([this] { (void)scopes.createScope(); }).isEmpty() ? "refused" : "gone");
    }
    AsksAtItsEnd(const AsksAtItsEnd&) = delete;
    AsksAtItsEnd& operator=(const AsksAtItsEnd&) = delete;

    ServiceScopeFactory& scopes;
    std::weak_ptr<ServiceScopeFactory> known;
};

/// What the task ended with.
Task<> outcome(Task<> task, QString& out)
{
    try {
        co_await std::move(task);
        out = QStringLiteral("well");
    } catch (...) {
        out = QString::fromStdString(describe(std::current_exception()));
    }
}

/// Whether that thread (0: not known yet) sleeps, which here is: for a lock.
bool waits(pid_t thread)
{
    std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
    std::string line;
    std::getline(file, line);
    const auto name = line.rfind(')');
    return name != std::string::npos && line.substr(name + 1, 2) == " S";
}

} // namespace

class TestDisposal : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { journal.clear(); }

    // B62, B63
    void aScopeDestroysItsOwnInReverseOrderOfCreationAndNoSingletons()
    {
        ServiceCollection services;
        services.addSingleton<Db>();
        services.addTransient<Mailer>();
        services.addScoped<Scoped>();
        auto provider = services.build();
        {
            const auto scope = provider->createScope();
            (void)scope.get<Mailer>();
            (void)scope.get<Scoped>();
            (void)scope.get<Mailer>();
        }
        QCOMPARE(told(), QStringLiteral("+db +mailer +scoped +mailer -mailer -scoped -mailer"));
        journal.clear();
        provider.reset();
        QCOMPARE(told(), QStringLiteral("-db"));
    }

    // B62
    void aTransientOfTheRootLivesAsLongAsTheRoot()
    {
        ServiceCollection services;
        services.addSingleton<Db>();
        services.addTransient<Mailer>();
        auto provider = services.build();
        (void)provider->get<Mailer>();
        QCOMPARE(told(), QStringLiteral("+db +mailer"));
        provider.reset();
        QCOMPARE(told(), QStringLiteral("+db +mailer -mailer -db"));
    }

    // B63
    void readyMadeOnesAreNotDestroyedFactoryMadeOnesAre()
    {
        Db mine;
        {
            ServiceCollection services;
            services.addInstance(mine);
            services.addSingleton<Scoped>([] { return std::make_unique<Scoped>(); });
            const auto provider = services.build();
            QCOMPARE(&provider->get<Db>(), &mine);
            (void)provider->get<Scoped>();
        }
        QCOMPARE(told(), QStringLiteral("+db +scoped -scoped"));
    }

    // B63
    void whatAFailedConstructorNeededIsDestroyedWithTheRest()
    {
        ServiceCollection services;
        services.addScoped<Scoped>();
        services.addScoped<Source>([](Scoped&) -> Source { throw std::runtime_error("no"); });
        const auto provider = services.build();
        {
            const auto scope = provider->createScope();
            QVERIFY_THROWS_EXCEPTION(std::runtime_error, (void)scope.get<Source>());
        }
        QCOMPARE(told(), QStringLiteral("+scoped -scoped"));
    }

    // B64, B74
    void aScopeIsClosedAsynchronouslyInReverseOrder()
    {
        ServiceCollection services;
        Event gate;
        services.addScoped<Closing>([&] { return std::make_unique<Closing>("first", &gate); });
        services.addScoped<Scoped>();
        services.addKeyedScoped<Closing>("second", [] { return std::make_unique<Closing>("second"); });
        const auto provider = services.build();
        TaskScope tasks;
        auto scope = provider->createScope();
        (void)scope.get<Closing>();
        (void)scope.get<Scoped>();
        (void)scope.get<Closing>("second");
        tasks.spawn(scope.close());
        QCOMPARE(told(), QStringLiteral("+scoped close-second -second -scoped close-first"));
        QVERIFY(!tasks.isEmpty());
        gate.set();
        Mailbox::current()->drain();
        QVERIFY(tasks.isEmpty());
        QVERIFY(told().endsWith(QStringLiteral("close-first -first")));
    }

    // B64
    void theDestructorIsTheFallback()
    {
        ServiceCollection services;
        services.addScoped<Closing>([] { return std::make_unique<Closing>("one"); });
        const auto provider = services.build();
        (void)provider->createScope().get<Closing>();
        QCOMPARE(told(), QStringLiteral("-one"));
    }

    // B63
    void aCloseThatIsGivenUpDestroysTheRestInReverseOrder()
    {
        ServiceCollection services;
        Event never;
        services.addScoped<Scoped>();
        services.addScoped<Db>();
        services.addScoped<Closing>([&] { return std::make_unique<Closing>("stuck", &never); });
        const auto provider = services.build();
        {
            TaskScope tasks;
            auto scope = provider->createScope();
            (void)scope.get<Scoped>();
            (void)scope.get<Db>();
            (void)scope.get<Closing>();
            tasks.spawn(scope.close());
        }
        QCOMPARE(told(), QStringLiteral("+scoped +db close-stuck -stuck -db -scoped"));
    }

    // B65
    void aCloseThatThrowsKeepsNoneOfTheOthersFromIt()
    {
        const auto closed = [](std::initializer_list<bool> fail) {
            journal.clear();
            ServiceCollection services;
            int number = 0;
            for (const bool fails : fail) {
                static constexpr const char* names[] = {"a", "b", "c"};
                services.addScoped<Closing>([name = names[number++], fails] { return std::make_unique<Closing>(name, nullptr, fails); });
            }
            const auto provider = services.build();
            TaskScope tasks;
            auto scope = provider->createScope();
            (void)scope.provider().getAll<Closing>();
            QString out;
            tasks.spawn(outcome(scope.close(), out));
            return out;
        };
        QCOMPARE(closed({false, true, false}), QStringLiteral("b"));
        QCOMPARE(told(), QStringLiteral("close-c -c close-b -b close-a -a"));
        QCOMPARE(closed({true, true, false}), QStringLiteral("One or more services failed to close. (Closing: b) (Closing: a)"));
        QCOMPARE(told(), QStringLiteral("close-c -c close-b -b close-a -a"));
        QCOMPARE(closed({false, false}), QStringLiteral("well"));
    }

    // B66
    void disposalMayBeRepeated()
    {
        ServiceCollection services;
        services.addScoped<Closing>([] { return std::make_unique<Closing>("one"); });
        const auto provider = services.build();
        TaskScope tasks;
        auto scope = provider->createScope();
        (void)scope.get<Closing>();
        tasks.spawn(scope.close());
        tasks.spawn(scope.close());
        scope.provider().dispose();
        provider->dispose();
        provider->dispose();
        QCOMPARE(told(), QStringLiteral("close-one -one"));
    }

    // B66
    void nothingCanBeHadAfterDisposalAlsoNotFromOpenScopes()
    {
        ServiceCollection services;
        services.addScoped<Scoped>();
        services.addSingleton<Source>();
        auto provider = services.build();
        const auto open = provider->createScope();
        auto& factory = provider->get<ServiceScopeFactory>();
        {
            const auto scope = provider->createScope();
            scope.provider().dispose();
            QVERIFY_THROWS_EXCEPTION(ServiceError, (void)scope.get<Scoped>());
            QVERIFY_THROWS_EXCEPTION(ServiceError, (void)scope.provider().find<Source>());
            QVERIFY_THROWS_EXCEPTION(ServiceError, (void)scope.provider().createScope());
        }
        const ServiceScopeFactory copy = factory;
        provider->dispose();
        for (int round = 0; round < 2; ++round) {
            QVERIFY_THROWS_EXCEPTION(ServiceError, (void)open.get<Scoped>());
            QVERIFY_THROWS_EXCEPTION(ServiceError, (void)open.provider().createScope());
            QVERIFY_THROWS_EXCEPTION(ServiceError, (void)ServiceScopeFactory(copy).createScope());
            provider.reset(); // the same once it is gone
        }
        QCOMPARE(told(), QString());
    }

    // B66
    void theFactoryOfScopesIsThereForThoseThatAreDestroyed()
    {
        for (const bool disposed : {true, false}) {
            journal.clear();
            ServiceCollection services;
            services.addSingleton<AsksAtItsEnd>();
            auto provider = services.build();
            provider->get<AsksAtItsEnd>().known = provider->getShared<ServiceScopeFactory>();
            if (disposed)
                provider->dispose();
            provider.reset();
            QCOMPARE(told(), QStringLiteral("refused"));
        }
    }

    // B66
    void whatIsMadeWhileTheContainerEndsIsNotGiven()
    {
        ServiceCollection services;
        services.addSingleton<Db>([](ServiceProvider& provider) {
            provider.dispose();
            return std::make_unique<Db>();
        });
        services.addScoped<Scoped>([](ServiceProvider& provider) {
            provider.dispose();
            return std::make_unique<Scoped>();
        });
        const auto provider = services.build();
        const auto scope = provider->createScope();
        QVERIFY_THROWS_EXCEPTION(ServiceError, (void)scope.get<Scoped>());
        QVERIFY_THROWS_EXCEPTION(ServiceError, (void)provider->get<Db>());
        QCOMPARE(told(), QStringLiteral("+scoped -scoped +db -db"));
    }

    // B66
    void whoWaitedForTheContainerWhileItEndedGetsNothing()
    {
        ServiceCollection services;
        std::latch making(1);
        std::atomic<pid_t> asking = 0;
        services.addSingleton<Db>([&making, &asking](ServiceProvider& provider) {
            making.count_down();
            while (!waits(asking))
                std::this_thread::yield();
            provider.dispose();
            return std::make_unique<Db>();
        });
        services.addSingleton<Source>();
        const auto provider = services.build();
        QString late;
        std::thread other([&] {
            making.wait();
            asking = ::gettid();
            late = thrown<ServiceError>([&] { (void)provider->get<Source>(); });
        });
        QVERIFY_THROWS_EXCEPTION(ServiceError, (void)provider->get<Db>());
        other.join();
        QCOMPARE(late, QStringLiteral("The service provider is disposed."));
    }
};

QTEST_GUILESS_MAIN(TestDisposal)
#include "tst_disposal.moc"
