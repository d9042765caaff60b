#pragma once

#include <hiredis/hiredis.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>

// What answers of the server say. Lives as long as the answer.
namespace turnspit::redis {

[[nodiscard]] inline std::string_view text(const redisReply& reply)
{
    return {reply.str ? reply.str : "", reply.len};
}

[[nodiscard]] inline bool isArray(const redisReply& reply, std::size_t least = 0)
{
    return reply.type == REDIS_REPLY_ARRAY && reply.elements >= least;
}

[[nodiscard]] inline std::int64_t number(std::string_view digits)
{
    std::int64_t out = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), out);
    return out;
}

} // namespace turnspit::redis
