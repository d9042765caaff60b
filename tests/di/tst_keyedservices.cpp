#include "sampleservices.h"

#include <QTest>

using namespace turnspit;
using namespace turnspit::test;

namespace {

struct Cache
{
    explicit Cache(ServiceKey own) : key(std::move(own.value)) {}
    std::string key;
};
struct Index
{
    Index(Keyed<Cache, "big"> first, Keyed<Cache, "small"> second) : big(first), small(second.shared()) {}
    Keyed<Cache, "big"> big;
    std::shared_ptr<Cache> small;
};
struct AsksKeyedScoped
{
    explicit AsksKeyedScoped(Keyed<Scoped, "a">) {}
};

} // namespace

class TestKeyedServices : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { journal.clear(); }

    // B72
    void underAKeyATypeIsAnotherService()
    {
        ServiceCollection services;
        services.addKeyedSingleton<Cache>("big");
        services.addKeyedSingleton<Cache>("small");
        QVERIFY(!services.contains<Cache>());
        QVERIFY(services.contains<Cache>("big"));
        const auto provider = services.build();
        QVERIFY(!provider->find<Cache>());
        QVERIFY(provider->getAll<Cache>().empty());
        QVERIFY(&provider->get<Cache>("big") != &provider->get<Cache>("small"));
        QVERIFY(!provider->find<Cache>("other"));
    }

    // B72
    void anEmptyKeyIsNone()
    {
        ServiceCollection services;
        services.addKeyedSingleton<Source>("");
        const auto provider = services.build();
        QCOMPARE(&provider->get<Source>(), &provider->get<Source>(""));
    }

    // B72
    void aKeyedServiceIsInjectedAndKnowsItsKey()
    {
        ServiceCollection services;
        services.addKeyedSingleton<Cache>("big");
        services.addKeyedSingleton<Cache>("small");
        services.addSingleton<Cache>();
        services.addSingleton<Index>();
        services.addTransient<Source>([](Keyed<Cache, "small"> cache, const ServiceKey& own) {
            return Source{int(cache->key.size() + own.value.size())};
        });
        const auto provider = services.build();
        const auto& index = provider->get<Index>();
        QCOMPARE(index.big->key, std::string("big"));
        QCOMPARE((*index.big).key, std::string("big"));
        QCOMPARE(index.small->key, std::string("small"));
        QCOMPARE(provider->get<Cache>().key, std::string());
        QCOMPARE(provider->get<Source>().value, 5);
    }

    // B58, B72
    void ofSeveralUnderAKeyTheLastIsGivenAndAllInOrder()
    {
        ServiceCollection services;
        services.addKeyedSingleton<Db>("a");
        services.addSingleton<Db>();
        services.addKeyedSingleton<Db, BigDb>("a");
        const auto provider = services.build();
        const auto all = provider->getAll<Db>("a");
        QCOMPARE(all.size(), std::size_t(2));
        QVERIFY(!dynamic_cast<BigDb*>(all[0].get()));
        QCOMPARE(all[1].get(), &provider->get<Db>("a"));
        QCOMPARE(provider->getAll<Db>().size(), std::size_t(1));
    }

    // B56, B72
    void eachKeyHasItsLifetime()
    {
        ServiceCollection services;
        Db mine;
        services.addKeyedInstance("mine", mine);
        services.addKeyedSingleton<Source>("one", [] { return Source{1}; });
        services.addKeyedScoped<Source>("scope", [] { return Source{2}; });
        services.addKeyedTransient<Source>("new", [] { return Source{3}; });
        services.addKeyedScoped<Scoped>("a");
        services.addKeyedTransient<Scoped>("b");
        const auto provider = services.build();
        const auto first = provider->createScope();
        const auto second = provider->createScope();
        QCOMPARE(&first.get<Db>("mine"), &mine);
        QCOMPARE(&first.get<Source>("one"), &second.get<Source>("one"));
        QCOMPARE(&first.get<Source>("scope"), &first.get<Source>("scope"));
        QVERIFY(&first.get<Source>("scope") != &second.get<Source>("scope"));
        QVERIFY(&first.get<Source>("new") != &first.get<Source>("new"));
        QVERIFY(&first.get<Scoped>("a") != &first.get<Scoped>("b"));
    }

    // B60, B67, B72
    void problemsNameTheKey()
    {
        ServiceCollection missing;
        missing.addSingleton<Index>();
        missing.addKeyedSingleton<Cache>("small");
        QVERIFY(problemOf(missing).contains(
            QStringLiteral("Unable to resolve service for type 'Cache' with key 'big' while attempting to activate 'Index'.")));
        ServiceCollection captive;
        captive.addKeyedScoped<Scoped>("a");
        captive.addSingleton<AsksKeyedScoped>();
        QVERIFY(problemOf(captive).contains(
            QStringLiteral("Cannot consume scoped service 'turnspit::test::Scoped[a]' from singleton 'AsksKeyedScoped'.")));
        ServiceCollection empty;
        const auto provider = empty.build();
        QCOMPARE(thrown<ServiceError>([&] { (void)provider->get<Db>("a"); }),
                 QStringLiteral("No service for type 'turnspit::test::Db' with key 'a' has been registered. "
                                "Register it: addKeyedSingleton<turnspit::test::Db>(\"a\"), addKeyedScoped or addKeyedTransient."));
    }
};

QTEST_GUILESS_MAIN(TestKeyedServices)
#include "tst_keyedservices.moc"
