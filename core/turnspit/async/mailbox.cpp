#include <turnspit/async/mailbox.h>

#include <QCoreApplication>
#include <QEvent>
#include <QObject>

#include <algorithm>
#include <iterator>
#include <utility>

namespace turnspit {

namespace {
constexpr std::size_t keptCapacity = 1024;
} // namespace

class Mailbox::Receiver final : public QObject
{
public:
    explicit Receiver(Mailbox& mailbox) : m_mailbox(mailbox) {}

protected:
    // The event itself is not looked at: nothing of it is shared with the sender, as far as ThreadSanitizer can tell.
    void customEvent(QEvent*) override { m_mailbox.deliver(); }

private:
    Mailbox& m_mailbox;
};

struct Mailbox::Holder
{
    Holder() : mailbox(new Mailbox), receiver(*mailbox) { mailbox->m_receiver = &receiver; }
    ~Holder() { mailbox->close(); }

    std::shared_ptr<Mailbox> mailbox;
    Receiver receiver;
};

Mailbox::Mailbox() = default;
Mailbox::~Mailbox() = default;

const std::shared_ptr<Mailbox>& Mailbox::current()
{
    thread_local Holder holder;
    return holder.mailbox;
}

bool Mailbox::post(Function function)
{
    {
        const std::lock_guard lock(m_mutex);
        if (!m_receiver)
            return false;
        ++m_posted;
        m_pending.fetch_add(1, std::memory_order_relaxed);
        m_queue.push_back(std::move(function));
        if (std::exchange(m_awake, true))
            return true;
    }
    // Under a lock of its own: the receiver cannot be closed meanwhile, and who is woken finds the queue's free.
    const std::lock_guard lock(m_waking);
    if (m_receiver)
        QCoreApplication::postEvent(m_receiver, new QEvent(QEvent::User));
    return true;
}

bool Mailbox::takeBatch()
{
    const std::lock_guard lock(m_mutex);
    m_awake = false;
    if (m_next < m_batch.size()) { // one of a batch that is under way turns the event loop, or drains: behind the rest of that
        std::ranges::move(m_queue, std::back_inserter(m_batch));
        m_queue.clear();
        return true;
    }
    clearBatch();
    m_batch.swap(m_queue);
    return !m_batch.empty();
}

void Mailbox::runBatch()
{
    while (m_next < m_batch.size()) {
        {
            Function function = std::move(m_batch[m_next++]);
            function();
        }
        m_pending.fetch_sub(1, std::memory_order_release);
    }
}

void Mailbox::deliver()
{
    // One batch an event: what is posted meanwhile comes with the next one, after timers and sockets had their turn.
    if (!takeBatch())
        return;
    runBatch();
    if (m_next == m_batch.size())
        clearBatch();
}

void Mailbox::clearBatch()
{
    m_next = 0;
    m_batch.clear();
    if (m_batch.capacity() > keptCapacity) // what a burst took is not kept for the next one
        std::vector<Function>().swap(m_batch);
}

void Mailbox::drain()
{
    while (takeBatch())
        runBatch();
}

std::uint64_t Mailbox::posted() const
{
    const std::lock_guard lock(m_mutex);
    return m_posted;
}

void Mailbox::finish()
{
    for (;;) {
        drain();
        const std::scoped_lock lock(m_waking, m_mutex);
        if (m_queue.empty()) {
            m_receiver = nullptr;
            return;
        }
    }
}

void Mailbox::close()
{
    std::vector<Function> left;
    {
        const std::scoped_lock lock(m_waking, m_mutex);
        m_receiver = nullptr;
        left.swap(m_queue);
    }
    m_pending.fetch_sub(left.size(), std::memory_order_release);
    // Destroyed here, outside the lock: a captured promise may post elsewhere.
}

} // namespace turnspit
