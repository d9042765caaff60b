#pragma once

#include <turnspit/async/mailbox.h>
#include <turnspit/base/clock.h>

#include <QString>

#include <atomic>
#include <chrono>
#include <memory>

class QDeadlineTimer;
class QThread;

namespace turnspit {

/// A thread with a Qt event loop and a mailbox, from construction until it is joined. Owned and joined by one other thread.
class Thread
{
public:
    /// Returns when the mailbox accepts posts. `clock`, if given, becomes the thread's clock and must outlive it.
    /// std::system_error: the system gives no more threads.
    explicit Thread(const QString& name, Clock* clock = nullptr);

    /// stopAndJoin.
    ~Thread();
    Thread(const Thread&) = delete;
    Thread& operator=(const Thread&) = delete;

    [[nodiscard]] const std::shared_ptr<Mailbox>& mailbox() const noexcept { return m_mailbox; }

    /// Lets what is posted before this call run, then ends the event loop; waits for nothing. May be called again.
    void stop();

    /// It has ended after `stop`, and is joined; where it has not: not yet. Waits for nothing.
    [[nodiscard]] bool tryJoin();

    /// Stops it and waits, for `patience` at most (real time); false: it does not come back, and was abandoned.
    bool stopAndJoin(std::chrono::milliseconds patience);

    /// Stops it and waits.
    void stopAndJoin();

    /// Gives a thread up that does not come back (T6): it is left alive on purpose, nothing waits for it any more.
    void abandon();

private:
    bool join(QDeadlineTimer deadline);

    std::unique_ptr<QThread> m_thread;
    std::shared_ptr<Mailbox> m_mailbox;
    std::shared_ptr<std::atomic<bool>> m_ended; // release/acquire around QThread::wait, which ThreadSanitizer cannot see
};

} // namespace turnspit
