// What a container gives: lifetimes, several registrations, what a constructor may ask for.
#include "sampleservices.h"

#include <QTest>

#include <latch>
#include <thread>

using namespace turnspit;
using namespace turnspit::test;

namespace {

/// A value made from a service, as Logger<T> is.
struct Value
{
    using InjectedFrom = Source;
    explicit Value(Source& source) : value(source.value) {}
    int value;
};
struct Settings
{
    int retries = 1;
};
struct Mailer
{
    Mailer(Db& first, const Db& second, std::shared_ptr<Db> third, Value derived, const Options<Settings>& options, int defaulted = 3)
        : db(first), same(&first == &second && third.get() == &first), value(derived.value), retries(options->retries), other(defaulted)
    {}
    Db& db;
    bool same;
    int value;
    int retries;
    int other;
};
struct AsksTheProvider
{
    explicit AsksTheProvider(ServiceProvider& given) : provider(given) {}
    ServiceProvider& provider;
};
struct AsksInScope
{
    explicit AsksInScope(ServiceProvider& given) : provider(given) {}
    ServiceProvider& provider;
};

struct TwoConstructors
{
    explicit TwoConstructors(Db&) {}
    TwoConstructors(Db&, Scoped&) {}
};
struct TakesByValue
{
    explicit TakesByValue(Source, Db&) {}
};
// B59: a constructor that is ambiguous, or copies a service, is refused by the compiler.
static_assert(detail::Constructors<TwoConstructors>::count == 2);
static_assert(detail::Constructor<TakesByValue, std::make_index_sequence<2>>::takesAnyByValue);
static_assert(!detail::Constructor<Mailer, std::make_index_sequence<5>>::takesAnyByValue);
static_assert(detail::Constructors<Mailer>::arity == 5);

} // namespace

class TestServices : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { journal.clear(); }

    void constructorArgumentsAreDeduced()
    {
        ServiceCollection services;
        services.addSingleton<Db, BigDb>();
        services.addSingleton<Mailer>();
        services.configure<Settings>([](Settings& s) { s.retries = 5; });
        const auto provider = services.build();
        auto& mailer = provider->get<Mailer>();
        QVERIFY(mailer.same);
        QVERIFY(dynamic_cast<BigDb*>(&mailer.db));
        QCOMPARE(mailer.value, 7);
        QCOMPARE(mailer.retries, 5);
        QCOMPARE(mailer.other, 3);
        QCOMPARE(&provider->get<Mailer>(), &mailer);
    }

    void factoryArgumentsAreDeduced()
    {
        ServiceCollection services;
        services.addSingleton<Db>();
        int calls = 0;
        services.addTransient<Source>([&calls](Db&, std::shared_ptr<Db>, ServiceProvider&) {
            ++calls;
            return Source{9};
        });
        services.addSingleton<Scoped>([](Source&) { return std::make_unique<Scoped>(); });
        const auto provider = services.build();
        QCOMPARE(provider->get<Source>().value, 9);
        (void)provider->get<Scoped>();
        QCOMPARE(calls, 2);
    }

    // B56
    void aSingletonIsOneAScopedOneAScopeATransientNewEachTime()
    {
        ServiceCollection services;
        services.addSingleton<Db>();
        services.addScoped<Scoped>();
        services.addTransient<Source>();
        const auto provider = services.build();
        const auto one = provider->createScope();
        const auto two = provider->createScope();
        QCOMPARE(&one.get<Db>(), &two.get<Db>());
        QVERIFY(&one.get<Scoped>() == &one.get<Scoped>());
        QVERIFY(&one.get<Scoped>() != &two.get<Scoped>());
        QVERIFY(&one.get<Source>() != &one.get<Source>());
    }

    // B56
    void aSingletonThatTwoThreadsAskForAtOnceIsMadeOnce()
    {
        ServiceCollection services;
        std::atomic<int> made = 0;
        services.addSingleton<Source>([&made] { return Source{++made}; });
        const auto provider = services.build();
        std::latch together(2);
        Source* seen[2] = {};
        const auto ask = [&](int which) {
            together.arrive_and_wait();
            seen[which] = &provider->get<Source>();
        };
        std::thread other(ask, 1);
        ask(0);
        other.join();
        QCOMPARE(seen[0], seen[1]);
        QCOMPARE(made.load(), 1);
    }

    // B57
    void anUnknownServiceIsNullOrAnErrorAndOfAllNone()
    {
        ServiceCollection services;
        const auto provider = services.build();
        QVERIFY(!provider->find<Db>());
        QVERIFY(provider->getAll<Db>().empty());
        QCOMPARE(thrown<ServiceError>([&] { (void)provider->get<Source>(); }),
                 QStringLiteral("No service for type 'turnspit::test::Source' has been registered. "
                                "Register it: addSingleton<turnspit::test::Source>(), addScoped or addTransient."));
    }

    // B58
    void ofSeveralRegistrationsTheLastIsGivenAndAllInOrder()
    {
        ServiceCollection services;
        services.addSingleton<Db>();
        services.addSingleton<Db, BigDb>();
        services.addScoped<Scoped>();
        services.addScoped<Scoped>([] { return std::make_unique<Scoped>(); });
        services.addSingleton<Source>([](std::vector<std::shared_ptr<Db>> all) { return Source{int(all.size())}; });
        const auto provider = services.build();
        const auto all = provider->getAll<Db>();
        QCOMPARE(all.size(), std::size_t(2));
        QVERIFY(!dynamic_cast<BigDb*>(all[0].get()));
        QCOMPARE(all[1].get(), &provider->get<Db>());
        QCOMPARE(provider->get<Source>().value, 2);
        const auto scope = provider->createScope();
        const auto scoped = scope.provider().getAll<Scoped>();
        QVERIFY(scoped[0] != scoped[1]);
        QCOMPARE(scoped[1].get(), &scope.get<Scoped>());
    }

    // B59
    void aConstructorsExceptionComesOutAsItIsAndTheNextCallTriesAgain()
    {
        ServiceCollection services;
        int calls = 0;
        services.addSingleton<Source>([&calls]() -> Source {
            if (++calls == 1)
                throw std::domain_error("no");
            return {};
        });
        const auto provider = services.build();
        QVERIFY_THROWS_EXCEPTION(std::domain_error, (void)provider->get<Source>());
        QCOMPARE(provider->get<Source>().value, 7);
    }

    void anInstanceThatIsNoneIsRefusedWhereItIsAdded()
    {
        ServiceCollection services;
        QCOMPARE(thrown<std::logic_error>([&] { services.addInstance(std::shared_ptr<Source>()); }),
                 QStringLiteral("the instance of 'turnspit::test::Source' is null"));
        QVERIFY(!services.contains<Source>());
    }

    // B83
    void optionsWhoseChangeThrewSayEachFailureOnce()
    {
        ServiceCollection services;
        int calls = 0;
        services.readOptions<Settings>("", [](Settings&, std::vector<std::string>& failures) { failures.push_back("no number"); });
        services.configure<Settings>([&calls](Settings&) {
            if (++calls == 1)
                throw std::domain_error("no");
        });
        services.addTransient<Source>([](Options<Settings>) { return Source(); });
        const auto provider = services.build();
        QVERIFY_THROWS_EXCEPTION(std::domain_error, (void)provider->createScope().get<Source>());
        const QString said = thrown<OptionsError>([&] { (void)provider->createScope().get<Source>(); });
        QCOMPARE(said.count(QStringLiteral("no number")), 1);
    }

    // B61
    void scopesInScopesAreIndependent()
    {
        ServiceCollection services;
        services.addScoped<Scoped>();
        const auto provider = services.build();
        const auto outer = provider->createScope();
        auto& mine = outer.get<Scoped>();
        {
            const auto inner = outer.provider().createScope();
            QVERIFY(&inner.get<Scoped>() != &mine);
        }
        QCOMPARE(told(), QStringLiteral("+scoped +scoped -scoped"));
        QCOMPARE(&outer.get<Scoped>(), &mine);
    }

    // B73
    void theProviderAndTheScopeFactoryAreAlwaysThere()
    {
        ServiceCollection services;
        services.addScoped<Scoped>();
        const auto provider = services.build();
        const auto scope = provider->createScope();
        QCOMPARE(&scope.get<ServiceProvider>(), &scope.provider());
        QCOMPARE(&provider->get<ServiceProvider>(), provider.get());
        const auto inner = scope.get<ServiceScopeFactory>().createScope();
        QVERIFY(&inner.get<Scoped>() != &scope.get<Scoped>());
    }

    // B56, B73
    void aSingletonFirstAskedForInAScopeIsMadeFromTheRoot()
    {
        ServiceCollection services;
        services.addSingleton<AsksTheProvider>();
        services.addScoped<AsksInScope>();
        const auto provider = services.build();
        const auto scope = provider->createScope();
        QCOMPARE(&scope.get<AsksTheProvider>().provider, provider.get());
        QCOMPARE(&scope.get<AsksInScope>().provider, &scope.provider());
    }

    // B75
    void afterBuildTheCollectionIsReadOnly()
    {
        ServiceCollection services;
        services.configure<Settings>([](Settings&) {});
        (void)services.build();
        QVERIFY_THROWS_EXCEPTION(std::logic_error, services.addSingleton<Db>());
        QVERIFY_THROWS_EXCEPTION(std::logic_error, services.configure<Settings>([](Settings&) {}));
        QVERIFY_THROWS_EXCEPTION(std::logic_error, (void)services.build());
    }
};

QTEST_GUILESS_MAIN(TestServices)
#include "tst_services.moc"
