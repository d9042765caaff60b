#include <turnspit/services/conversions.h>

#include <QJsonArray>

namespace turnspit {

RunInfo infoOf(const Run& run)
{
    RunInfo info;
    info.id = run.id;
    info.service = QString::fromStdString(run.service);
    info.trigger = run.trigger;
    info.attempt = static_cast<int>(run.attempt);
    info.begin = run.begin;
    info.end = run.end;
    info.outcome = run.outcome;
    info.exitCode = run.exitCode;
    if (run.signal && *run.signal != 0) {
        const std::string_view name = signalName(*run.signal);
        info.signal = QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
    }
    if (!run.reason.empty())
        info.reason = QString::fromStdString(run.reason);
    if (run.end)
        info.duration = std::chrono::duration<double>(*run.end - run.begin).count();
    if (run.peakMemory)
        info.peakMemoryBytes = static_cast<qint64>(*run.peakMemory);
    info.cpuSeconds = run.cpuSeconds;
    info.logLines = static_cast<qint64>(run.logLines);
    return info;
}

namespace {

QJsonValue valueOf(const TomlValue& value)
{
    if (const auto* text = value.string())
        return QString::fromStdString(*text);
    if (const auto* number = value.integer())
        return static_cast<qint64>(*number);
    if (const auto* number = value.floating())
        return *number;
    if (const auto* truth = value.boolean())
        return *truth;
    if (const auto* table = value.table())
        return toJson(*table);
    if (const auto* array = value.array()) {
        QJsonArray out;
        for (const TomlValue& item : *array)
            out.append(valueOf(item));
        return out;
    }
    return QString::fromStdString(formatToml(value));
}

} // namespace

QJsonObject toJson(const TomlTable& table)
{
    QJsonObject object;
    for (const TomlEntry& entry : table.entries())
        object.insert(QString::fromStdString(entry.key), valueOf(entry.value));
    return object;
}

} // namespace turnspit
