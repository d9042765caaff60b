#pragma once

#include "hosttest.h"

#include <QThread>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

namespace turnspit::test {

/// Notes the threads that it lives in.
class Wanderer final : public BackgroundService
{
public:
    struct Seen
    {
        std::atomic<Qt::HANDLE> made = nullptr;
        std::atomic<Qt::HANDLE> executed = nullptr;
        std::atomic<Qt::HANDLE> resumed = nullptr;
        std::atomic<Qt::HANDLE> destroyed = nullptr;
        std::shared_ptr<Mailbox> mailbox; ///< of the thread; once `executed` is known
    };
    explicit Wanderer(Seen& seen) : m_seen(seen) { seen.made = QThread::currentThreadId(); }
    ~Wanderer() override { m_seen.destroyed = QThread::currentThreadId(); }

protected:
    Task<> execute(std::stop_token stopping) override
    {
        m_seen.mailbox = Mailbox::current();
        m_seen.executed = QThread::currentThreadId();
        co_await untilStopped(stopping);
        m_seen.resumed = QThread::currentThreadId();
    }

private:
    Seen& m_seen;
};

/// A host on threads of its own, and what is asked of it from here.
struct ThreadedHost
{
    ThreadedHost() { builder.addLogSink(log).setLogLevel(LogLevel::Debug); }
    ~ThreadedHost() { host.reset(); }

    template <class T>
    std::shared_ptr<Outcomes<T>> launch(Task<T> task)
    {
        auto out = std::make_shared<Outcomes<T>>();
        tasks.spawn(observe(std::move(task), out));
        return out;
    }

    /// The last line with that event; none there: one without words.
    [[nodiscard]] MemorySink::Line last(int event) const
    {
        MemorySink::Line out{};
        for (const auto& line : log->lines()) {
            if (line.event == event)
                out = line;
        }
        return out;
    }

    /// Asks on the host thread.
    template <class Function>
    auto ask(Function function)
    {
        using R = decltype(function());
        std::atomic<bool> done = false;
        std::optional<R> out;
        host->mailbox()->post([&] {
            out = function();
            done = true;
            done.notify_one();
        });
        done.wait(false);
        return *out;
    }

    /// A command, awaited on the host thread; the answer comes here.
    template <class R>
    R command(std::function<Task<R>()> make)
    {
        struct State
        {
            TaskScope tasks;
            std::optional<R> out;
        };
        auto state = std::make_shared<State>();
        std::atomic<bool> done = false;
        const auto body = [](std::function<Task<R>()> call, State& s, std::atomic<bool>& flag) -> Task<> {
            s.out.emplace(co_await call());
            flag = true;
            flag.notify_one();
        };
        host->mailbox()->post([&] { state->tasks.spawn(body(make, *state, done)); });
        done.wait(false);
        R out = *state->out;
        // The scope belongs to the host thread: it goes there.
        ask([&] {
            state.reset();
            return 0;
        });
        return out;
    }

    std::shared_ptr<MemorySink> log = std::make_shared<MemorySink>();
    HostBuilder builder;
    std::unique_ptr<Host> host;
    TaskScope tasks;
};

} // namespace turnspit::test
