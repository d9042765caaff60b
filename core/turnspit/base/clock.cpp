#include <turnspit/base/clock.h>

namespace turnspit {

namespace {
thread_local Clock* currentClock = nullptr;
} // namespace

Clock& Clock::current() noexcept
{
    return currentClock ? *currentClock : system();
}

void Clock::setCurrent(Clock* clock) noexcept
{
    currentClock = clock;
}

} // namespace turnspit
