#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace turnspit {

/// The one way from thread to thread: functions posted to a mailbox run in its thread, in the order in which they were posted,
/// from that thread's Qt event loop. One wake-up event serves all that is posted until the thread gets to it.
///
/// A mailbox lives as long as somebody holds it; its thread's end closes it. One of its functions may turn the event loop (a dialog's
/// exec): what else is there, and what is posted meanwhile, runs inside of it. Only std:: primitives are used, so that
/// ThreadSanitizer sees every hand-over.
class Mailbox : public std::enable_shared_from_this<Mailbox>
{
public:
    using Function = std::move_only_function<void()>;

    /// The mailbox of this thread, made on first use.
    [[nodiscard]] static const std::shared_ptr<Mailbox>& current();

    ~Mailbox();
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;

    /// From any thread. False, and `function` is destroyed here, when the mailbox's thread has ended.
    bool post(Function function);

    [[nodiscard]] bool isCurrent() const noexcept { return this == current().get(); }

    /// True when nothing is queued and nothing posted is running. From any thread.
    [[nodiscard]] bool isIdle() const noexcept { return m_pending.load(std::memory_order_acquire) == 0; }

    /// How much was ever posted. From any thread.
    [[nodiscard]] std::uint64_t posted() const;

    /// In the mailbox's thread: runs what is queued now, and what that posts, until nothing is left. For tests; normal traffic is run
    /// by the event loop.
    void drain();

    /// In the mailbox's thread, as its last step: drains, and takes nothing from then on. What was taken has run.
    void finish();

private:
    class Receiver;
    struct Holder;
    Mailbox();
    void deliver();
    void close();
    bool takeBatch();
    void runBatch();
    void clearBatch();

    mutable std::mutex m_mutex;
    std::vector<Function> m_queue;   // guarded by m_mutex
    std::uint64_t m_posted = 0;      // guarded by m_mutex
    bool m_awake = false;            // guarded by m_mutex: a wake-up event is on its way
    std::mutex m_waking;             // while the receiver is woken; never locked inside m_mutex
    Receiver* m_receiver = nullptr;  // changed with both held, read with one of them; null: closed
    std::vector<Function> m_batch;   // the mailbox's thread only
    std::size_t m_next = 0;          // into m_batch; the mailbox's thread only
    std::atomic<std::size_t> m_pending{0};
};

} // namespace turnspit
