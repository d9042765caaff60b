#pragma once

#include <support/said.h>

#include <turnspit/async/fakeclock.h>
#include <turnspit/async/taskscope.h>
#include <turnspit/services/unit.h>
#include <turnspit/servicefile/parse.h>

#include <QStringList>
#include <QTest>

#include <memory>
#include <vector>

/// Compares a text with a literal.
#define SAYS(actual, expected) QCOMPARE(QString(actual), QString::fromUtf8(expected))

namespace turnspit::test {

using namespace std::chrono_literals;

inline QString text(const std::string& words)
{
    return QString::fromStdString(words);
}

// Files of a service.
inline const std::string kept = "command = ['sleep', '1']\n";
inline const std::string manual = "manual = true\n" + kept;
inline const std::string every5m = "command = 'true'\n[schedule]\nevery = '5m'\n";
inline const std::string oneTime = "command = 'true'\n[schedule]\nat = 2026-11-22T08:05:00Z\n";

/// What a record says whose end nobody knows.
inline const char* const lost = "keeper lost; exit status not available";

/// Of a service of which nothing runs: how its run has ended, and its state since.
inline void addEndedRows()
{
    QTest::addColumn<int>("outcome");
    QTest::addColumn<QString>("state");
    QTest::newRow("completed") << int(Outcome::Succeeded) << "completed";
    QTest::newRow("failed") << int(Outcome::Failed) << "failed";
    QTest::newRow("stopped") << int(Outcome::Stopped) << "stopped";
}

inline Definition definition(const std::string& toml, const std::string& name = "a")
{
    auto parsed = parseDefinition(toml, name + ".toml", name, {});
    if (!parsed)
        qFatal("%s", parsed.error().front().text().c_str());
    return *std::move(parsed);
}

/// The engine around a unit: fake time, chance in the middle, run ids from 1, and everything that the unit says.
class FakeUnitContext final : public UnitContext
{
public:
    struct Ended
    {
        Run run;
        bool acknowledge = false;
    };

    Clock& clock() override { return time; }
    double random() override { return 0.5; }
    Result<RunId> nextRunId() override
    {
        if (noIds)
            return fail("the disk is full");
        return RunId{++lastId};
    }
    const SpawnPlan::Environment& environment() const override { return session; }
    std::string logFolder(const std::string& service) const override { return "/logs/" + service; }
    bool toKeeper(const keep::HostMessage& message) override
    {
        if (keeper)
            sent.push_back(message);
        return keeper;
    }
    void runBegan(const Run& run) override { begun.push_back(run); }
    void runEnded(const Run& run, bool acknowledge) override { ended.push_back({run, acknowledge}); }
    void changed(Unit& unit) override
    {
        if (const QString state = said(unit.state()); states.isEmpty() || states.last() != state)
            states.append(state);
    }
    void plannedTaken(Unit& unit) override
    {
        stored = unit.lastPlanned();
        storedDone = unit.oneTimeDone();
    }
    void event(const char* kind, const std::string& service, const std::string& words) override
    {
        events.append(QString::fromLatin1(kind));
        eventTexts.append(text(service + ": " + words));
    }

    template <class T>
    [[nodiscard]] std::vector<T> all() const
    {
        std::vector<T> out;
        for (const keep::HostMessage& message : sent) {
            if (const T* found = std::get_if<T>(&message))
                out.push_back(*found);
        }
        return out;
    }
    [[nodiscard]] QStringList marks() const
    {
        QStringList out;
        for (const auto& mark : all<keep::Mark>())
            out.append(text(mark.text));
        return out;
    }

    FakeClock time{WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + 8h)};
    SpawnPlan::Environment session{{"HOME", "/"}, {"PATH", "/usr/bin:/bin"}};
    std::uint64_t lastId = 0;
    bool noIds = false;
    bool keeper = true;
    std::vector<keep::HostMessage> sent;
    std::vector<Run> begun;
    std::vector<Ended> ended;
    QStringList states; ///< as they were passed through
    QStringList events;
    QStringList eventTexts;
    std::optional<WallTime> stored;
    bool storedDone = false;
};

/// A unit with its engine and its keeper played by the test.
class UnitFixture
{
public:
    UnitFixture() { reset(); }

    /// A host that has just started: the unit is new, what was stored stays.
    void reset()
    {
        unit.reset();
        unit = std::make_unique<Unit>(context, "a");
        context.states.clear();
    }

    explicit UnitFixture(const std::string& toml) : UnitFixture() { define(toml); }

    void define(const std::string& toml) { unit->define(definition(toml)); }

    void restart(const std::string& toml, std::optional<Run> last = {}, bool stopped = false, bool held = false)
    {
        reset();
        unit->restore(std::move(last), stopped, held, context.stored, context.storedDone);
        define(toml);
    }

    /// The host ends at once, and nobody is there for so long.
    void noHostFor(std::chrono::nanoseconds time)
    {
        unit.reset();
        context.time.sleep(time);
    }

    /// The same, and the next host is there after that time.
    void nextHostAfter(std::chrono::nanoseconds time, const std::string& toml)
    {
        noHostFor(time);
        restart(toml);
        unit->startWithHost();
        advance(0s);
    }

    /// The machine sleeps, and wakes up.
    void asleepFor(std::chrono::nanoseconds time)
    {
        context.time.sleep(time);
        unit->rearm();
        advance(0s);
    }

    /// Somebody sets the clock, forward or back.
    void moveClock(std::chrono::microseconds by)
    {
        const WallTime before = now();
        context.time.setWall(before + by);
        unit->clockJumped(before, before + by);
    }

    /// The next host finds this run alive.
    void adopt(const std::string& toml, const keep::LiveRun& run, std::optional<Run> last = {}, bool stopped = false)
    {
        restart(toml, std::move(last), stopped);
        unit->adopt(run);
    }

    [[nodiscard]] QString state() const { return said(unit->state()); }
    [[nodiscard]] QString states() const { return context.states.join(QLatin1Char(' ')); }
    [[nodiscard]] ServiceInfo info() const { return unit->info(); }
    [[nodiscard]] QString flags() const { return info().flags.join(QLatin1Char(' ')); }
    [[nodiscard]] QString reason() const { return info().reason.value_or(QString()); }

    [[nodiscard]] int spawns() const { return static_cast<int>(context.all<keep::Spawn>().size()); }
    [[nodiscard]] keep::Spawn spawned() const { return context.all<keep::Spawn>().back(); }
    [[nodiscard]] int stops() const { return static_cast<int>(context.all<keep::Stop>().size()); }
    [[nodiscard]] keep::Stop stopSent() const { return context.all<keep::Stop>().back(); }
    [[nodiscard]] const Run& lastRecord() const { return context.ended.back().run; }

    /// `trigger/attempt` of each spawn, in order.
    [[nodiscard]] QString triggers() const
    {
        QStringList out;
        for (const keep::Spawn& spawn : context.all<keep::Spawn>())
            out.append(said(spawn.trigger) + QLatin1Char('/') + QString::number(spawn.attempt));
        return out.join(QLatin1Char(' '));
    }

    /// `outcome` of each record, in order; with its reason where there is one.
    [[nodiscard]] QString records() const
    {
        QStringList out;
        for (const auto& [run, unused] : context.ended)
            out.append(said(run.outcome) + (run.reason.empty() ? QString() : QStringLiteral("(") + text(run.reason) + QStringLiteral(")")));
        return out.join(QLatin1Char(' '));
    }

    // ---- the keeper's answers ----------------------------------------------------------------------------------------------

    [[nodiscard]] keep::LiveRun liveRun() const
    {
        keep::LiveRun run;
        run.run = unit->live()->id;
        run.service = "a";
        run.pid = 1000 + static_cast<int>(run.run.value);
        run.startTime = 7;
        run.began = context.time.wallNow();
        run.trigger = unit->live()->trigger;
        run.attempt = static_cast<std::uint32_t>(unit->live()->attempt);
        run.definition = unit->live()->definitionPrint;
        run.logBegin = {1, 64 * run.run.value};
        return run;
    }
    void began() { unit->began(keep::Began{liveRun()}); }

    [[nodiscard]] keep::Ended endOf(const Unit::Live& live, Outcome outcome, int exitCode, int signal = 0, std::string reason = {}) const
    {
        keep::Ended end;
        end.run = live.id;
        end.service = "a";
        end.pid = live.pid;
        end.trigger = live.trigger;
        end.attempt = static_cast<std::uint32_t>(live.attempt);
        end.began = live.began;
        end.ended = context.time.wallNow();
        end.outcome = outcome;
        end.exitCode = exitCode;
        end.signal = signal;
        end.reason = std::move(reason);
        end.cpuMicroseconds = 1'500'000;
        end.peakMemory = 4096;
        end.logLines = 3;
        end.logBegin = live.logBegin;
        end.logEnd = {1, live.logBegin.offset + 40};
        return end;
    }
    void ended(Outcome outcome, int exitCode = -1, int signal = 0, std::string reason = {})
    {
        unit->ended(endOf(*unit->live(), outcome, exitCode, signal, std::move(reason)));
    }
    void exits(int code) { ended(code == 0 ? Outcome::Succeeded : Outcome::Failed, code); }
    void stopped() { ended(Outcome::Stopped, -1, 15); }

    /// Start to running.
    void run()
    {
        QVERIFY(unit->start(Trigger::Ctl));
        began();
    }
    void stop() { unit->stop({}); }
    void advance(std::chrono::nanoseconds by) { context.time.advance(by); }
    [[nodiscard]] WallTime now() const { return context.time.wallNow(); }
    /// Seconds from now until the next planned run; -1: none.
    [[nodiscard]] double nextIn() const
    {
        const auto next = info().nextRun;
        return next ? std::chrono::duration<double>(*next - now()).count() : -1;
    }

    FakeUnitContext context;
    std::unique_ptr<Unit> unit;
};

} // namespace turnspit::test
