#include <turnspit/keep/protocol.h>

#include <chrono>
#include <concepts>
#include <cstring>
#include <type_traits>
#include <utility>

namespace turnspit::keep {

namespace {

// ---- the fields of each message, once for both directions
// ----------------------------------------------------------------

template <class V>
void fields(V& v, auto& m, Hello*)
{
    v(m.version), v(m.host), v(m.logTotalSize);
}

template <class V>
void fields(V& v, auto& m, LogPlan*)
{
    v(m.capture), v(m.folder), v(m.maxSize), v(m.segmentSize), v(m.maxAge);
}

template <class V>
void fields(V& v, auto& m, LogPosition*)
{
    v(m.segment), v(m.offset);
}

template <class V>
void fields(V& v, auto& m, Spawn*)
{
    v(m.run), v(m.service), v(m.executable), v(m.arguments), v(m.environment), v(m.workingDirectory), v(m.umask),
        v(m.log);
    v(m.stopSignal), v(m.stopCommand), v(m.successExitCodes), v(m.trigger), v(m.attempt), v(m.stopTimeout),
        v(m.definition);
}

template <class V>
void fields(V& v, auto& m, Stop*)
{
    v(m.run), v(m.why), v(m.limit);
}

template <class V>
void fields(V& v, auto& m, Mark*)
{
    v(m.service), v(m.log), v(m.text);
}

template <class V>
void fields(V& v, auto& m, Watch*)
{
    v(m.service), v(m.on);
}

template <class V>
void fields(V& v, auto& m, Acknowledge*)
{
    v(m.run);
}

template <class V>
void fields(V& v, auto& m, Prune*)
{
    v(m.service), v(m.log);
}

template <class V>
void fields(V& /*v*/, auto& /*m*/, Goodbye*)
{
}

template <class V>
void fields(V& v, auto& m, LiveRun*)
{
    v(m.run), v(m.service), v(m.pid), v(m.startTime), v(m.began), v(m.trigger), v(m.attempt), v(m.stopping),
        v(m.logBegin), v(m.definition);
}

template <class V>
void fields(V& v, auto& m, Welcome*)
{
    v(m.version), v(m.pid), v(m.live), v(m.recovered), v(m.endsToCome);
}

template <class V>
void fields(V& v, auto& m, Refused*)
{
    v(m.reason);
}

template <class V>
void fields(V& v, auto& m, Began*)
{
    v(m.run);
}

template <class V>
void fields(V& v, auto& m, SpawnFailed*)
{
    v(m.run), v(m.step), v(m.error);
}

template <class V>
void fields(V& v, auto& m, Stopping*)
{
    v(m.run), v(m.at), v(m.killAt);
}

template <class V>
void fields(V& v, auto& m, Killing*)
{
    v(m.run), v(m.reason);
}

template <class V>
void fields(V& v, auto& m, Ended*)
{
    v(m.run), v(m.service), v(m.pid), v(m.trigger), v(m.attempt), v(m.began), v(m.ended), v(m.outcome), v(m.exitCode);
    v(m.signal), v(m.reason), v(m.cpuMicroseconds), v(m.peakMemory), v(m.logLines), v(m.logBegin), v(m.logEnd),
        v(m.alive);
}

template <class V>
void fields(V& v, auto& m, Wrote*)
{
    v(m.service), v(m.end);
}

template <class V>
void fields(V& v, auto& m, NotKept*)
{
    v(m.error);
}

template <class T>
concept Structure = requires(T& t) { fields(t, t, static_cast<T*>(nullptr)); };

// ---- enumerations travel as one byte and are checked against their last value
// ---------------------------------------------

constexpr std::uint8_t lastOf(Trigger*)
{
    return static_cast<std::uint8_t>(Trigger::Ctl);
}
constexpr std::uint8_t lastOf(Outcome*)
{
    return static_cast<std::uint8_t>(Outcome::Unknown);
}
constexpr std::uint8_t lastOf(StopWhy*)
{
    return static_cast<std::uint8_t>(StopWhy::TimeOut);
}
constexpr std::uint8_t lastOf(SpawnStep*)
{
    return static_cast<std::uint8_t>(SpawnStep::Clone);
}

void putNumber(std::string& out, std::uint64_t value, std::size_t bytes)
{
    for (std::size_t i = 0; i < bytes; ++i)
        out += static_cast<char>((value >> (8 * i)) & 0xffU);
}

void setNumber(std::string& out, std::size_t at, std::uint32_t value)
{
    for (std::size_t i = 0; i < 4; ++i)
        out[at + i] = static_cast<char>((value >> (8 * i)) & 0xffU);
}

class Writer
{
public:
    explicit Writer(std::string& out) : m_out(out) {}

    void operator()(bool value) { putNumber(m_out, value ? 1 : 0, 1); }

    template <std::integral T>
    void operator()(T value)
    {
        putNumber(m_out, static_cast<std::uint64_t>(value), sizeof(T));
    }

    template <class T>
        requires std::is_enum_v<T>
    void operator()(T value)
    {
        putNumber(m_out, static_cast<std::uint8_t>(value), 1);
    }

    void operator()(RunId run) { putNumber(m_out, run.value, 8); }
    void operator()(Milliseconds value) { putNumber(m_out, static_cast<std::uint64_t>(value.count()), 8); }
    void operator()(WallTime value)
    {
        putNumber(m_out, static_cast<std::uint64_t>(value.time_since_epoch().count()), 8);
    }

    void operator()(const std::string& text)
    {
        putNumber(m_out, text.size(), 4);
        m_out += text;
    }

    template <class T>
    void operator()(const std::vector<T>& list)
    {
        putNumber(m_out, list.size(), 4);
        for (const T& element : list)
            (*this)(element);
    }

    template <class T>
        requires Structure<T>
    void operator()(const T& value)
    {
        const std::size_t at = m_out.size();
        putNumber(m_out, 0, 4);
        fields(*this, value, static_cast<T*>(nullptr));
        setNumber(m_out, at, static_cast<std::uint32_t>(m_out.size() - at - 4));
    }

private:
    std::string& m_out;
};

/// Reads fields; after the first that does not fit, ok() is false and the rest stays as it was.
class Reader
{
public:
    explicit Reader(std::string_view bytes) : m_rest(bytes) {}

    [[nodiscard]] bool ok() const { return m_ok; }

    void operator()(bool& value) { value = number(1) != 0; }

    template <std::integral T>
    void operator()(T& value)
    {
        value = static_cast<T>(number(sizeof(T)));
    }

    template <class T>
        requires std::is_enum_v<T>
    void operator()(T& value)
    {
        const auto raw = static_cast<std::uint8_t>(number(1));
        if (raw > lastOf(static_cast<T*>(nullptr)))
            m_ok = false;
        else
            value = static_cast<T>(raw);
    }

    void operator()(RunId& run) { run.value = number(8); }
    void operator()(Milliseconds& value) { value = Milliseconds(static_cast<std::int64_t>(number(8))); }

    void operator()(WallTime& value)
    {
        value = WallTime(std::chrono::microseconds(static_cast<std::int64_t>(number(8))));
    }

    void operator()(std::string& text) { text = take(number(4)); }

    template <class T>
    void operator()(std::vector<T>& list)
    {
        const std::uint64_t count = number(4);
        list.clear();
        // Each element takes a byte at least: a count beyond that is a lie, and no reason to reserve memory.
        if (count > m_rest.size()) {
            m_ok = false;
            return;
        }
        for (std::uint64_t i = 0; i < count && m_ok; ++i)
            (*this)(list.emplace_back());
    }

    template <class T>
        requires Structure<T>
    void operator()(T& value)
    {
        Reader inner(take(number(4)));
        if (!m_ok)
            return;
        fields(inner, value, static_cast<T*>(nullptr));
        m_ok = inner.ok();
    }

private:
    std::string_view take(std::uint64_t size)
    {
        if (!m_ok || size > m_rest.size()) {
            m_ok = false;
            return {};
        }
        const std::string_view out = m_rest.substr(0, size);
        m_rest.remove_prefix(size);
        return out;
    }

    std::uint64_t number(std::size_t bytes)
    {
        const std::string_view raw = take(bytes);
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < raw.size(); ++i)
            value |= static_cast<std::uint64_t>(static_cast<unsigned char>(raw[i])) << (8 * i);
        return value;
    }

    std::string_view m_rest;
    bool m_ok = true;
};

// ---- frames
// ---------------------------------------------------------------------------------------------------------------

/// The type number of a message is its place in the variant, so new ones go to the end; the sides do not share numbers.
template <class Message>
constexpr std::uint16_t firstType = std::is_same_v<Message, HostMessage> ? 1 : 101;

template <class Message>
void encodeFrame(const Message& message, std::string& out)
{
    const std::size_t at = out.size();
    putNumber(out, 0, 4);
    putNumber(out, firstType<Message> + message.index(), 2);
    Writer writer(out);
    std::visit([&writer](const auto& m) { fields(writer, m, static_cast<std::remove_cvref_t<decltype(m)>*>(nullptr)); },
               message);
    setNumber(out, at, static_cast<std::uint32_t>(out.size() - at - 4));
}

template <class Message, std::size_t I = 0>
bool decodePayload(std::size_t index, std::string_view payload, Message& out)
{
    if constexpr (I < std::variant_size_v<Message>) {
        if (index != I)
            return decodePayload<Message, I + 1>(index, payload, out);
        auto& m = out.template emplace<I>();
        Reader reader(payload);
        fields(reader, m, &m);
        return reader.ok();
    } else {
        return false;
    }
}

} // namespace

void encode(const HostMessage& message, std::string& out)
{
    encodeFrame(message, out);
}

void encode(const KeeperMessage& message, std::string& out)
{
    encodeFrame(message, out);
}

std::string encode(const HostMessage& message)
{
    std::string out;
    encodeFrame(message, out);
    return out;
}

std::string encode(const KeeperMessage& message)
{
    std::string out;
    encodeFrame(message, out);
    return out;
}

template <class Message>
void Decoder<Message>::feed(std::string_view bytes)
{
    if (m_error)
        return;
    if (m_begin > 0) {
        m_buffer.erase(0, m_begin);
        m_begin = 0;
    }
    m_buffer.append(bytes);
}

template <class Message>
Result<std::optional<Message>> Decoder<Message>::next()
{
    if (m_error)
        return fail(*m_error);

    const std::string_view rest = std::string_view(m_buffer).substr(m_begin);
    if (rest.size() < 4) {
        if (rest.empty() && m_buffer.capacity() > (64U << 10U)) {
            m_buffer = {};
            m_begin = 0;
        }
        return std::nullopt;
    }
    std::uint32_t length = 0;
    for (std::size_t i = 0; i < 4; ++i)
        length |= static_cast<std::uint32_t>(static_cast<unsigned char>(rest[i])) << (8 * i);
    if (length < 2 || length > maxFrameSize) {
        m_error = Error{ErrorKind::Protocol, "a frame of " + std::to_string(length) + " bytes is not in the protocol"};
        return fail(*m_error);
    }
    if (rest.size() < 4 + static_cast<std::size_t>(length))
        return std::nullopt;

    const unsigned type =
        static_cast<unsigned char>(rest[4]) | (static_cast<unsigned>(static_cast<unsigned char>(rest[5])) << 8U);
    Message message;
    if (type < firstType<Message> || !decodePayload(type - firstType<Message>, rest.substr(6, length - 2), message)) {
        m_error = Error{ErrorKind::Protocol,
                        "a frame of type " + std::to_string(type) + " is not in the protocol or malformed"};
        return fail(*m_error);
    }
    m_begin += 4 + static_cast<std::size_t>(length);
    return std::optional<Message>(std::move(message));
}

template class Decoder<HostMessage>;
template class Decoder<KeeperMessage>;

} // namespace turnspit::keep
