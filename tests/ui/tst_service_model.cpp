#include <ui/services/servicefilter.h>
#include <ui/services/servicemodel.h>
#include <ui/session/hostmirror.h>

#include <support/fakesession.h>
#include <turnspit/async/fakeclock.h>

#include <QAbstractItemModelTester>
#include <QElapsedTimer>
#include <QItemSelectionModel>
#include <QSignalSpy>
#include <QTest>

#include <random>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

ServiceInfo named(const char* name, ServiceState state = ServiceState::Stopped)
{
    ServiceInfo info;
    info.name = QString::fromLatin1(name);
    info.state = state;
    info.since = Clock::current().wallNow();
    return info;
}

QStringList list(const char* words)
{
    return QString::fromLatin1(words).split(u' ', Qt::SkipEmptyParts);
}

QStringList lines(std::initializer_list<const char*> texts)
{
    QStringList out;
    for (const char* text : texts)
        out += QString::fromLatin1(text);
    return out;
}

/// Services as shown from above; a group as `group:`.
QStringList namesOf(const QAbstractItemModel& model, const QModelIndex& parent = {})
{
    QStringList names;
    for (int row = 0; row < model.rowCount(parent); ++row) {
        const QModelIndex index = model.index(row, 0, parent);
        const QString name = index.data(ServiceModel::NameRole).toString();
        names += name.isEmpty() ? index.data(ServiceModel::GroupRole).toString() + u':' : name;
        names += namesOf(model, index);
    }
    return names;
}

ServiceInfo grouped(const char* name, const char* group, ServiceState state = ServiceState::Stopped)
{
    ServiceInfo info = named(name, state);
    info.group = QString::fromLatin1(group);
    return info;
}

/// What a view would hear, as a line each.
class Listener
{
public:
    explicit Listener(ServiceModel& model)
    {
        QObject::connect(&model, &QAbstractItemModel::rowsInserted, &m_context, [this](const QModelIndex& parent, int first, int last) {
            events += QStringLiteral("%1inserted %2-%3").arg(where(parent)).arg(first).arg(last);
        });
        QObject::connect(&model, &QAbstractItemModel::rowsRemoved, &m_context, [this](const QModelIndex& parent, int first, int last) {
            events += QStringLiteral("%1removed %2-%3").arg(where(parent)).arg(first).arg(last);
        });
        QObject::connect(&model, &QAbstractItemModel::dataChanged, &m_context, [this](const QModelIndex& from, const QModelIndex& to) {
            events += QStringLiteral("%1changed %2-%3 columns %4-%5")
                          .arg(where(from.parent()))
                          .arg(from.row())
                          .arg(to.row())
                          .arg(from.column())
                          .arg(to.column());
        });
        QObject::connect(&model, &QAbstractItemModel::modelReset, &m_context, [this] { events += QStringLiteral("reset"); });
    }

    QStringList take() { return std::exchange(events, {}); }

private:
    static QString where(const QModelIndex& parent)
    {
        return parent.isValid() ? parent.data(ServiceModel::GroupRole).toString() + QStringLiteral(": ") : QString();
    }
    QStringList events;
    QObject m_context;
};

} // namespace

class TestServiceModel : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<FakeClock> m_clock;

private Q_SLOTS:
    void init()
    {
        m_clock = std::make_unique<FakeClock>();
        Clock::setCurrent(m_clock.get());
    }

    void cleanup()
    {
        Clock::setCurrent(nullptr);
        m_clock.reset();
    }

    void changesComeAsSpansAndNeverAsAReset()
    {
        ServiceModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.replace({named("b"), named("d"), named("h")}, true);
        Listener listener(model);

        model.apply({named("f"), named("e"), named("a"), named("i"), named("j")}, {});
        QCOMPARE(namesOf(model), list("a b d e f h i j"));
        QCOMPARE(listener.take(), lines({"inserted 0-0", "inserted 3-4", "inserted 6-7"}));

        model.apply({}, list("i b a nobody h b"));
        QCOMPARE(namesOf(model), list("d e f j"));
        QCOMPARE(listener.take(), lines({"removed 5-6", "removed 0-1"}));

        ServiceInfo busy = named("d", ServiceState::Stopped);
        busy.cpuPercent = 3;
        ServiceInfo next = named("e", ServiceState::Stopped);
        next.memoryBytes = 1'000'000;
        model.apply({named("j", ServiceState::Failed), busy, next}, {});
        QCOMPARE(listener.take(), lines({"changed 0-1 columns 4-5", "changed 3-3 columns 0-3"}));

        model.apply({busy, next}, {});
        QCOMPARE(listener.take(), QStringList()); // the same as before

        model.replace({next, named("g")}, false);
        QCOMPARE(namesOf(model), list("e g"));
        QVERIFY(!listener.take().contains(u"reset"_qs));
        model.replace({named("x")}, true);
        QCOMPARE(listener.take(), lines({"reset"}));
    }

    void groupsComeAfterTheServicesWithoutOneAndGoWithTheirLast()
    {
        ServiceModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.replace({grouped("api", "shop"), named("zoo"), grouped("mailer", "shop")}, true);
        QCOMPARE(namesOf(model), list("zoo shop: api mailer"));
        QCOMPARE(model.groups(), list("shop"));
        QCOMPARE(model.index(1, 0).data().toString(), QStringLiteral("shop (2)"));
        Listener listener(model);

        model.apply({grouped("backup", "home"), grouped("lamp", "home"), named("ant")}, {});
        QCOMPARE(namesOf(model), list("ant zoo home: backup lamp shop: api mailer"));
        QCOMPARE(listener.take(), lines({"inserted 0-0", "inserted 2-2"}));

        ServiceInfo busy = grouped("mailer", "shop");
        busy.cpuPercent = 3;
        model.apply({busy}, {});
        QCOMPARE(listener.take(), lines({"shop: changed 1-1 columns 4-4"}));

        model.apply({grouped("lamp", "shop")}, {}); // moved to another group
        QCOMPARE(namesOf(model), list("ant zoo home: backup shop: api lamp mailer"));
        QCOMPARE(listener.take(), lines({"home: removed 1-1", "changed 2-2 columns 0-0", "shop: inserted 1-1", "changed 3-3 columns 0-0"}));

        model.apply({}, list("backup"));
        QCOMPARE(namesOf(model), list("ant zoo shop: api lamp mailer"));
        QCOMPARE(listener.take(), lines({"removed 2-2"}));
        QCOMPARE(model.indexOf(QStringLiteral("lamp")).parent(), model.indexOfGroup(QStringLiteral("shop")));
        QVERIFY(!model.indexOf(QStringLiteral("backup")).isValid());
        QVERIFY(!model.indexOfGroup(QStringLiteral("home")).isValid());
    }

    void randomDeltasKeepModelFilterAndSelectionInStep()
    {
        ServiceModel model;
        ServiceFilter filter;
        filter.setSourceModel(&model);
        filter.setNeedle(QStringLiteral("1"));
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const QAbstractItemModelTester filterTester(&filter, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QItemSelectionModel selection(&filter);

        std::map<QString, ServiceInfo> oracle;
        std::mt19937 random(7);
        constexpr const char* groups[] = {"", "home", "shop"};
        const auto expected = [&](auto fits) {
            QStringList names;
            for (const char* group : groups) {
                QStringList part;
                for (const auto& [name, info] : oracle) {
                    if (info.group == QLatin1String(group) && fits(name))
                        part += name;
                }
                if (*group && !part.isEmpty())
                    names += QString::fromLatin1(group) + u':';
                names += part;
            }
            return names;
        };
        const auto put = [&](const QString& name, ServiceState state) { // always with a fresh time
            ServiceInfo info = named(name.toLatin1().constData(), state);
            info.group = QString::fromLatin1(groups[name == u"s1" ? 0 : random() % 3]);
            return oracle[name] = info;
        };
        model.apply({put(QStringLiteral("s1"), ServiceState::Running)}, {});
        selection.select(filter.index(0, 0), QItemSelectionModel::Select | QItemSelectionModel::Rows);

        for (int step = 0; step < 300; ++step) {
            m_clock->advance(1s);
            QList<ServiceInfo> changed;
            QStringList removed;
            for (int i = 0; i < 6; ++i) {
                const QString name = QStringLiteral("s%1").arg(random() % 40);
                const bool isNew = std::none_of(changed.begin(), changed.end(), [&](const auto& c) { return c.name == name; });
                if (random() % 3 == 0 && name != u"s1") {
                    changed.removeIf([&](const ServiceInfo& service) { return service.name == name; });
                    removed += name;
                    oracle.erase(name);
                } else if (isNew && !removed.contains(name)) {
                    changed += put(name, static_cast<ServiceState>(random() % 10));
                }
            }
            model.apply(changed, removed);
            for (const auto& [name, info] : oracle)
                QCOMPARE(*model.find(name), info);
            QCOMPARE(namesOf(model), expected([](const QString&) { return true; }));
            QCOMPARE(namesOf(filter), expected([](const QString& name) { return name.contains(u'1'); }));
            QCOMPARE(selection.selectedRows().size(), 1);
            QCOMPARE(selection.selectedRows().first().data(ServiceModel::NameRole).toString(), QStringLiteral("s1"));
        }
    }

    void theRowSaysItselfInOneSentence()
    {
        ServiceModel model;
        ServiceInfo mailer = named("mailer", ServiceState::BackingOff);
        mailer.nextRun = m_clock->wallNow() + 14s;
        mailer.lastOutcome = Outcome::Failed;
        mailer.exitCode = 1;
        mailer.restarts = 4;
        model.apply({mailer}, {});
        const QString sentence = model.index(0, 0).data(Qt::AccessibleTextRole).toString();
        for (const char* part : {"mailer", "backing off", "retry in 14 seconds", "last exit 1", "fifth failure"})
            QVERIFY2(sentence.contains(QLatin1String(part)), qPrintable(sentence));
        QCOMPARE(model.index(0, ServiceModel::NextRunColumn).data().toString(), QStringLiteral("in 0:14"));
        QCOMPARE(model.index(0, ServiceModel::LastResultColumn).data().toString(), QStringLiteral("exit 1  ×4"));
        m_clock->advance(4s);
        QCOMPARE(model.index(0, ServiceModel::NextRunColumn).data().toString(), QStringLiteral("in 0:10"));
    }

    void theFilterFindsByNameGroupAndStateWord()
    {
        ServiceModel model;
        ServiceInfo api = named("api", ServiceState::Running);
        api.group = QStringLiteral("shop");
        model.apply({api, named("backup", ServiceState::Failed)}, {});
        ServiceFilter filter;
        filter.setSourceModel(&model);
        filter.setNeedle(QStringLiteral("SHOP run"));
        QCOMPARE(namesOf(filter), list("shop: api"));
        filter.setNeedle(QStringLiteral("failed"));
        QCOMPARE(namesOf(filter), lines({"backup"}));
        model.apply({named("backup", ServiceState::Running)}, {});
        QCOMPARE(namesOf(filter), QStringList());
        filter.setNeedle({});
        QCOMPARE(namesOf(filter), list("backup shop: api"));
    }

    void theFilterKnowsStatesAndGroupsToo()
    {
        ServiceModel model;
        model.apply({grouped("api", "shop", ServiceState::Running), grouped("web", "shop"), named("cron", ServiceState::Running)}, {});
        ServiceFilter filter;
        filter.setSourceModel(&model);
        const QAbstractItemModelTester tester(&filter, QAbstractItemModelTester::FailureReportingMode::QtTest);
        filter.setState(ServiceState::Running);
        QCOMPARE(namesOf(filter), list("cron shop: api"));
        QCOMPARE(filter.shownCount(), 2);
        filter.setGroup(QStringLiteral("shop"));
        QCOMPARE(namesOf(filter), list("shop: api"));
        model.apply({grouped("api", "shop", ServiceState::Failed)}, {});
        QCOMPARE(namesOf(filter), QStringList());
        filter.setState(std::nullopt);
        QCOMPARE(namesOf(filter), list("shop: api web"));
    }

    void sortingStaysWithinGroupsAndGroupsInTheirOrder()
    {
        ServiceModel model;
        const auto eats = [](ServiceInfo info, double percent) {
            info.cpuPercent = percent;
            return info;
        };
        model.apply({eats(grouped("a", "home"), 1), eats(grouped("b", "home"), 9), eats(grouped("c", "shop"), 5),
                     eats(grouped("d", "shop"), 5), eats(named("loose"), 2)}, {});
        ServiceFilter filter;
        filter.setSourceModel(&model);
        const QAbstractItemModelTester tester(&filter, QAbstractItemModelTester::FailureReportingMode::QtTest);
        filter.sort(ServiceModel::CpuColumn, Qt::DescendingOrder);
        QCOMPARE(namesOf(filter), list("loose home: b a shop: c d"));
        filter.sort(ServiceModel::CpuColumn, Qt::AscendingOrder);
        QCOMPARE(namesOf(filter), list("loose home: a b shop: c d"));
        filter.sort(ServiceModel::NameColumn, Qt::DescendingOrder);
        QCOMPARE(namesOf(filter), list("loose home: b a shop: d c"));
    }

    void aChangeMovesNoRowUntilItIsSortedAnew()
    {
        ServiceModel model;
        model.apply({named("a", ServiceState::Stopped), named("b", ServiceState::Starting), named("c", ServiceState::Running)}, {});
        ServiceFilter filter;
        filter.setSourceModel(&model);
        filter.sort(ServiceModel::StateColumn, Qt::AscendingOrder);
        QSignalSpy stale(&filter, &ServiceFilter::orderIsStale);
        QSignalSpy moved(&filter, &QAbstractItemModel::layoutChanged);
        model.apply({named("a", ServiceState::Failed)}, {});
        QCOMPARE(namesOf(filter), list("a b c"));
        QCOMPARE(moved.size(), 0);
        QCOMPARE(stale.size(), 1);
        filter.resort();
        QCOMPARE(namesOf(filter), list("b c a"));
    }

    void twoThousandServicesAreFilteredSortedAndChangedQuickly()
    {
        QList<ServiceInfo> services;
        for (int i = 0; i < 2000; ++i) {
            services += grouped(qPrintable(QStringLiteral("service-%1").arg(i, 4, 10, QLatin1Char('0'))),
                                qPrintable(QStringLiteral("group-%1").arg(i % 20)), ServiceState::Running);
        }
        ServiceModel model;
        ServiceFilter filter;
        filter.setSourceModel(&model);
        model.replace(services, true);
        QElapsedTimer timer;
        timer.start();
        filter.sort(ServiceModel::CpuColumn, Qt::DescendingOrder);
        filter.setNeedle(QStringLiteral("99"));
        filter.setNeedle({});
        for (ServiceInfo& service : services)
            service.cpuPercent = 1;
        Listener listener(model);
        model.apply(services, {});
        QCOMPARE(listener.take().size(), 20); // one span a group
        QVERIFY2(timer.elapsed() < 2000, qPrintable(QString::number(timer.elapsed()))); // debug build on a busy machine
    }

    void theNextRunOfARunningScheduleIsAfterTheCurrentRun()
    {
        ServiceModel model;
        ServiceInfo backup = named("backup", ServiceState::Running);
        backup.kind = ServiceKind::Scheduled;
        const auto shown = [&] {
            model.apply({backup}, {});
            return model.index(0, ServiceModel::NextRunColumn).data().toString();
        };
        QCOMPARE(shown(), QStringLiteral("after current run"));
        backup.nextRun = m_clock->wallNow() + 5min;
        QCOMPARE(shown(), QStringLiteral("in 5:00"));
        backup.flags = {QStringLiteral("held")};
        QCOMPARE(shown(), QStringLiteral("held"));
    }

    void theMirrorAppliesDeltasAtMostTwentyTimesASecond()
    {
        FakeSession session;
        session.put(named("api", ServiceState::Stopped));
        HostMirror mirror(session);
        mirror.attach();
        m_clock->settle();
        QCOMPARE(namesOf(mirror.model()), lines({"api"}));

        m_clock->advance(1s);
        QSignalSpy changes(&mirror, &HostMirror::servicesChanged);
        session.setState(QStringLiteral("api"), ServiceState::Starting);
        QCOMPARE(changes.size(), 1); // the first at once
        for (int i = 0; i < 100; ++i) {
            session.setState(QStringLiteral("api"), i % 2 ? ServiceState::Running : ServiceState::Stopping);
            m_clock->advance(1ms);
        }
        QVERIFY2(changes.size() <= 3, qPrintable(QString::number(changes.size())));
        m_clock->advance(50ms);
        QVERIFY(mirror.model().find(QStringLiteral("api"))->state == ServiceState::Running);
    }

    void aMissedRevisionIsMadeGoodByASnapshot()
    {
        FakeSession session;
        session.put(named("api"));
        HostMirror mirror(session);
        mirror.attach();
        m_clock->settle();
        session.forgetCalls();

        Delta gap;
        gap.revision = Revision{session.revision().value + 5};
        gap.changed = {named("ghost")};
        Q_EMIT session.deltaArrived(gap);
        session.put(named("web"));
        m_clock->settle();
        QVERIFY(session.callCount(QStringLiteral("snapshot")) >= 1);
        QCOMPARE(namesOf(mirror.model()), lines({"api", "web"}));

        QSignalSpy resets(&mirror.model(), &QAbstractItemModel::modelReset);
        session.replaceAll(); // the connection came back: the same host, no reset
        session.put(named("zoo"));
        m_clock->advance(1s);
        QCOMPARE(namesOf(mirror.model()), lines({"api", "web", "zoo"}));
        QCOMPARE(resets.size(), 0);
    }
};

QTEST_MAIN(TestServiceModel)
#include "tst_service_model.moc"
