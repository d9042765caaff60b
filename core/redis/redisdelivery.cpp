#include <redis/redisdelivery.h>

#include <redis/redisreply.h>

namespace turnspit {

using redis::number;
using redis::text;

RedisDelivery RedisDelivery::parse(const std::string& receipt)
{
    const std::size_t first = receipt.find(' ');
    const std::size_t second = first == receipt.npos ? first : receipt.find(' ', first + 1);
    // What Redis cannot read would be an error of its own.
    if (second == receipt.npos || second + 1 == receipt.size() || first == 0 ||
        receipt.find_first_not_of("0123456789-") != first)
        return {"0-0", "nobody", "0"};
    return {receipt.substr(0, first), receipt.substr(second + 1), receipt.substr(first + 1, second - first - 1)};
}

Message deliveredMessage(const redisReply& entry, const redisReply& fields, std::int64_t count,
                         const std::string& consumer)
{
    Message out;
    out.id = text(entry);
    out.attempts = int(count);
    for (std::size_t i = 0; i + 1 < fields.elements; i += 2) {
        const std::string_view name = text(*fields.element[i]);
        const std::string_view value = text(*fields.element[i + 1]);
        if (name == "i")
            out.id = value;
        else if (name == "a")
            out.attempts += int(number(value));
        else if (name == "s")
            out.sent = WallTime(std::chrono::microseconds(number(value)));
        else if (name == "k")
            out.key = value;
        else if (name == "b")
            out.body = value;
    }
    out.receipt = RedisDelivery{std::string(text(entry)), consumer, std::to_string(count)}.receipt();
    return out;
}

DeadLetter deadLetter(const redisReply& entry)
{
    DeadLetter out;
    out.died = WallTime(std::chrono::milliseconds(number(text(*entry.element[0]))));
    const redisReply& fields = *entry.element[1];
    for (std::size_t i = 0; i + 1 < fields.elements; i += 2) {
        const std::string_view name = text(*fields.element[i]);
        const std::string_view value = text(*fields.element[i + 1]);
        if (name == "i")
            out.id = value;
        else if (name == "a")
            out.attempts = int(number(value));
        else if (name == "s")
            out.sent = WallTime(std::chrono::microseconds(number(value)));
        else if (name == "k")
            out.key = value;
        else if (name == "b")
            out.body = value;
        else if (name == "r")
            out.reason = value;
    }
    return out;
}

} // namespace turnspit
