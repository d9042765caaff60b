#include <turnspit/async/thread.h>

#include <QDeadlineTimer>
#include <QThread>

#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <vector>

namespace turnspit {

namespace {

struct Handshake
{
    std::mutex mutex;
    std::condition_variable ready;
    std::shared_ptr<Mailbox> mailbox; // guarded by mutex
};

class LoopThread final : public QThread
{
public:
    LoopThread(std::shared_ptr<Handshake> handshake, std::shared_ptr<std::atomic<bool>> ended, Clock* clock)
        : m_handshake(std::move(handshake)), m_ended(std::move(ended)), m_clock(clock)
    {}

protected:
    void run() override
    {
        Clock::setCurrent(m_clock);
        {
            const std::lock_guard lock(m_handshake->mutex);
            m_handshake->mailbox = Mailbox::current();
        }
        m_handshake->ready.notify_one();
        m_handshake.reset();
        const auto ended = m_ended; // after exec() an abandoned thread may not touch its object
        exec();
        Mailbox::current()->finish(); // here: who waits for a QThread does not wait for what the thread has of its own (thread_local)
        ended->store(true, std::memory_order_release);
    }

private:
    std::shared_ptr<Handshake> m_handshake;
    std::shared_ptr<std::atomic<bool>> m_ended;
    Clock* m_clock;
};

} // namespace

Thread::Thread(const QString& name, Clock* clock) : m_ended(std::make_shared<std::atomic<bool>>(false))
{
    const auto handshake = std::make_shared<Handshake>();
    m_thread = std::make_unique<LoopThread>(handshake, m_ended, clock);
    m_thread->setObjectName(name);
    m_thread->start();
    if (!m_thread->isRunning()) // there is none where the system has no more to give
        throw std::system_error(EAGAIN, std::generic_category(), "cannot start a thread for '" + name.toStdString() + "'");
    std::unique_lock lock(handshake->mutex);
    handshake->ready.wait(lock, [&] { return handshake->mailbox != nullptr; });
    m_mailbox = handshake->mailbox;
}

Thread::~Thread()
{
    stopAndJoin();
}

void Thread::stop()
{
    // Through the mailbox, so that what was posted before runs first. One that was abandoned turns on.
    if (m_thread)
        m_mailbox->post([] { QThread::currentThread()->quit(); });
}

bool Thread::join(QDeadlineTimer deadline)
{
    if (!m_thread)
        return true;
    if (!m_thread->wait(deadline))
        return false;
    (void)m_ended->load(std::memory_order_acquire);
    m_thread.reset();
    return true;
}

bool Thread::tryJoin()
{
    return join(QDeadlineTimer(0));
}

bool Thread::stopAndJoin(std::chrono::milliseconds patience)
{
    stop();
    if (join(QDeadlineTimer(patience)))
        return true;
    abandon();
    return false;
}

void Thread::stopAndJoin()
{
    stop();
    (void)join(QDeadlineTimer(QDeadlineTimer::Forever));
}

void Thread::abandon()
{
    // Left alive on purpose: known for ever, so that who looks for leaks sees that.
    static std::mutex mutex;
    static auto& alive = *new std::vector<QThread*>;
    const std::lock_guard lock(mutex);
    alive.push_back(m_thread.release());
}

} // namespace turnspit
