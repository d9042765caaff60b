#pragma once

#include <turnspit/base/error.h>

#include <QByteArray>
#include <QJsonObject>
#include <QJsonValue>
#include <QString>

#include <expected>
#include <optional>

/// JSON-RPC 2.0 as both ends of the control socket speak it (resources/protocol.md): one object a line, UTF-8.
namespace turnspit::wire {

inline constexpr int protocolVersion = 1;
inline constexpr qsizetype maxRequest = qsizetype(1) << 20;  ///< bytes of a line to the host, without its newline
inline constexpr qsizetype maxAnswer = qsizetype(16) << 20;  ///< bytes of a line from the host

/// Error codes of JSON-RPC and ours.
enum Code {
    ParseError = -32700,
    InvalidRequest = -32600,
    UnknownMethod = -32601,
    InvalidParameters = -32602,
    InternalError = -32603,
    Failed = -32000,
    NoSuchService = -32001,
    Refused = -32002,
    TimedOut = -32003,
    InvalidDefinition = -32004,
    Unreachable = -32005,
    Cancelled = -32006,
};

/// Cuts a stream of bytes into lines. Bounded: once no newline has come in `limit` bytes, nothing is taken any more.
class LineBuffer
{
public:
    explicit LineBuffer(qsizetype limit) : m_limit(limit) {}

    void feed(QByteArrayView bytes) { m_bytes.append(bytes); }

    /// The next whole line without its newline, if there is one and it is not too long.
    [[nodiscard]] std::optional<QByteArray> next();

    /// The line that has begun is longer than the limit already.
    [[nodiscard]] bool isTooLong();

private:
    [[nodiscard]] qsizetype findEnd();

    qsizetype m_limit;
    QByteArray m_bytes;
    qsizetype m_begin = 0;   // of the next line
    qsizetype m_scanned = 0; // no newline between m_begin and here
};

struct Request
{
    QJsonValue id = QJsonValue(QJsonValue::Undefined); ///< undefined: a notification, nothing is answered
    QString method;
    QJsonObject params;

    [[nodiscard]] bool isNotification() const { return id.isUndefined(); }
};

/// A line that is not a request.
struct Refusal
{
    int code = InvalidRequest;
    std::string message;
    QJsonValue id;       ///< null where none could be read
    bool closes = true;  ///< the connection ends after the error has been sent
};

[[nodiscard]] std::expected<Request, Refusal> parseRequest(const QByteArray& line);

/// What a client reads: an answer (id and either result or error), or a notification (method and params).
struct Message
{
    QJsonValue id;
    QString method;
    QJsonValue result;
    std::optional<Error> error;
    QJsonObject params;

    [[nodiscard]] bool isNotification() const { return !method.isEmpty(); }
};

/// ErrorKind::Protocol where the line is neither.
[[nodiscard]] Result<Message> parseMessage(const QByteArray& line);

// Each with its newline.
[[nodiscard]] QByteArray requestLine(const QJsonValue& id, const QString& method, const QJsonObject& params);
[[nodiscard]] QByteArray notificationLine(const QString& method, const QJsonObject& params);
[[nodiscard]] QByteArray resultLine(const QJsonValue& id, const QJsonValue& result);
[[nodiscard]] QByteArray errorLine(const QJsonValue& id, int code, const std::string& message, const QJsonObject& data = {});
[[nodiscard]] QByteArray errorLine(const QJsonValue& id, const Error& error);

[[nodiscard]] int codeOf(ErrorKind kind) noexcept;
[[nodiscard]] ErrorKind kindOf(int code) noexcept;

} // namespace turnspit::wire
