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
                                "- Unable to resolve service for type 'turnspit::test::Scoped' while attempting to activate 'turnspit::test::UsesScoped'.\n"
                                "- Unable to resolve service for type 'Egg' while attempting to activate 'Hen'."));
        QCOMPARE(told(), QString()); // nothing was made
    }

    // B60
    void aMissingServiceThatAFactoryAsksForNamesWhatWasBeingMade()
    {
        ServiceCollection services;
        services.addSingleton<Source>([](ServiceProvider& provider) { return (void)provider.get<Db>(), Source{}; });
        const auto provider = services.build();
        QCOMPARE(thrown<ServiceError>([&] { (void)provider->get<Source>(); }),
                 QStringLiteral("Unable to resolve service for type 'turnspit::test::Db' while attempting to activate 'turnspit::test::Source'."));
    }

    // B67, B69, T11
    void aCaptiveDependencyIsFoundAtBuild()
    {
        ServiceCollection direct;
        direct.addScoped<Scoped>();
        direct.addSingleton<UsesScoped>();
        QVERIFY(problemOf(direct).contains(
            QStringLiteral("Cannot consume scoped service 'turnspit::test::Scoped' from singleton 'turnspit::test::UsesScoped'.")));
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
                 QStringLiteral("Cannot consume scoped service 'turnspit::test::Scoped' from singleton 'turnspit::test::Source'."));
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
                 QStringLiteral("Cannot resolve scoped service 'turnspit::test::Scoped' from root provider."));
        QCOMPARE(thrown<ServiceError>([&] { (void)provider->getAll<Scoped>(); }),
                 QStringLiteral("Cannot resolve scoped service 'turnspit::test::Scoped' from root provider."));
        QCOMPARE(thrown<ServiceError>([&] { (void)provider->get<ThroughTransient>(); }),
                 QStringLiteral("Cannot resolve 'ThroughTransient' from root provider because it requires scoped service 'turnspit::test::Scoped'."));
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
        QVERIFY(problem.contains(QStringLiteral("A circular dependency was detected for the service of type 'Hen'.\nHen -> Egg -> Hen")));
        QCOMPARE(problem.count(QStringLiteral("circular")), 1);
    }

    // B70
    void aCircleThroughAnInterfaceNamesTheImplementation()
    {
        ServiceCollection services;
        services.addSingleton<Bird, Duck>();
        QVERIFY(problemOf(services).endsWith(QStringLiteral("Bird(Duck) -> Bird(Duck)")));
        ServiceCollection all;
        all.addTransient<Flock>();
        QVERIFY(problemOf(all).endsWith(QStringLiteral("Flock -> Flock")));
    }

    // B70
    void aCircleThroughTheProviderIsFoundWhenItHappens()
    {
        ServiceCollection services;
        services.addSingleton<Source>([](ServiceProvider& provider) { return provider.get<Source>(); });
        const auto provider = services.build();
        QCOMPARE(thrown<ServiceError>([&] { (void)provider->get<Source>(); }),
                 QStringLiteral("A circular dependency was detected for the service of type 'turnspit::test::Source'.\n"
                                "turnspit::test::Source -> turnspit::test::Source"));
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
                                "- Unable to resolve service for type 'turnspit::test::Db' while attempting to activate 'Worker'."));
        services.addSingleton<Db>(); // a collection that could not be built is mended and built
        (void)services.build({{"Worker", detail::dependenciesOf<Db&, ServiceScopeFactory&>()}});
    }

    void whoComesAfterTheBuildHasOptionsThatNobodyConfigured()
    {
        ServiceCollection services;
        const auto provider = services.build();
        const auto late = detail::dependenciesOf<Db&, Options<Later>>();
        QCOMPARE(provider->check("Worker", late),
                 std::vector{std::string("Unable to resolve service for type 'turnspit::test::Db' while attempting to activate 'Worker'.")});
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
