#pragma once

#include "hosttest.h"

#include <turnspit/hosting/queueworker.h>
#include <turnspit/queues/memoryqueue.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace turnspit::test {
/// What the handlers and the queue of a test do, and what they did.
struct Plan
{
    Journal journal;
    std::function<Task<>(std::string, std::stop_token)> handle;
    std::function<void()> make;
    std::function<void()> close;
    std::function<void()> receive;
    std::function<void()> look;
    std::function<std::optional<Error>(const std::string& what)> settle; ///< an error instead
    int inHand = 0;
    int mostInHand = 0;
};

/// A memory queue that tells what it is asked.
class SpyQueue : public MemoryQueue
{
public:
    SpyQueue(Plan& plan, Options<QueueOptions> options) : MemoryQueue(std::move(options)), m_plan(plan) {}

    Task<std::optional<Message>> receive(std::stop_token stop) override
    {
        if (m_plan.receive)
            m_plan.receive();
        return MemoryQueue::receive(std::move(stop));
    }

    Task<Result<QueueStatus>> status() override
    {
        if (m_plan.look)
            m_plan.look();
        return MemoryQueue::status();
    }

protected:
    Task<Result<>> settle(std::string receipt, Settlement how) override
    {
        std::string what = "ack";
        if (const auto* nack = std::get_if<Nack>(&how))
            what = nack->counts ? "nack(" + formatDuration(nack->delay) + ")" : "release";
        else if (std::holds_alternative<Bury>(how))
            what = "bury";
        else if (std::holds_alternative<Extend>(how))
            what = "extend";
        m_plan.journal.add(what);
        if (m_plan.settle) {
            if (const auto error = m_plan.settle(what))
                co_return fail(*error);
        }
        co_return co_await MemoryQueue::settle(std::move(receipt), std::move(how));
    }

private:
    Plan& m_plan;
};

/// Does with a message what the plan says.
class Handler
{
public:
    explicit Handler(Plan& plan) : m_plan(plan)
    {
        m_plan.journal.add("made");
        if (m_plan.make)
            m_plan.make();
    }
    ~Handler() { m_plan.journal.add("gone"); }

    Task<> handle(const Message& message, std::stop_token stopping)
    {
        m_plan.journal.add(message.body + std::to_string(message.attempts));
        struct Count
        {
            explicit Count(Plan& counted) : plan(counted) { plan.mostInHand = std::max(plan.mostInHand, ++plan.inHand); }
            ~Count() { --plan.inHand; }
            Count(const Count&) = delete;
            Count& operator=(const Count&) = delete;
            Plan& plan;
        } count(m_plan);
        if (m_plan.handle)
            co_await m_plan.handle(message.body, stopping);
    }

    Task<> close()
    {
        if (m_plan.close)
            m_plan.close();
        co_return;
    }

private:
    Plan& m_plan;
};

/// A host with a queue, and a worker of it with handlers that do what the plan says.
struct Fixture : InlineHost
{
    explicit Fixture(QueueOptions queueOptions = {})
    {
        builder.services().addInstance<Plan>(plan);
        builder.configure<QueueOptions>([queueOptions](QueueOptions& o) { o = queueOptions; });
        builder.services().addSingleton<MessageQueue, SpyQueue>();
        builder.services().addScoped<Handler>();
        builder.configure<QueueWorker<Handler>::Settings>([](auto& o) { o.jitter = 0; });
    }

    void run(ServiceOptions options = {})
    {
        builder.services().addHostedService<QueueWorker<Handler>>("worker", std::move(options));
        start();
    }
    void send(const char* body)
    {
        const auto sent = launch(queue().send({body}));
        if (!sent->value || !*sent->value)
            throw std::runtime_error("not sent");
    }
    QueueStatus status() { return launch(queue().status())->value->value(); }
    MessageQueue& queue() { return host->services().get<MessageQueue>(); }
    ServiceStopResult stopWorker() { return *launch(controller("worker").stop())->value; }
    [[nodiscard]] QString said() const { return plan.journal.text(); }
    [[nodiscard]] QStringList logged(LogLevel level) const
    {
        QStringList out;
        for (const auto& line : log->lines()) {
            if (line.level == level && line.event == 0)
                out << line.text;
        }
        return out;
    }

    Plan plan; // outlives the host: InlineHost's destructor runs after this one's
    ~Fixture()
    {
        host.reset();
        clock.settle();
    }
};

/// Until its token is stopped, then cancelled.
inline Task<> untilCancelled(std::string, std::stop_token stopping)
{
    co_await untilStopped(std::move(stopping));
    throw OperationCancelled{};
}

} // namespace turnspit::test
