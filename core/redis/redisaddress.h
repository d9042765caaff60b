#pragma once

#include <string>

namespace turnspit {

/// Where a Redis server is, and who asks.
struct RedisAddress
{
    std::string host = "127.0.0.1"; ///< a name is looked up, which may take a while, in the connection's thread
    int port = 6379;
    std::string unixSocket = {};    ///< instead of host and port
    std::string username = {};      ///< empty: the default user
    std::string password = {};      ///< empty: none is asked for
    int database = 0;

    [[nodiscard]] std::string text() const;
};

} // namespace turnspit
