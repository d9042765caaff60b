#pragma once

#include <turnspit/keep/protocol.h>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace turnspit::keep {

/// The keeper's end of keep.sock: listens, holds one connection, refuses further ones while it lives. Nothing here
/// blocks: what the host does not read waits in memory, so droppable messages are to be sent only while roomFor() says
/// so. One thread.
class HostLink
{
public:
    HostLink();
    ~HostLink();
    HostLink(const HostLink&) = delete;
    HostLink& operator=(const HostLink&) = delete;

    /// Listens at `path` (0600); takes the place of a socket that is there already, so the caller holds the lock. An
    /// errno, or 0.
    [[nodiscard]] int listen(const std::string& path);
    void closeListening();

    /// Each message of the host; and the end of the connection, once, whoever ended it.
    std::function<void(const HostMessage&)> onMessage;
    std::function<void()> onLost;

    /// Readable when there is something to do.
    [[nodiscard]] int descriptor() const { return m_epoll; }
    void work();

    [[nodiscard]] bool isConnected() const { return m_connection >= 0; }
    /// Gathered: a hundred ends in one round are a few wake-ups of the host, not a hundred. What is gathered goes after some messages,
    /// after half a millisecond of a long round (the host works on the first starts while the next are made), and with sendGathered.
    void send(const KeeperMessage& message);
    /// At the end of each round.
    void sendGathered();
    [[nodiscard]] bool roomFor() const { return m_out.size() - m_sent < (64U << 10U); }

    /// Sends what can be sent and ends the connection.
    void drop();

private:
    void accept();
    void readConnection(int reads);
    void flush();
    void lost();

    std::string m_path;
    int m_epoll = -1;
    int m_listening = -1;
    int m_connection = -1;
    HostDecoder m_decoder;
    std::string m_out;
    std::size_t m_sent = 0;
    int m_gathered = 0;
    Instant m_gatheredSince;
    bool m_wantsToWrite = false;
    std::vector<int> m_refused; ///< until they have read why
};

} // namespace turnspit::keep
