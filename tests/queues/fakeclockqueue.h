#pragma once

#include "queuecontract.h"

#include "support/await.h"

#include <turnspit/async/fakeclock.h>

namespace turnspit {

/// A queue whose time is a fake clock's.
class FakeClockQueue : public ContractQueue
{
public:
    FakeClockQueue() { Clock::setCurrent(&m_clock); }
    ~FakeClockQueue() override { Clock::setCurrent(nullptr); }

    Instant now() override { return m_clock.now(); }

    bool comesTrueAt(Instant time, std::function<bool()> done) override
    {
        m_clock.advance(time - m_clock.now() - Milliseconds(1));
        if (done())
            return false;
        m_clock.advance(Milliseconds(1));
        return spinUntil(done);
    }

    void pass(Milliseconds time) override { m_clock.advance(time); }

protected:
    FakeClock m_clock;
};

} // namespace turnspit
