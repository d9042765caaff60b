#pragma once

#include <turnspit/async/task.h>
#include <turnspit/base/error.h>

#include <QJsonObject>
#include <QJsonValue>
#include <QStringList>

#include <string_view>

namespace turnspit {

class HostSession;

namespace wire {

/// One call of HostSession by its name on the wire.
struct Method
{
    std::string_view name;

    /// ErrorKind::Protocol: a bad parameter, named in the message.
    Task<Result<QJsonValue>> (*call)(HostSession& session, QJsonObject params);

    /// Where set: changes `params` so that the answer becomes smaller than `result`; false where it cannot.
    bool (*askForLess)(QJsonObject& params, const QJsonValue& result) = nullptr;
};

/// Null for an unknown name. `hello` and `subscribe` are the connection's own and not here.
[[nodiscard]] const Method* findMethod(QStringView name);

/// Every method that a client may call, `hello` and `subscribe` too.
[[nodiscard]] QStringList methodNames();

} // namespace wire
} // namespace turnspit
