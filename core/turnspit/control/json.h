#pragma once

#include <turnspit/control/values.h>

#include <QJsonArray>
#include <QJsonObject>
#include <QJsonValue>

/// The JSON form of the values: what the wire carries and what `turnspitctl --json` prints. Times are RFC 3339 strings, durations
/// seconds, absent values null. Reading is tolerant: unknown keys are ignored, a missing one keeps its default; a key of the wrong type
/// is an Error that names it.
namespace turnspit {

[[nodiscard]] QJsonObject toJson(const ServiceInfo& service); ///< exactly the keys of `list --json`, always all
[[nodiscard]] QJsonObject toJson(const HostInfo& host);
[[nodiscard]] QJsonObject toJson(const Snapshot& snapshot);
[[nodiscard]] QJsonObject toJson(const Delta& delta);
[[nodiscard]] QJsonObject toJson(const RunInfo& run);
[[nodiscard]] QJsonObject toJson(const RunQuery& query);
[[nodiscard]] QJsonObject toJson(const PlannedRun& run);
[[nodiscard]] QJsonObject toJson(const LogEntryInfo& entry); ///< `{n, time, stream, text}`; `b64` instead of `text` where it is not UTF-8
[[nodiscard]] QJsonObject toJson(const LogQuery& query);
[[nodiscard]] QJsonObject toJson(const LogPage& page);
[[nodiscard]] QJsonObject toJson(const ActionRequest& request);
[[nodiscard]] QJsonObject toJson(const ActionResult& result); ///< `{name, ok, state, error}` and `note` where there is one
[[nodiscard]] QJsonObject toJson(const DefinitionInfo& definition);
[[nodiscard]] QJsonObject toJson(const Diagnostic& diagnostic);
[[nodiscard]] QJsonObject toJson(const AddRequest& request);
[[nodiscard]] QJsonObject toJson(const UpdateRequest& request);
[[nodiscard]] QJsonObject toJson(const HostEvent& event);
[[nodiscard]] QJsonObject toJson(const EventQuery& query);
[[nodiscard]] QJsonObject toJson(const SchedulePreview& preview);

template <class T>
[[nodiscard]] QJsonArray toJson(const QList<T>& list)
{
    QJsonArray array;
    for (const T& value : list)
        array.append(toJson(value));
    return array;
}

/// `fromJson<RunInfo>(object)`; specialised for every type above.
template <class T>
[[nodiscard]] Result<T> fromJson(const QJsonObject& object);

template <class T>
[[nodiscard]] Result<QList<T>> listFromJson(const QJsonValue& value)
{
    if (!value.isArray())
        return fail(ErrorKind::Protocol, "expected an array");
    QList<T> list;
    for (const QJsonValue& item : value.toArray()) {
        auto parsed = fromJson<T>(item.toObject());
        if (!parsed)
            return fail(parsed.error());
        list.append(*std::move(parsed));
    }
    return list;
}

} // namespace turnspit
