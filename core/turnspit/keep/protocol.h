#pragma once

#include <turnspit/base/error.h>
#include <turnspit/keep/messages.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// The bytes between a host and its keeper. A frame is a u32 length of what follows (little-endian, as all numbers), a
/// u16 type and the payload: the fields in the order of messages.h. Strings and lists begin with a u32 count; a
/// structure inside a message begins with its u32 length in bytes. Bytes that follow the known fields of a message or a
/// structure are skipped, so a later version can add fields at the end.
namespace turnspit::keep {

using HostMessage = std::variant<Hello, Spawn, Stop, Mark, Watch, Acknowledge, Prune, Goodbye>;
using KeeperMessage = std::variant<Welcome, Refused, Began, SpawnFailed, Stopping, Killing, Ended, Wrote, NotKept>;

/// Bytes of type and payload together; a longer frame is refused before it is read.
inline constexpr std::uint32_t maxFrameSize = 8U << 20U;

/// Appends one frame to `out`.
void encode(const HostMessage& message, std::string& out);
void encode(const KeeperMessage& message, std::string& out);

[[nodiscard]] std::string encode(const HostMessage& message);
[[nodiscard]] std::string encode(const KeeperMessage& message);

/// Takes bytes in pieces of any size and yields the messages in them. `Message` is HostMessage or KeeperMessage.
/// Holds at most one incomplete frame and what was fed beyond it. One thread.
template <class Message>
class Decoder
{
public:
    void feed(std::string_view bytes);

    /// nullopt: the next frame is not complete yet. A malformed or over-long frame is ErrorKind::Protocol, from then on
    /// always: there is no way to find the next frame behind a broken one.
    [[nodiscard]] Result<std::optional<Message>> next();

private:
    std::string m_buffer;
    std::size_t m_begin = 0; ///< bytes of m_buffer that are used up
    std::optional<Error> m_error;
};

using HostDecoder = Decoder<HostMessage>;
using KeeperDecoder = Decoder<KeeperMessage>;

extern template class Decoder<HostMessage>;
extern template class Decoder<KeeperMessage>;

} // namespace turnspit::keep
