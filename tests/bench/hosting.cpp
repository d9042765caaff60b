// What the library's timers, mailboxes, scopes and hosts cost, one figure set a run; `tests/bench/hosting` runs it in
// turns with what it is compared with.
//
//   turnspit-bench-hosting tick qtimer|await TIMERS MS SECONDS           `cpu NS` of one tick
//   turnspit-bench-hosting late TIMERS MS SECONDS                        `p50 MS`, `p99 MS`, as turnspit-bench-timerfd
//   turnspit-bench-hosting post invoke|mailbox COUNT                     `cpu NS` of one, both threads
//   turnspit-bench-hosting resolve unique|scope COUNT                    `cpu NS` of a graph of five
//   turnspit-bench-hosting host loop|periodic together|scattered COUNT SECONDS
//                                                                        `bytes N` each beyond the object, `cpu
//                                                                        PERCENT` of a core
//   turnspit-bench-hosting startstop loop|periodic order|beside COUNT    `build MS`, `start MS`, `stop MS`, `destroy
//   MS`
#include <turnspit/async/periodictimer.h>
#include <turnspit/async/taskscope.h>
#include <turnspit/async/thread.h>
#include <turnspit/async/wait.h>
#include <turnspit/di/servicecollection.h>
#include <turnspit/di/serviceprovider.h>
#include <turnspit/hosting/backgroundservice.h>
#include <turnspit/hosting/hostbuilder.h>
#include <turnspit/hosting/periodicservice.h>

#include <QCoreApplication>
#include <QThread>
#include <QTimer>

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <memory>
#include <semaphore>
#include <string_view>
#include <vector>

using namespace turnspit;
using namespace std::chrono_literals;

namespace {

using Arguments = std::vector<std::string_view>;
using SteadyTime = std::chrono::steady_clock::time_point;

double cpuNanoseconds(clockid_t clock)
{
    timespec time = {};
    clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

double milliseconds(SteadyTime begin)
{
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

void say(const char* what, double value)
{
    std::printf("%s %.4f\n", what, value);
    std::fflush(stdout);
}

int number(std::string_view text)
{
    return std::atoi(std::string(text).c_str());
}

void turn(std::chrono::milliseconds time)
{
    QTimer::singleShot(time, QCoreApplication::instance(), &QCoreApplication::quit);
    QCoreApplication::exec();
}

// ---- ticks

Task<> countTicks(std::chrono::milliseconds period, std::stop_token stop, std::size_t& ticks)
{
    PeriodicTimer timer(period);
    while (co_await timer.nextTick(stop))
        ++ticks;
}

int tick(const Arguments& arguments)
{
    const bool bare = arguments[0] == "qtimer";
    const int timers = number(arguments[1]);
    const std::chrono::milliseconds period(number(arguments[2]));
    std::size_t ticks = 0;
    std::stop_source stop;
    std::vector<std::unique_ptr<QTimer>> plain;
    TaskScope tasks;
    for (int i = 0; i < timers; ++i) {
        if (bare) {
            plain.push_back(std::make_unique<QTimer>());
            plain.back()->setTimerType(Qt::PreciseTimer);
            plain.back()->callOnTimeout(plain.back().get(), [&ticks] { ++ticks; });
            plain.back()->start(period);
        } else {
            tasks.spawn(countTicks(period, stop.get_token(), ticks));
        }
    }
    turn(200ms);
    ticks = 0;
    const double before = cpuNanoseconds(CLOCK_THREAD_CPUTIME_ID);
    turn(std::chrono::seconds(number(arguments[3])));
    say("cpu",
        (cpuNanoseconds(CLOCK_THREAD_CPUTIME_ID) - before) / static_cast<double>(std::max<std::size_t>(1, ticks)));
    return 0;
}

Task<> noteLateness(std::chrono::nanoseconds phase, std::chrono::milliseconds period, std::vector<double>& late)
{
    co_await delay(phase);
    auto due = std::chrono::steady_clock::now();
    PeriodicTimer timer(period);
    while (co_await timer.nextTick()) {
        due += period;
        const auto by = std::chrono::steady_clock::now() - due;
        late.push_back(std::chrono::duration<double, std::milli>(by).count());
        due += period * std::max<std::int64_t>(0, by / period); // ticks that came together are one
    }
}

int late(const Arguments& arguments)
{
    const int timers = number(arguments[0]);
    const std::chrono::milliseconds period(number(arguments[1]));
    std::vector<double> late;
    late.reserve(static_cast<std::size_t>(timers) *
                 static_cast<std::size_t>(number(arguments[2]) * 1000 / period.count() + 2));
    TaskScope tasks;
    for (int i = 0; i < timers; ++i)
        tasks.spawn(noteLateness(std::chrono::nanoseconds(period) * i / timers, period, late));
    turn(std::chrono::seconds(number(arguments[2])));
    if (late.empty())
        return 1;
    std::ranges::sort(late);
    say("p50", late[late.size() / 2]);
    say("p99", late[late.size() * 99 / 100]);
    return 0;
}

// ---- from thread to thread

int post(const Arguments& arguments)
{
    const int count = number(arguments[1]);
    int ran = 0;
    std::binary_semaphore done(0);
    Thread thread(QStringLiteral("other"));
    const auto inThread = [&thread](std::function<void()> work) {
        std::binary_semaphore worked(0);
        thread.mailbox()->post([&] {
            work();
            worked.release();
        });
        worked.acquire();
    };
    std::unique_ptr<QObject> receiver;
    inThread([&] { receiver = std::make_unique<QObject>(); });
    const double before = cpuNanoseconds(CLOCK_PROCESS_CPUTIME_ID);
    if (arguments[0] == "invoke") {
        for (int i = 0; i < count; ++i)
            QMetaObject::invokeMethod(receiver.get(), [&ran] { ++ran; }, Qt::QueuedConnection);
        QMetaObject::invokeMethod(receiver.get(), [&done] { done.release(); }, Qt::QueuedConnection);
    } else {
        for (int i = 0; i < count; ++i)
            thread.mailbox()->post([&ran] { ++ran; });
        thread.mailbox()->post([&done] { done.release(); });
    }
    done.acquire();
    say("cpu", (cpuNanoseconds(CLOCK_PROCESS_CPUTIME_ID) - before) / count);
    inThread([&] { receiver.reset(); });
    return ran == count ? 0 : 1;
}

// ---- a graph of five

struct Clockwork
{
    int turns[8] = {};
};
struct Store
{
    explicit Store(Clockwork& own) : clockwork(own) {}
    Clockwork& clockwork;
    int rows[8] = {};
};
struct Mailer
{
    Mailer(Clockwork& own, Store& from) : clockwork(own), store(from) {}
    Clockwork& clockwork;
    Store& store;
    int sent[8] = {};
};
struct Ledger
{
    Ledger(Store& from, Mailer& by) : store(from), mailer(by) {}
    Store& store;
    Mailer& mailer;
    int lines[8] = {};
};
struct Handler
{
    Handler(Mailer& by, Ledger& in) : mailer(by), ledger(in) {}
    Mailer& mailer;
    Ledger& ledger;
    int handled = 0;
};

int resolve(const Arguments& arguments)
{
    const int count = number(arguments[1]);
    ServiceCollection services;
    services.addScoped<Clockwork>().addScoped<Store>().addScoped<Mailer>().addScoped<Ledger>().addScoped<Handler>();
    const auto provider = services.build();
    std::size_t handled = 0;
    const auto handle = [&handled](Handler& handler) {
        handled += static_cast<std::size_t>(++handler.handled);
        asm volatile("" ::"r"(&handler) : "memory"); // it is looked at, so it is made
    };
    const double before = cpuNanoseconds(CLOCK_THREAD_CPUTIME_ID);
    if (arguments[0] == "unique") {
        for (int i = 0; i < count; ++i) {
            const auto clockwork = std::make_unique<Clockwork>();
            const auto store = std::make_unique<Store>(*clockwork);
            const auto mailer = std::make_unique<Mailer>(*clockwork, *store);
            const auto ledger = std::make_unique<Ledger>(*store, *mailer);
            const auto handler = std::make_unique<Handler>(*mailer, *ledger);
            handle(*handler);
        }
    } else {
        for (int i = 0; i < count; ++i) {
            const ServiceScope scope = provider->createScope();
            handle(scope.get<Handler>());
        }
    }
    say("cpu", (cpuNanoseconds(CLOCK_THREAD_CPUTIME_ID) - before) / count);
    return handled == static_cast<std::size_t>(count) ? 0 : 1;
}

// ---- hosts

/// Ticks a second after its phase for the first time, then each second; without a phase (1000 ms) from its start on.
class LoopService final : public BackgroundService
{
public:
    explicit LoopService(std::chrono::milliseconds phase) : m_phase(phase) {}

protected:
    Task<> execute(std::stop_token stopping) override
    {
        if (m_phase < 1000ms)
            co_await delay(m_phase, stopping);
        PeriodicTimer timer(1s);
        while (co_await timer.nextTick(stopping))
            ++m_ticks;
    }

private:
    std::chrono::milliseconds m_phase;
    std::size_t m_ticks = 0;
};

/// The same as a PeriodicService; its first tick is at the phase.
class TickService final : public PeriodicService
{
public:
    explicit TickService(std::chrono::milliseconds phase) : PeriodicService(phase) {}

protected:
    Task<> tick(std::stop_token) override
    {
        if (++m_ticks == 1 && period() != 1000ms)
            setPeriod(1s);
        co_return;
    }

private:
    std::size_t m_ticks = 0;
};

template <class Service>
std::unique_ptr<Host> makeHost(int count, bool scattered, bool beside)
{
    HostBuilder builder;
    builder.configure<HostOptions>([beside](HostOptions& options) {
        options.workerThreads = 2;
        options.servicesStartConcurrently = beside;
        options.servicesStopConcurrently = beside;
    });
    for (int i = 0; i < count; ++i) {
        const std::chrono::milliseconds phase(scattered ? 1 + i * 7919LL % 1000 : 1000);
        builder.services().addHostedService<Service>("service-" + std::to_string(i),
                                                     [phase] { return std::make_unique<Service>(phase); });
    }
    return builder.build();
}

/// Runs it in the event loop until it has ended.
void complete(const std::function<Task<>()>& work)
{
    TaskScope scope;
    const auto body = [](const std::function<Task<>()>& inner) -> Task<> {
        co_await inner();
        QCoreApplication::quit();
    };
    QTimer::singleShot(0, QCoreApplication::instance(), [&] { scope.spawn(body(work)); });
    QCoreApplication::exec();
}

double heapBytes()
{
    const auto info = mallinfo2();
    return static_cast<double>(info.uordblks + info.hblkhd);
}

template <class Service>
int host(const Arguments& arguments)
{
    const int count = number(arguments[2]);
    const double before = heapBytes();
    const auto host = makeHost<Service>(count, arguments[1] == "scattered", true);
    complete([&]() -> Task<> { co_await host->start(); });
    turn(2500ms); // every one has ticked, and what is scattered is
    say("bytes", (heapBytes() - before) / count - sizeof(Service));
    const double cpu = cpuNanoseconds(CLOCK_PROCESS_CPUTIME_ID);
    const auto begin = std::chrono::steady_clock::now();
    turn(std::chrono::seconds(number(arguments[3])));
    say("cpu", (cpuNanoseconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) / milliseconds(begin) / 1e4);
    complete([&]() -> Task<> { (void)co_await host->stop(); });
    return 0;
}

template <class Service>
int startStop(const Arguments& arguments)
{
    auto begin = std::chrono::steady_clock::now();
    auto host = makeHost<Service>(number(arguments[2]), false, arguments[1] == "beside");
    say("build", milliseconds(begin));
    complete([&]() -> Task<> {
        begin = std::chrono::steady_clock::now();
        co_await host->start();
        say("start", milliseconds(begin));
    });
    turn(100ms);
    complete([&]() -> Task<> {
        begin = std::chrono::steady_clock::now();
        const auto result = co_await host->stop();
        say("stop", milliseconds(begin));
        result.throwErrors();
    });
    begin = std::chrono::steady_clock::now();
    host.reset();
    say("destroy", milliseconds(begin));
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    const std::vector<std::string_view> words(argv + 1, argv + argc);
    const auto is = [&words](std::string_view part, std::size_t count) {
        return words.size() == count + 1 && words[0] == part;
    };
    const Arguments arguments(words.begin() + (words.empty() ? 0 : 1), words.end());
    if (is("tick", 4))
        return tick(arguments);
    if (is("late", 3))
        return late(arguments);
    if (is("post", 2))
        return post(arguments);
    if (is("resolve", 2))
        return resolve(arguments);
    if (is("host", 4))
        return arguments[0] == "loop" ? host<LoopService>(arguments) : host<TickService>(arguments);
    if (is("startstop", 3))
        return arguments[0] == "loop" ? startStop<LoopService>(arguments) : startStop<TickService>(arguments);
    std::fputs("turnspit-bench-hosting: see the head of hosting.cpp\n", stderr);
    return 2;
}
