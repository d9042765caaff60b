#pragma once

#include <support/await.h>
#include <support/fakesession.h>

#include <turnspit/async/promise.h>
#include <turnspit/hosting/host.h>
#include <turnspit/hosting/hostbuilder.h>
#include <turnspit/hosting/queueworker.h>
#include <turnspit/hosting/servicecontrollers.h>
#include <turnspit/queues/memoryqueue.h>

/// The queue worker that the contract suite asks its hosts for: see ContractHost::provideQueue.
namespace turnspit::sorting {

class Sorter
{
public:
    Task<> handle(const Message& message, std::stop_token)
    {
        if (message.body == "torn")
            throw MessageRejected("it cannot be read");
        co_return;
    }
};

/// What the worker needs; before the host is built.
inline void prepare(HostBuilder& builder)
{
    builder.services().addSingleton<MessageQueue, MemoryQueue>();
    builder.services().addScoped<Sorter>();
    // The host is built before it knows of the worker.
    builder.configure<QueueWorker<Sorter>::Settings>([](QueueWorkerOptions& options) { options.concurrency = 1; });
}

namespace detail {

inline Task<MessageQueue*> waitFor(Future<MessageQueue*> future) { co_return co_await std::move(future); }

} // namespace detail

inline void add(Host& host, const QString& name)
{
    Promise<MessageQueue*> added;
    auto done = added.future();
    host.mailbox()->post([&host, name = name.toStdString(), added = std::move(added)]() mutable {
        const auto worker = host.controllers().add(HostedRegistration::of<QueueWorker<Sorter>>(std::move(name)));
        if (!worker)
            qFatal("the queue worker cannot be added: %s", worker.error().text().c_str());
        added.set(&host.services().get<MessageQueue>());
    });
    MessageQueue& queue = *await(detail::waitFor(std::move(done)));
    for (const char* body : {"one", "two", "three", "torn"}) {
        if (!await(queue.send({.body = body})))
            qFatal("not sent");
    }
}

inline void add(FakeSession& fake, const QString& name)
{
    fake.put(serviceNamed(name, ServiceState::Stopped, ServiceKind::Queue));
    fake.setQueue({.name = name, .deadLetters = 1, .acked = 3, .dead = 1, .lastError = QStringLiteral("it cannot be read")});
}

} // namespace turnspit::sorting
