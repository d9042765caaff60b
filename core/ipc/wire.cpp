#include <ipc/wire.h>

#include <QJsonDocument>

namespace turnspit::wire {

namespace {

using Key = QLatin1StringView;

QByteArray lineOf(QJsonObject object)
{
    object.insert(Key("jsonrpc"), QStringLiteral("2.0"));
    return QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
}

} // namespace

qsizetype LineBuffer::findEnd()
{
    const qsizetype end = m_bytes.indexOf('\n', m_scanned);
    m_scanned = end < 0 ? m_bytes.size() : end;
    return end;
}

std::optional<QByteArray> LineBuffer::next()
{
    const qsizetype end = findEnd();
    if (end < 0) {
        // What is left of the last line only; the lines before it are cut off in one go.
        m_bytes.remove(0, m_begin);
        m_scanned -= std::exchange(m_begin, 0);
        return std::nullopt;
    }
    if (end - m_begin > m_limit)
        return std::nullopt;
    QByteArray line = m_bytes.sliced(m_begin, end - m_begin);
    m_begin = m_scanned = end + 1;
    return line;
}

bool LineBuffer::isTooLong()
{
    const qsizetype end = findEnd();
    return (end < 0 ? m_bytes.size() : end) - m_begin > m_limit;
}

std::expected<Request, Refusal> parseRequest(const QByteArray& line)
{
    const auto refuse = [](int code, std::string message, const QJsonValue& id = QJsonValue(), bool closes = true) {
        return std::unexpected(Refusal{code, std::move(message), id, closes});
    };
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(line, &error);
    if (error.error != QJsonParseError::NoError)
        return refuse(ParseError, "not JSON: " + error.errorString().toStdString() + " at byte " + std::to_string(error.offset));
    if (document.isArray())
        return refuse(InvalidRequest, "batches are not taken: send one object a line");
    const QJsonObject object = document.object();

    const QJsonValue id = object.value(Key("id"));
    if (!id.isUndefined() && !id.isString() && !id.isDouble() && !id.isNull())
        return refuse(InvalidRequest, "`id` must be a string or a number");
    if (object.value(Key("jsonrpc")).toString() != Key("2.0"))
        return refuse(InvalidRequest, "`jsonrpc` must be \"2.0\"", id.isUndefined() ? QJsonValue() : id);
    const QJsonValue method = object.value(Key("method"));
    if (!method.isString())
        return refuse(InvalidRequest, "`method` must be a string", id.isUndefined() ? QJsonValue() : id);
    const QJsonValue params = object.value(Key("params"));
    if (!params.isUndefined() && !params.isNull() && !params.isObject())
        return refuse(InvalidParameters, "`params` must be an object", id, false);
    return Request{id, method.toString(), params.toObject()};
}

Result<Message> parseMessage(const QByteArray& line)
{
    QJsonParseError parseError;
    const QJsonDocument document = QJsonDocument::fromJson(line, &parseError);
    if (!document.isObject())
        return fail(ErrorKind::Protocol, "a line that is not a JSON object");
    const QJsonObject object = document.object();
    Message message{
        .id = object.value(Key("id")),
        .method = object.value(Key("method")).toString(),
        .result = object.value(Key("result")),
        .error = std::nullopt,
        .params = object.value(Key("params")).toObject(),
    };
    if (const QJsonValue given = object.value(Key("error")); given.isObject()) {
        const QJsonObject data = given[Key("data")].toObject();
        message.error = Error{
            .kind = kindOf(given[Key("code")].toInt()),
            .message = given[Key("message")].toString().toStdString(),
            .file = data.value(Key("file")).toString().toStdString(),
            .line = data.value(Key("line")).toInt(),
            .column = data.value(Key("column")).toInt(),
        };
    } else if (!message.isNotification() && message.result.isUndefined()) {
        return fail(ErrorKind::Protocol, "an object that is neither an answer nor a notification");
    }
    return message;
}

QByteArray requestLine(const QJsonValue& id, const QString& method, const QJsonObject& params)
{
    return lineOf({{Key("id"), id}, {Key("method"), method}, {Key("params"), params}});
}

QByteArray notificationLine(const QString& method, const QJsonObject& params)
{
    return lineOf({{Key("method"), method}, {Key("params"), params}});
}

QByteArray resultLine(const QJsonValue& id, const QJsonValue& result)
{
    return lineOf({{Key("id"), id}, {Key("result"), result}});
}

QByteArray errorLine(const QJsonValue& id, int code, const std::string& message, const QJsonObject& data)
{
    QJsonObject error{{Key("code"), code}, {Key("message"), QString::fromStdString(message)}};
    if (!data.isEmpty())
        error.insert(Key("data"), data);
    return lineOf({{Key("id"), id}, {Key("error"), error}});
}

QByteArray errorLine(const QJsonValue& id, const Error& error)
{
    QJsonObject data;
    if (error.kind == ErrorKind::InvalidDefinition || !error.file.empty()) {
        data = {{Key("file"), QString::fromStdString(error.file)},
                {Key("line"), error.line},
                {Key("column"), error.column}};
    }
    return errorLine(id, codeOf(error.kind), error.message, data);
}

int codeOf(ErrorKind kind) noexcept
{
    switch (kind) {
    case ErrorKind::Failed: return Failed;
    case ErrorKind::NoSuchService: return NoSuchService;
    case ErrorKind::Refused: return Refused;
    case ErrorKind::TimedOut: return TimedOut;
    case ErrorKind::InvalidDefinition: return InvalidDefinition;
    case ErrorKind::Unreachable: return Unreachable;
    case ErrorKind::Protocol: return InvalidParameters;
    case ErrorKind::Cancelled: return Cancelled;
    }
    return InternalError;
}

ErrorKind kindOf(int code) noexcept
{
    switch (code) {
    case NoSuchService: return ErrorKind::NoSuchService;
    case Refused: return ErrorKind::Refused;
    case TimedOut: return ErrorKind::TimedOut;
    case InvalidDefinition: return ErrorKind::InvalidDefinition;
    case Unreachable: return ErrorKind::Unreachable;
    case Cancelled: return ErrorKind::Cancelled;
    case ParseError:
    case InvalidRequest:
    case UnknownMethod:
    case InvalidParameters: return ErrorKind::Protocol;
    default: return ErrorKind::Failed;
    }
}

} // namespace turnspit::wire
