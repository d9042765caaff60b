#pragma once

#include <string>

namespace turnspit {

/// What happens to a message in Redis as one step: Lua, run by EVALSHA. Works for Redis 6.2 and later.
///
/// Keys: 1 the stream of messages, 2 the sorted set of those put off (identity, due in ms), 3 the hash of what is put off (identity, packed),
/// 4 the stream of dead letters; of `send` also 5 the counter of identities and, of a message with a key, 6 that.
/// A message is the fields i identity (absent: its entry's), a attempts before (absent: 0), s sent in us, k key, b body; a dead letter also
/// r reason. A delivery is named by its entry, the consumer that has it and the count of the group.
class RedisScript
{
public:
    explicit RedisScript(const char* body);

    [[nodiscard]] const std::string& text() const noexcept { return m_text; }
    [[nodiscard]] const std::string& sha() const noexcept { return m_sha; }

    // ARGV in the order of their words.

    /// body, sent, key, dedup window, delay -> identity, 1: a duplicate
    static const RedisScript& send();
    /// entry, consumer, count -> 1: acked
    static const RedisScript& ack();
    /// entry, consumer, count, delay, 1: counts, max attempts, reason, max dead letters -> 1: done, 2: died
    static const RedisScript& nack();
    /// entry, consumer, count, reason, max dead letters -> 1: done
    static const RedisScript& bury();
    /// entry, consumer, count, ms that it counts as held already -> 1: done
    static const RedisScript& extend();
    /// consumer, visibility, how many to claim, max attempts, max dead letters, cursor, reason of those that die
    /// -> ms until the next one that was put off (-1: none), cursor, claimed: entry, count, fields
    /// One XAUTOCLAIM looks at ten deliveries for each that it may claim, and most are in time: it is asked again up to the end, or often.
    static const RedisScript& care();
    /// identity, 1: put it back -> 1: done
    static const RedisScript& takeDead();
    /// -> messages, in flight, put off, dead
    static const RedisScript& status();

    /// consumer: it goes, as all that hold nothing and were not heard of for an hour; the group would list them for ever
    static const RedisScript& leave();

    /// The name of the consumer group.
    static constexpr const char* group = "turnspit";

private:
    std::string m_text;
    std::string m_sha;
};

} // namespace turnspit
