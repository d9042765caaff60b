#pragma once

#include <turnspit/control/values.h>

#include <QJsonArray>
#include <QJsonObject>
#include <QJsonValue>

#include <optional>
#include <string_view>

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
[[nodiscard]] QJsonObject toJson(const LogExtentQuery& query);
[[nodiscard]] QJsonObject toJson(const LogExtent& extent);
[[nodiscard]] QJsonObject toJson(const LogFind& query);
[[nodiscard]] QJsonObject toJson(const LogFound& found); ///< spans are pairs in one array: `[first, count, first, count]`
[[nodiscard]] QJsonObject toJson(const ActionRequest& request);
[[nodiscard]] QJsonObject toJson(const ActionResult& result); ///< `{name, ok, state, error}` and `note` where there is one
[[nodiscard]] QJsonObject toJson(const DefinitionInfo& definition);
[[nodiscard]] QJsonObject toJson(const Diagnostic& diagnostic);
[[nodiscard]] QJsonObject toJson(const AddRequest& request);
[[nodiscard]] QJsonObject toJson(const UpdateRequest& request);
[[nodiscard]] QJsonObject toJson(const GoodVersion& version);
[[nodiscard]] QJsonObject toJson(const HostEvent& event);
[[nodiscard]] QJsonObject toJson(const EventQuery& query);
[[nodiscard]] QJsonObject toJson(const SchedulePreview& preview);
[[nodiscard]] QJsonObject toJson(const StopInfo& stop);
[[nodiscard]] QJsonObject toJson(const HoldInfo& hold);
[[nodiscard]] QJsonObject toJson(const UsageSample& sample);
[[nodiscard]] QJsonObject toJson(const UsageQuery& query);
[[nodiscard]] QJsonObject toJson(const ServiceUsage& usage);
[[nodiscard]] QJsonObject toJson(const QueueInfo& queue);
[[nodiscard]] QJsonObject toJson(const KeyEdit& edit);
[[nodiscard]] QJsonObject toJson(const InspectRequest& request);
[[nodiscard]] QJsonObject toJson(const Remark& remark);
[[nodiscard]] QJsonObject toJson(const Inspection& inspection);
[[nodiscard]] QJsonObject toJson(const TryRequest& request);
[[nodiscard]] QJsonObject toJson(const TryPage& page); ///< output as `{stream, text}`, `b64` instead of `text` where it is not UTF-8

/// `start`, `stop`, ...: the last part of the method on the wire, and the command of turnspitctl.
[[nodiscard]] std::string_view toString(Action action) noexcept;
[[nodiscard]] std::optional<Action> actionFromString(std::string_view word) noexcept;

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

template <> Result<ServiceInfo> fromJson(const QJsonObject& object);
template <> Result<HostInfo> fromJson(const QJsonObject& object);
template <> Result<Snapshot> fromJson(const QJsonObject& object);
template <> Result<Delta> fromJson(const QJsonObject& object);
template <> Result<RunInfo> fromJson(const QJsonObject& object);
template <> Result<RunQuery> fromJson(const QJsonObject& object);
template <> Result<PlannedRun> fromJson(const QJsonObject& object);
template <> Result<LogEntryInfo> fromJson(const QJsonObject& object);
template <> Result<LogQuery> fromJson(const QJsonObject& object);
template <> Result<LogPage> fromJson(const QJsonObject& object);
template <> Result<LogExtentQuery> fromJson(const QJsonObject& object);
template <> Result<LogExtent> fromJson(const QJsonObject& object);
template <> Result<LogFind> fromJson(const QJsonObject& object);
template <> Result<LogFound> fromJson(const QJsonObject& object);
template <> Result<ActionRequest> fromJson(const QJsonObject& object); ///< `name` besides `names`, too
template <> Result<ActionResult> fromJson(const QJsonObject& object);
template <> Result<DefinitionInfo> fromJson(const QJsonObject& object);
template <> Result<Diagnostic> fromJson(const QJsonObject& object);
template <> Result<AddRequest> fromJson(const QJsonObject& object);
template <> Result<UpdateRequest> fromJson(const QJsonObject& object);
template <> Result<GoodVersion> fromJson(const QJsonObject& object);
template <> Result<HostEvent> fromJson(const QJsonObject& object);
template <> Result<EventQuery> fromJson(const QJsonObject& object);
template <> Result<SchedulePreview> fromJson(const QJsonObject& object);
template <> Result<StopInfo> fromJson(const QJsonObject& object);
template <> Result<HoldInfo> fromJson(const QJsonObject& object);
template <> Result<UsageSample> fromJson(const QJsonObject& object);
template <> Result<UsageQuery> fromJson(const QJsonObject& object);
template <> Result<ServiceUsage> fromJson(const QJsonObject& object);
template <> Result<QueueInfo> fromJson(const QJsonObject& object);
template <> Result<KeyEdit> fromJson(const QJsonObject& object);
template <> Result<InspectRequest> fromJson(const QJsonObject& object);
template <> Result<Remark> fromJson(const QJsonObject& object);
template <> Result<Inspection> fromJson(const QJsonObject& object);
template <> Result<TryRequest> fromJson(const QJsonObject& object);
template <> Result<TryPage> fromJson(const QJsonObject& object);

template <class T>
[[nodiscard]] Result<QList<T>> listFromJson(const QJsonValue& value)
{
    if (!value.isArray())
        return fail(ErrorKind::Protocol, "expected an array");
    QList<T> list;
    const QJsonArray array = value.toArray();
    for (const QJsonValue& item : array) {
        auto parsed = fromJson<T>(item.toObject());
        if (!parsed)
            return fail(parsed.error());
        list.append(*std::move(parsed));
    }
    return list;
}

} // namespace turnspit
