#pragma once

#include <turnspit/async/task.h>
#include <turnspit/control/json.h>
#include <turnspit/control/jsonfields.h>

#include <QJsonArray>
#include <QJsonObject>

#include <type_traits>

// What methods read their parameters with, and make their results of.
namespace turnspit::wire {

using Answer = Task<Result<QJsonValue>>;
using Key = QLatin1StringView;

constexpr int maxListed = 10'000; // runs, events and times: an answer of so many stays far below its limit

/// One string that must be there.
[[nodiscard]] Result<QString> required(const QJsonObject& params, const char* key);

[[nodiscard]] Result<int> countIn(const QJsonObject& params, const char* key, int whenMissing, int most);

/// What a client may say began a run; the other triggers are the host's own.
[[nodiscard]] Result<> checkTrigger(Trigger trigger);

[[nodiscard]] Result<Trigger> triggerIn(const QJsonObject& params);

[[nodiscard]] Result<RunId> runIdIn(const QJsonObject& params);

[[nodiscard]] inline QJsonValue asJson(const QString& text)
{
    return QJsonObject{{Key("text"), text}};
}
[[nodiscard]] inline QJsonValue asJson(const QStringList& list)
{
    return QJsonArray::fromStringList(list);
}

template <class T>
[[nodiscard]] QJsonValue asJson(const T& value)
{
    return toJson(value);
}

template <class T>
[[nodiscard]] Result<QJsonValue> answer(const Result<T>& result)
{
    if (!result)
        return fail(result.error());
    if constexpr (std::is_void_v<T>)
        return QJsonObject();
    else
        return asJson(*result);
}

} // namespace turnspit::wire
