#include <redis/redisextensions.h>

#include <algorithm>

namespace turnspit {

RedisExtensions::RedisExtensions(Clock& clock, Milliseconds visibility, Renew renew)
    : m_clock(clock), m_visibility(visibility), m_renew(std::move(renew)),
      m_timer(clock.createTimer([this] { renewAll(); }))
{
}

void RedisExtensions::add(RedisDelivery delivery, Instant until)
{
    const std::string receipt = delivery.receipt();
    if (m_all.empty()) // else it runs already, and those that wait for it must not wait longer
        m_timer->startOnce(m_visibility / 4);
    m_all.insert_or_assign(receipt, Extension{std::move(delivery), until});
}

void RedisExtensions::renewAll()
{
    const Instant now = m_clock.now();
    for (auto place = m_all.begin(); place != m_all.end();) {
        const auto& [delivery, until] = place->second;
        const auto left = std::chrono::ceil<Milliseconds>(until - now);
        const bool last = left <= m_visibility;
        m_renew(delivery, last ? m_visibility - std::max(left, Milliseconds(0)) : Milliseconds(0));
        place = last ? m_all.erase(place) : std::next(place);
    }
    if (!m_all.empty())
        m_timer->startOnce(m_visibility / 4);
}

} // namespace turnspit
