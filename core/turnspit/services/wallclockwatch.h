#pragma once

#include <turnspit/base/clock.h>

#include <functional>
#include <memory>

class QSocketNotifier;

namespace turnspit {

/// Tells when somebody sets the wall clock or the machine wakes from sleep: plans by the calendar are made anew then.
/// Host thread. Where the system cannot tell (wallclockwatch_linux.cpp uses a timerfd), it is noticed at the next wake-up that compares.
class WallClockWatch
{
public:
    explicit WallClockWatch(std::function<void()> onSet);
    ~WallClockWatch();
    WallClockWatch(const WallClockWatch&) = delete;
    WallClockWatch& operator=(const WallClockWatch&) = delete;

private:
    void arm();
    void fired();

    int m_fd = -1;
    std::unique_ptr<QSocketNotifier> m_notifier;
    std::function<void()> m_onSet;
};

} // namespace turnspit
