#include <turnspit/supervision/restarttracker.h>

#include <algorithm>
#include <cmath>

namespace turnspit {

using namespace std::chrono;

namespace {

/// In the unit of what it is compared with: Milliseconds::max() has no nanoseconds.
Milliseconds between(Instant from, Instant to)
{
    return floor<Milliseconds>(to - from);
}

} // namespace

std::string RestartTracker::Decision::count() const
{
    if (kind != Restart || !failure || limit <= 0)
        return {};
    return std::to_string(failures + 1) + " of " + std::to_string(limit);
}

RestartTracker::RestartTracker(RestartPolicy policy) : m_policy(std::move(policy))
{
}

void RestartTracker::setPolicy(RestartPolicy policy)
{
    m_policy = std::move(policy);
}

void RestartTracker::manualStart()
{
    m_failures.clear();
    m_attempt = 0;
    m_doublings = 0;
}

void RestartTracker::started(Instant now)
{
    m_started = now;
    ++m_attempt;
}

void RestartTracker::adopted(Instant now, int attempt)
{
    manualStart();
    m_started = now;
    m_attempt = attempt;
}

RestartTracker::Decision RestartTracker::ended(Outcome outcome, Instant now, double random)
{
    Decision out;
    out.limit = m_policy.limit;
    if (outcome == Outcome::Stopped || outcome == Outcome::Killed)
        return out;
    if (outcome == Outcome::Abandoned) {
        out.kind = Decision::Failed;
        return out;
    }
    out.failure = outcome != Outcome::Succeeded;
    if (!out.failure || between(m_started, now) >= m_policy.resetAfter)
        m_doublings = 0;
    if (!out.failure) {
        out.kind = m_policy.policy == RestartPolicy::Always ? Decision::Restart : Decision::Completed;
        if (out.kind == Decision::Restart)
            out.delay = delayAfter(false, now, random);
        return out;
    }

    m_failures.push_back(now);
    while (between(m_failures.front(), now) >= m_policy.window && m_failures.size() > 1)
        m_failures.erase(m_failures.begin());
    // Without a limit nobody asks for more than one.
    while (m_policy.limit <= 0 && m_failures.size() > 1)
        m_failures.erase(m_failures.begin());
    out.failures = static_cast<int>(m_failures.size());
    if (m_policy.policy == RestartPolicy::Never) {
        out.kind = Decision::Failed;
        return out;
    }
    if (m_policy.limit > 0 && out.failures >= m_policy.limit) {
        out.kind = Decision::Failed;
        out.gaveUp = true;
        out.reason = "gave up after " + std::to_string(out.failures) + (out.failures == 1 ? " failure" : " failures");
        if (m_policy.window < Milliseconds::max())
            out.reason += " in " + formatDuration(m_policy.window);
        return out;
    }
    out.kind = Decision::Restart;
    out.delay = delayAfter(true, now, random);
    ++m_doublings;
    return out;
}

Milliseconds RestartTracker::delayAfter(bool failure, Instant now, double random) const
{
    if (m_policy.delay <= Milliseconds(0))
        return Milliseconds(0);
    const auto most = static_cast<double>(m_policy.maxDelay.count());
    // 2^30 times the shortest delay is twelve days: past every sensible maximum, and no overflow.
    const double doubled = std::ldexp(static_cast<double>(m_policy.delay.count()), failure ? std::min(m_doublings, 30) : 0);
    const double base = std::min(doubled, most);
    const double least = base * 0.9;
    const double chosen = least + std::clamp(random, 0.0, 1.0) * (std::min(base * 1.1, most) - least);
    const auto sinceStart = ceil<milliseconds>(m_started + minimumBetweenStarts - now);
    return std::max(Milliseconds(std::llround(chosen)), Milliseconds(sinceStart));
}

} // namespace turnspit
