#include <turnspit/control/json.h>

#include <turnspit/control/jsonfields.h>

/// The JSON form of what services use and of what queue workers count; the rest of the values is in json.cpp.
namespace turnspit {

namespace {

using Key = QLatin1StringView;

} // namespace

QJsonObject toJson(const UsageSample& sample)
{
    return {
        {Key("time"), timeToJson(sample.time)},
        {Key("cpu_percent"), sample.cpuPercent ? QJsonValue(*sample.cpuPercent) : QJsonValue()},
        {Key("memory_bytes"), sample.memoryBytes ? QJsonValue(*sample.memoryBytes) : QJsonValue()},
    };
}

template <>
Result<UsageSample> fromJson(const QJsonObject& object)
{
    UsageSample out;
    JsonFields fields(object);
    fields.read("time", out.time);
    fields.read("cpu_percent", out.cpuPercent);
    fields.read("memory_bytes", out.memoryBytes);
    return fields.take(out);
}

QJsonObject toJson(const UsageQuery& query)
{
    QJsonObject out{{Key("names"), QJsonArray::fromStringList(query.names)}, {Key("span"), durationToJson(query.span)}};
    if (query.since)
        out.insert(Key("since"), timeToJson(*query.since));
    return out;
}

template <>
Result<UsageQuery> fromJson(const QJsonObject& object)
{
    UsageQuery out;
    JsonFields fields(object);
    fields.read("names", out.names);
    fields.read("span", out.span);
    fields.read("since", out.since);
    return fields.take(out);
}

QJsonObject toJson(const ServiceUsage& usage)
{
    return {{Key("name"), usage.name}, {Key("samples"), toJson(usage.samples)}};
}

template <>
Result<ServiceUsage> fromJson(const QJsonObject& object)
{
    ServiceUsage out;
    JsonFields fields(object);
    fields.read("name", out.name);
    auto samples = listFromJson<UsageSample>(fields.value("samples"));
    if (!samples)
        return fail(samples.error().in("`samples`"));
    out.samples = *std::move(samples);
    return fields.take(out);
}

QJsonObject toJson(const QueueInfo& queue)
{
    return {
        {Key("name"), queue.name},
        {Key("depth"), static_cast<qint64>(queue.depth)},
        {Key("delayed"), static_cast<qint64>(queue.delayed)},
        {Key("in_flight"), static_cast<qint64>(queue.inFlight)},
        {Key("dead_letters"), static_cast<qint64>(queue.deadLetters)},
        {Key("in_hand"), static_cast<qint64>(queue.inHand)},
        {Key("acked"), static_cast<qint64>(queue.acked)},
        {Key("nacked"), static_cast<qint64>(queue.nacked)},
        {Key("dead"), static_cast<qint64>(queue.dead)},
        {Key("released"), static_cast<qint64>(queue.released)},
        {Key("last_error"), queue.lastError},
    };
}

template <>
Result<QueueInfo> fromJson(const QJsonObject& object)
{
    QueueInfo out;
    JsonFields fields(object);
    fields.read("name", out.name);
    fields.read("depth", out.depth);
    fields.read("delayed", out.delayed);
    fields.read("in_flight", out.inFlight);
    fields.read("dead_letters", out.deadLetters);
    fields.read("in_hand", out.inHand);
    fields.read("acked", out.acked);
    fields.read("nacked", out.nacked);
    fields.read("dead", out.dead);
    fields.read("released", out.released);
    fields.read("last_error", out.lastError);
    return fields.take(out);
}

} // namespace turnspit
