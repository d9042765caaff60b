#pragma once

#include <redis/redisdelivery.h>
#include <turnspit/base/clock.h>
#include <turnspit/base/time.h>
#include <turnspit/base/units.h>

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace turnspit {

/// Deliveries that are held for longer than the server does at once: it is told again and again. Belongs to one thread.
class RedisExtensions
{
public:
    /// `renew`: hold this one, as one that has been held for `already`.
    using Renew = std::function<void(const RedisDelivery&, Milliseconds already)>;

    RedisExtensions(Clock& clock, Milliseconds visibility, Renew renew);

    /// The server has begun to.
    void add(RedisDelivery delivery, Instant until);
    /// It was settled, or is held until another time.
    void forget(const std::string& receipt) { m_all.erase(receipt); }
    void clear() { m_all.clear(); }

private:
    struct Extension
    {
        RedisDelivery delivery;
        Instant until;
    };

    void renewAll();

    Clock& m_clock;
    const Milliseconds m_visibility;
    const Renew m_renew;
    std::map<std::string, Extension> m_all; ///< by receipt
    std::unique_ptr<ClockTimer> m_timer;
};

} // namespace turnspit
