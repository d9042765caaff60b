// What is refused, when, and in which words: at build where the graph tells, when it happens where a factory asks the provider itself.
#include "sampleservices.h"

#include <QTest>

using namespace turnspit;
using namespace turnspit::test;

namespace {

struct ThroughTransient
{
    explicit ThroughTransient(UsesScoped&) {}
};
/// Two ways lead to each one below.
template <int Number>
struct Layer
{
    Layer(Layer<Number - 1>&, std::shared_ptr<Layer<Number - 1>>) {}
};
template <>
struct Layer<0>
{
    explicit Layer(Db&) {}
};
template <int Number>
void addLayers(ServiceCollection& services)
{
    services.addScoped<Layer<Number>>();
    if constexpr (Number > 0)
        addLayers<Number - 1>(services);
}
struct Later
{
    int number = 7;
};
struct Outer
{
    explicit Outer(UsesScoped&) {}
};
struct Egg;
struct Hen
{
    explicit Hen(Egg&) {}
};
struct Egg
{
    explicit Egg(Hen&) {}
};
struct Flock
{
    explicit Flock(std::vector<std::shared_ptr<Flock>>) {}
};
struct Bird
{
    virtual ~Bird() = default;
};
struct Duck final : Bird
{
    explicit Duck(std::shared_ptr<Bird>) {}
};
struct Twice
{
    Twice(Source&, std::shared_ptr<Source>, Db&) {}
};
struct AlsoTwice
{
    AlsoTwice(Twice&, Source&) {}
};

} // namespace

class TestServiceGraph : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { journal.clear(); }

    // B60, B68, T11
    void everyMissingServiceIsNamedAtBuildWithWhoNeedsIt()
    {
        ServiceCollection services;
        services.addSingleton<UsesScoped>();
        services.addSingleton<UsesScoped>([] { return std::unique_ptr<UsesScoped>(); }); // shadows it; it is looked at all the same
        services.addSingleton<Hen>([](Egg&) { return std::unique_ptr<Hen>(); });
        QCOMPARE(problemOf(services),
                 QStringLiteral("Some services are not able to be constructed:\n"
                                "- Unable to resolve service for type 'turnspit::test::Scoped' while attempting to activate 'turnspit::test::UsesScoped'. "
                                "Register it: addSingleton<turnspit::test::Scoped>(), addScoped or addTransient.\n"
                                "- Unable to resolve service for type 'Egg' while attempting to activate 'Hen'. Register it: addSingleton<Egg>(), addScoped or addTransient."));
        QCOMPARE(told(), QString()); // nothing was made
    }

    // B60
    void aMissingServiceThatAFactoryAsksForNamesWhatWasBeingMade()
    {
        ServiceCollection services;
        services.addSingleton<Source>([](ServiceProvider& provider) { return (void)provider.get<Db>(), Source{}; });
        const auto provider = services.build();
        QCOMPARE(thrown<ServiceError>([&] { (void)provider->get<Source>(); }),
                 QStringLiteral("Unable to resolve service for type 'turnspit::test::Db' while attempting to activate 'turnspit::test::Source'. "
                                "Register it: addSingleton<turnspit::test::Db>(), addScoped or addTransient."));
    }

    // B60
    void whatIsThereUnderAnotherTypeOrKeyIsSaidToWhoMissesIt()
    {
        const auto saidOf = [](void (*add)(ServiceCollection&), const std::vector<Dependency>& wanted) {
            ServiceCollection services;
            add(services);
            const QString what = thrown<ServiceGraphError>([&] { (void)services.build({{"Worker", wanted}}); });
            return what.mid(what.indexOf(QStringLiteral("'Worker'. ")) + 10);
        };
        QCOMPARE(saidOf([](ServiceCollection& s) { s.addSingleton<Db, BigDb>(); }, detail::dependenciesOf<BigDb&>()),
                 QStringLiteral("It is registered as 'turnspit::test::Db': take that, or register it as itself."));
        QCOMPARE(saidOf([](ServiceCollection& s) { s.addKeyedSingleton<Db>("a").addKeyedSingleton<Db>("b"); }, detail::dependenciesOf<Db&>()),
                 QStringLiteral("It is registered with 'a', 'b': take Keyed<turnspit::test::Db, \"key\">, or register another one."));
        QCOMPARE(saidOf([](ServiceCollection& s) { s.addKeyedSingleton<Db>("a").addSingleton<Db>(); }, detail::dependenciesOf<Keyed<Db, "b">>()),
                 QStringLiteral("It is registered with no key, 'a': take that, or register another one."));
        QCOMPARE(saidOf([](ServiceCollection&) {}, detail::dependenciesOf<Keyed<Db, "b">>()),
                 QStringLiteral("Register it: addKeyedSingleton<turnspit::test::Db>(\"b\"), addKeyedScoped or addKeyedTransient."));
    }

    // B67, B69, T11
    void aCaptiveDependencyIsFoundAtBuild()
    {
        ServiceCollection direct;
        direct.addScoped<Scoped>();
        direct.addSingleton<UsesScoped>();
        QVERIFY(problemOf(direct).contains(
            QStringLiteral("Cannot consume scoped service 'turnspit::test::Scoped' from singleton 'turnspit::test::UsesScoped'. "
                           "Make 'turnspit::test::UsesScoped' scoped too, or 'turnspit::test::Scoped' a singleton, or let 'turnspit::test::UsesScoped' take a "
                           "ServiceScopeFactory& and get it from a scope.")));
        ServiceCollection transient;
        transient.addScoped<Scoped>();
        transient.addTransient<UsesScoped>();
        transient.addSingleton<ThroughTransient>();
        QVERIFY(problemOf(transient).contains(
            QStringLiteral("Cannot consume scoped service 'turnspit::test::Scoped' from singleton 'ThroughTransient'.")));
        ServiceCollection nearest;
        nearest.addScoped<Scoped>();
        nearest.addSingleton<UsesScoped>();
        nearest.addSingleton<Outer>();
        const QString problem = problemOf(nearest);
        QVERIFY(problem.contains(QStringLiteral("from singleton 'turnspit::test::UsesScoped'.")));
        QVERIFY(!problem.contains(QStringLiteral("'Outer'")));
    }

    // B67
    void aCaptiveDependencyThatAFactoryAsksForIsFoundWhenItHappens()
    {
        ServiceCollection services;
        services.addScoped<Scoped>();
        services.addSingleton<Source>([](ServiceProvider& provider) { return (void)provider.get<Scoped>(), Source{}; });
        const auto provider = services.build();
        const auto scope = provider->createScope();
        QCOMPARE(thrown<ServiceError>([&] { (void)scope.get<Source>(); }),
                 QStringLiteral("Cannot consume scoped service 'turnspit::test::Scoped' from singleton 'turnspit::test::Source'. "
                                "Make 'turnspit::test::Source' scoped too, or 'turnspit::test::Scoped' a singleton, or let 'turnspit::test::Source' take a "
                                "ServiceScopeFactory& and get it from a scope."));
    }

    // B67
    void aScopedServiceIsNotHadFromTheRoot()
    {
        ServiceCollection services;
        services.addScoped<Scoped>();
        services.addTransient<UsesScoped>();
        services.addTransient<ThroughTransient>();
        const auto provider = services.build();
        QCOMPARE(thrown<ServiceError>([&] { (void)provider->get<Scoped>(); }),
                 QStringLiteral("Cannot resolve scoped service 'turnspit::test::Scoped' from root provider. Get it from a scope: createScope()."));
        QCOMPARE(thrown<ServiceError>([&] { (void)provider->getAll<Scoped>(); }),
                 QStringLiteral("Cannot resolve scoped service 'turnspit::test::Scoped' from root provider. Get it from a scope: createScope()."));
        QCOMPARE(thrown<ServiceError>([&] { (void)provider->get<ThroughTransient>(); }),
                 QStringLiteral("Cannot resolve 'ThroughTransient' from root provider because it requires scoped service 'turnspit::test::Scoped'. "
                                "Get it from a scope: createScope()."));
        (void)provider->createScope().get<ThroughTransient>();
        (void)provider->get<ServiceScopeFactory>();
    }

    // B70
    void aCircleIsFoundAtBuildAndSaidOnce()
    {
        ServiceCollection services;
        services.addSingleton<Hen>();
        services.addSingleton<Egg>();
        const QString problem = problemOf(services);
        QVERIFY(problem.contains(QStringLiteral("A circular dependency was detected for the service of type 'Hen'.\nHen -> Egg -> Hen\n"
                                                "Let one of them take a ServiceProvider& and get the next one later, when it is needed.")));
        QCOMPARE(problem.count(QStringLiteral("circular")), 1);
    }

    // B70
    void aCircleThroughAnInterfaceNamesTheImplementation()
    {
        ServiceCollection services;
        services.addSingleton<Bird, Duck>();
        QVERIFY(problemOf(services).contains(QStringLiteral("\nBird(Duck) -> Bird(Duck)\n")));
        ServiceCollection all;
        all.addTransient<Flock>();
        QVERIFY(problemOf(all).contains(QStringLiteral("\nFlock -> Flock\n")));
    }

    // B70
    void aCircleThroughTheProviderIsFoundWhenItHappens()
    {
        ServiceCollection services;
        services.addSingleton<Source>([](ServiceProvider& provider) { return provider.get<Source>(); });
        const auto provider = services.build();
        QCOMPARE(thrown<ServiceError>([&] { (void)provider->get<Source>(); }),
                 QStringLiteral("A circular dependency was detected for the service of type 'turnspit::test::Source'.\n"
                                "turnspit::test::Source -> turnspit::test::Source\n"
                                "Let one of them take a ServiceProvider& and get the next one later, when it is needed."));
    }

    // B70
    void theSameTypeTwiceIsNoCircle()
    {
        ServiceCollection services;
        services.addTransient<Source>();
        services.addSingleton<Db>();
        services.addTransient<Twice>();
        services.addTransient<AlsoTwice>();
        const auto provider = services.build();
        (void)provider->get<AlsoTwice>();
    }

    // B68
    void consumersThatAreNoServicesAreCheckedToo()
    {
        ServiceCollection services;
        QCOMPARE(thrown<ServiceGraphError>([&] { (void)services.build({{"Worker", detail::dependenciesOf<Db&, ServiceScopeFactory&>()}}); }),
                 QStringLiteral("Some services are not able to be constructed:\n"
                                "- Unable to resolve service for type 'turnspit::test::Db' while attempting to activate 'Worker'. "
                                "Register it: addSingleton<turnspit::test::Db>(), addScoped or addTransient."));
        services.addSingleton<Db>(); // a collection that could not be built is mended and built
        (void)services.build({{"Worker", detail::dependenciesOf<Db&, ServiceScopeFactory&>()}});
    }

    void whatManyWaysLeadToIsPreparedOnce()
    {
        ServiceCollection services;
        addLayers<40>(services);
        services.addSingleton<Db>();
        const auto provider = services.build();
        const auto top = detail::dependenciesOf<Layer<40>&>();
        QVERIFY(!provider->hasPrepared(top));
        provider->prepareSingletons(top);
        QVERIFY(provider->hasPrepared(top));
        QCOMPARE(told(), QStringLiteral("+db"));
    }

    void whoComesAfterTheBuildHasOptionsThatNobodyConfigured()
    {
        ServiceCollection services;
        const auto provider = services.build();
        const auto late = detail::dependenciesOf<Db&, Options<Later>>();
        QCOMPARE(provider->check("Worker", late),
                 std::vector{std::string("Unable to resolve service for type 'turnspit::test::Db' while attempting to activate 'Worker'. "
                                         "Register it: addSingleton<turnspit::test::Db>(), addScoped or addTransient.")});
        provider->prepareSingletons(late);
        const ServiceScope scope = provider->createScope();
        detail::Injector arguments(scope.provider());
        QCOMPARE(detail::inject<Options<Later>>(arguments)->number, 7);
        provider->prepareSingletons(late); // once
        QVERIFY(&scope.get<detail::OptionsSource<Later>>() == &provider->get<detail::OptionsSource<Later>>());
    }
};

QTEST_GUILESS_MAIN(TestServiceGraph)
#include "tst_servicegraph.moc"
