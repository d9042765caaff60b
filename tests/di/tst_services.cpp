#include <turnspit/async/taskscope.h>
#include <turnspit/di/servicecollection.h>

#include <QStringList>
#include <QTest>

using namespace turnspit;

namespace {

QStringList journal;

void note(const char* text)
{
    journal << QLatin1String(text);
}

struct Db
{
    Db() { note("+db"); }
    virtual ~Db() { note("-db"); }
};
struct BigDb final : Db
{};
struct Source
{
    int value = 7;
};
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
    {
        note("+mailer");
    }
    ~Mailer() { note("-mailer"); }
    Db& db;
    bool same;
    int value;
    int retries;
    int other;
};
struct Scoped
{
    Scoped() { note("+scoped"); }
    ~Scoped() { note("-scoped"); }
};
struct UsesScoped
{
    explicit UsesScoped(Scoped&) {}
};
struct ThroughTransient
{
    explicit ThroughTransient(UsesScoped&) {}
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
struct Closing
{
    Task<> close()
    {
        note("close");
        co_return;
    }
    ~Closing() { note("-closing"); }
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
static_assert(detail::Constructors<TwoConstructors>::count == 2);
static_assert(detail::Constructor<TakesByValue, std::make_index_sequence<2>>::takesAnyByValue);
static_assert(!detail::Constructor<Mailer, std::make_index_sequence<5>>::takesAnyByValue);
static_assert(detail::Constructors<Mailer>::arity == 5);

QString problemOf(ServiceCollection& services)
{
    try {
        (void)services.build();
    } catch (const ServiceGraphError& e) {
        return QString::fromLatin1(e.what());
    }
    return {};
}

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

    void B56_lifetimes()
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

    void B57_unknownServices()
    {
        ServiceCollection services;
        const auto provider = services.build();
        QVERIFY(!provider->find<Db>());
        QVERIFY_THROWS_EXCEPTION(ServiceError, (void)provider->get<Db>());
        QVERIFY(provider->getAll<Db>().empty());
    }

    void B58_severalRegistrations()
    {
        ServiceCollection services;
        services.addSingleton<Db>();
        services.addSingleton<Db, BigDb>();
        services.addSingleton<Source>([](std::vector<std::shared_ptr<Db>> all) { return Source{int(all.size())}; });
        const auto provider = services.build();
        const auto all = provider->getAll<Db>();
        QCOMPARE(all.size(), std::size_t(2));
        QVERIFY(!dynamic_cast<BigDb*>(all[0].get()));
        QCOMPARE(all[1].get(), &provider->get<Db>());
        QCOMPARE(provider->get<Source>().value, 2);
    }

    void B60_B68_missingServicesAreNamedAtBuild()
    {
        ServiceCollection services;
        services.addSingleton<UsesScoped>();
        services.addSingleton<Hen>([](Egg&) { return std::unique_ptr<Hen>(); });
        const QString problem = problemOf(services);
        QVERIFY(problem.startsWith(QStringLiteral("Some services are not able to be constructed")));
        QVERIFY(problem.contains(QStringLiteral("Unable to resolve service for type 'Scoped' while attempting to activate 'UsesScoped'.")));
        QVERIFY(problem.contains(QStringLiteral("'Egg' while attempting to activate 'Hen'")));
    }

    void B63_B62_disposalIsInReverseOrderOfCreation()
    {
        ServiceCollection services;
        services.addSingleton<Db>();
        services.addSingleton<Mailer>();
        services.addScoped<Scoped>();
        auto provider = services.build();
        (void)provider->get<Mailer>();
        {
            const auto scope = provider->createScope();
            (void)scope.get<Scoped>();
        }
        provider.reset();
        QCOMPARE(journal.join(QLatin1Char(' ')), QStringLiteral("+db +mailer +scoped -scoped -mailer -db"));
    }

    void B63_readyMadeOnesAreNotDisposed()
    {
        Db mine;
        {
            ServiceCollection services;
            services.addInstance(mine);
            const auto provider = services.build();
            QCOMPARE(&provider->get<Db>(), &mine);
        }
        QVERIFY(!journal.contains(QStringLiteral("-db")));
    }

    void B64_B74_aScopeIsClosedAsynchronously()
    {
        ServiceCollection services;
        services.addScoped<Closing>();
        services.addScoped<Scoped>();
        const auto provider = services.build();
        TaskScope tasks;
        auto scope = provider->createScope();
        (void)scope.get<Closing>();
        (void)scope.get<Scoped>();
        tasks.spawn(scope.close());
        QVERIFY(tasks.isEmpty());
        QCOMPARE(journal.join(QLatin1Char(' ')), QStringLiteral("+scoped -scoped close -closing"));
        QVERIFY_THROWS_EXCEPTION(ServiceError, (void)scope.get<Scoped>());
    }

    void B66_nothingCanBeHadAfterDisposal()
    {
        ServiceCollection services;
        services.addScoped<Scoped>();
        auto provider = services.build();
        const auto scope = provider->createScope();
        provider->dispose();
        provider->dispose();
        QVERIFY_THROWS_EXCEPTION(ServiceError, (void)provider->createScope());
        provider.reset();
        QVERIFY_THROWS_EXCEPTION(ServiceError, (void)scope.get<Scoped>());
    }

    void B67_T11_captiveDependenciesAreFoundAtBuild()
    {
        ServiceCollection direct;
        direct.addScoped<Scoped>();
        direct.addSingleton<UsesScoped>();
        QVERIFY(problemOf(direct).contains(QStringLiteral("Cannot consume scoped service 'Scoped' from singleton 'UsesScoped'.")));
        ServiceCollection through;
        through.addScoped<Scoped>();
        through.addTransient<UsesScoped>();
        through.addSingleton<ThroughTransient>();
        QVERIFY(problemOf(through).contains(QStringLiteral("Cannot consume scoped service 'Scoped' from singleton 'ThroughTransient'.")));
    }

    void B67_aScopedServiceIsNotHadFromTheRoot()
    {
        ServiceCollection services;
        services.addScoped<Scoped>();
        const auto provider = services.build();
        QVERIFY_THROWS_EXCEPTION(ServiceError, (void)provider->get<Scoped>());
    }

    void B70_circlesAreFoundAtBuild()
    {
        ServiceCollection services;
        services.addSingleton<Hen>();
        services.addSingleton<Egg>();
        const QString problem = problemOf(services);
        QVERIFY(problem.contains(QStringLiteral("A circular dependency was detected for the service of type 'Hen'.\nHen -> Egg -> Hen")));
        QCOMPARE(problem.count(QStringLiteral("circular")), 1);
    }

    void B70_circlesThroughTheProviderAreFoundWhenTheyHappen()
    {
        ServiceCollection services;
        services.addSingleton<Source>([](ServiceProvider& provider) { return provider.get<Source>(); });
        const auto provider = services.build();
        QVERIFY_THROWS_EXCEPTION(ServiceError, (void)provider->get<Source>());
    }

    void B73_theProviderAndTheScopeFactoryAreAlwaysThere()
    {
        ServiceCollection services;
        services.addScoped<Scoped>();
        const auto provider = services.build();
        const auto scope = provider->createScope();
        QCOMPARE(&scope.get<ServiceProvider>(), &scope.provider());
        QCOMPARE(&provider->get<ServiceProvider>(), provider.get());
        const auto inner = scope.get<ServiceScopeFactory>().createScope();
        QVERIFY(&inner.get<Scoped>() != &scope.get<Scoped>()); // B61
    }

    void B59_aConstructorsExceptionComesOutAsItIs()
    {
        ServiceCollection services;
        services.addSingleton<Source>([]() -> Source { throw std::domain_error("no"); });
        const auto provider = services.build();
        QVERIFY_THROWS_EXCEPTION(std::domain_error, (void)provider->get<Source>());
    }

    void B75_afterBuildTheCollectionIsReadOnly()
    {
        ServiceCollection services;
        (void)services.build();
        QVERIFY_THROWS_EXCEPTION(std::logic_error, services.addSingleton<Db>());
        QVERIFY_THROWS_EXCEPTION(std::logic_error, (void)services.build());
    }
};

QTEST_GUILESS_MAIN(TestServices)
#include "tst_services.moc"
