#include <turnspit/base/dueorder_p.h>

#include <QtTest>

#include <algorithm>
#include <map>
#include <random>
#include <tuple>
#include <vector>

using namespace turnspit;
using namespace std::chrono_literals;

class TestDueOrder : public QObject
{
    Q_OBJECT

private:
    static Instant at(std::chrono::nanoseconds time) { return Instant(time); }
    static std::vector<DueOrder::Id> takeAll(DueOrder& order)
    {
        std::vector<DueOrder::Id> out;
        while (!order.isEmpty())
            out.push_back(order.takeFirst().id);
        return out;
    }

    /// What it must do, the slow way.
    struct Model
    {
        using Key = std::tuple<Instant, int, DueOrder::Id>;
        std::map<Key, std::chrono::nanoseconds> periods;
        std::map<DueOrder::Id, Key> keys;
        int insertions = 0;

        void insert(DueOrder::Id id, Instant due, std::chrono::nanoseconds period)
        {
            keys[id] = {due, insertions++, id};
            periods[keys[id]] = period;
        }
        void remove(DueOrder::Id id)
        {
            if (const auto found = keys.find(id); found != keys.end()) {
                periods.erase(found->second);
                keys.erase(found);
            }
        }
    };

private Q_SLOTS:
    void isTakenInTheOrderOfTimeWhateverThePeriods()
    {
        DueOrder order;
        order.insert(0, at(30ms), 10ms);
        order.insert(1, at(20ms), 0ms);
        order.insert(2, at(25ms), 10ms); // before what is last in the lane of its period
        order.insert(3, at(5ms), 1s);
        QCOMPARE(order.size(), std::size_t(4));
        QCOMPARE(order.first().due, at(5ms));
        QCOMPARE(takeAll(order), (std::vector<DueOrder::Id>{3, 1, 2, 0}));
        QVERIFY(order.isEmpty());
    }

    void ofTwoThatAreDueTogetherTheOneInsertedFirstIsFirst()
    {
        DueOrder order;
        order.insert(4, at(1s), 0s);
        order.insert(3, at(1s), 1s);
        order.insert(2, at(1s), 2s);
        order.insert(1, at(1s), 1s);
        order.insert(0, at(1s), 0s);
        QCOMPARE(takeAll(order), (std::vector<DueOrder::Id>{4, 3, 2, 1, 0}));
    }

    void removesWhatIsAnywhereAndTakesWhatIsNot()
    {
        DueOrder order;
        for (DueOrder::Id id = 0; id < 6; ++id)
            order.insert(id, at(1s * id), 10s);
        order.remove(3);
        order.remove(3);
        order.remove(0);
        order.remove(5);
        order.remove(77);
        QCOMPARE(order.first().id, DueOrder::Id(1));
        order.insert(3, at(90s), 10s);
        QCOMPARE(takeAll(order), (std::vector<DueOrder::Id>{1, 2, 4, 3}));
    }

    void saysWhatIsProbablyNext()
    {
        DueOrder order;
        QCOMPARE(order.probablyAfter(0), DueOrder::none);
        for (DueOrder::Id id = 0; id < 5; ++id)
            order.insert(id, at(1s * id), 10s);
        QCOMPARE(order.probablyAfter(0), DueOrder::Id(0));
        QCOMPARE(order.probablyAfter(4), DueOrder::Id(4));
        QCOMPARE(order.probablyAfter(5), DueOrder::none);
        order.remove(2);
        QCOMPARE(order.probablyAfter(2), DueOrder::none); // its place is there still
    }

    void agreesWithTheSlowWay_data()
    {
        QTest::addColumn<QList<int>>("periods");
        QTest::newRow("once only") << QList<int>{0};
        QTest::newRow("one period") << QList<int>{10};
        QTest::newRow("as many as there are lanes, and once") << QList<int>{0, 10, 20, 1000, 7};
        QTest::newRow("more than there are lanes") << QList<int>{1, 2, 3, 5, 7, 11, 13, 17, 19, 1000, 60000};
    }
    void agreesWithTheSlowWay()
    {
        QFETCH(const QList<int>, periods);
        for (unsigned seed = 0; seed < 40; ++seed) {
            std::mt19937 random(seed);
            const auto upTo = [&random](int most) { return std::uniform_int_distribution<int>(0, most)(random); };
            DueOrder order;
            Model model;
            Instant now;
            const int known = seed % 2 == 0 ? 12 : 300;
            for (int step = 0; step < 3000; ++step) {
                const auto id = static_cast<DueOrder::Id>(upTo(known - 1));
                const int what = upTo(9);
                if (what < 4) {
                    const std::chrono::milliseconds period(periods[upTo(static_cast<int>(periods.size()) - 1)]);
                    // Most as a timer does it: one period from now.
                    const Instant due = now + (period > 0ms && upTo(9) > 0 ? period : std::chrono::milliseconds(upTo(50)));
                    order.remove(id);
                    model.remove(id);
                    order.insert(id, due, period);
                    model.insert(id, due, period);
                } else if (what < 6) {
                    order.remove(id);
                    model.remove(id);
                } else if (!order.isEmpty()) {
                    const auto [expected, period] = *model.periods.begin();
                    const auto first = order.takeFirst();
                    QCOMPARE(first.id, std::get<DueOrder::Id>(expected));
                    QCOMPARE(first.due, std::get<Instant>(expected));
                    model.remove(first.id);
                    now = std::max(now, first.due);
                    if (period > 0ms && upTo(3) > 0) {
                        order.insert(first.id, first.due + period, period);
                        model.insert(first.id, first.due + period, period);
                    }
                }
                QCOMPARE(order.size(), model.keys.size());
                if (!order.isEmpty())
                    QCOMPARE(order.first().id, std::get<DueOrder::Id>(model.periods.begin()->first));
            }
            std::vector<DueOrder::Id> left;
            for (const auto& [key, period] : model.periods)
                left.push_back(std::get<DueOrder::Id>(key));
            QCOMPARE(takeAll(order), left);
        }
    }
};

QTEST_GUILESS_MAIN(TestDueOrder)
#include "tst_dueorder.moc"
