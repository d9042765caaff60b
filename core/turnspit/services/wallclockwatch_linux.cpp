#include <turnspit/services/wallclockwatch.h>

#include <QSocketNotifier>

#include <cerrno>
#include <ctime>
#include <limits>

#include <sys/timerfd.h>
#include <unistd.h>

namespace turnspit {

WallClockWatch::WallClockWatch(std::function<void()> onSet) : m_onSet(std::move(onSet))
{
    m_fd = ::timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    if (m_fd < 0)
        return;
    arm();
    m_notifier = std::make_unique<QSocketNotifier>(m_fd, QSocketNotifier::Read);
    QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(), [this] { fired(); });
}

WallClockWatch::~WallClockWatch()
{
    m_notifier.reset();
    if (m_fd >= 0)
        ::close(m_fd);
}

void WallClockWatch::arm()
{
    itimerspec far{};
    far.it_value.tv_sec = std::time(nullptr) + 100LL * 365 * 24 * 3600;
    ::timerfd_settime(m_fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &far, nullptr);
}

void WallClockWatch::fired()
{
    std::uint64_t expirations = 0;
    const ssize_t got = ::read(m_fd, &expirations, sizeof expirations);
    const bool set = got < 0 && errno == ECANCELED;
    arm();
    if (set && m_onSet)
        m_onSet();
}

} // namespace turnspit
