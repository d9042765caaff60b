#include <turnspit/base/wakeup_p.h>

#include <QAbstractEventDispatcher>
#include <QEvent>
#include <QSocketNotifier>

#include <algorithm>
#include <limits>

#include <sys/timerfd.h>
#include <unistd.h>

namespace turnspit {

using namespace std::chrono;

class WakeUp::Notifier final : public QSocketNotifier
{
public:
    Notifier(int fd, WakeUp& owner) : QSocketNotifier(fd, QSocketNotifier::Read), m_owner(owner) {}

protected:
    // Without the signal: what is called may be the tick of thousands. The descriptor stays readable until it is set
    // anew.
    bool event(QEvent* event) override
    {
        if (event->type() != QEvent::SockAct)
            return QSocketNotifier::event(event);
        m_owner.m_call();
        return true;
    }

private:
    WakeUp& m_owner;
};

WakeUp::WakeUp(std::function<void()> call)
    : m_call(std::move(call)), m_fd(::timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC))
{
}

WakeUp::~WakeUp()
{
    m_notifier.reset();
    if (m_fd >= 0)
        ::close(m_fd);
}

void WakeUp::attach()
{
    auto* const dispatcher = QAbstractEventDispatcher::instance();
    if (m_attachedTo == dispatcher)
        return;
    m_attachedTo = dispatcher;
    m_notifier = std::make_unique<Notifier>(m_fd, *this);
}

void WakeUp::at(Instant time)
{
    if (m_fd < 0) {
        const auto left = ceil<milliseconds>(time - BootClock::now()).count();
        m_coarse.start(static_cast<int>(std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max() / 2)),
                       Qt::PreciseTimer, this);
        return;
    }
    attach();
    const auto since = std::max(time.time_since_epoch(), nanoseconds(1)); // 0 would be never
    const auto whole = floor<seconds>(since);
    itimerspec plan{};
    plan.it_value = {.tv_sec = whole.count(), .tv_nsec = (since - whole).count()};
    ::timerfd_settime(m_fd, TFD_TIMER_ABSTIME, &plan, nullptr);
}

void WakeUp::never()
{
    m_coarse.stop();
    const itimerspec none{};
    if (m_fd >= 0)
        ::timerfd_settime(m_fd, TFD_TIMER_ABSTIME, &none, nullptr);
}

void WakeUp::timerEvent(QTimerEvent*)
{
    m_call();
}

} // namespace turnspit
