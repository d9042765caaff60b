#include <turnspit/services/conversions.h>

#include <turnspit/servicefile/keys.h>

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

Inspection inspectionOf(const FileInspection& inspection)
{
    Inspection out;
    out.text = QString::fromStdString(inspection.text);
    out.isValid = true;
    if (inspection.definition)
        out.values = toJson(toTable(*inspection.definition));
    for (const std::string& key : inspection.given)
        out.given.append(QString::fromStdString(key));
    for (const DefinitionKey& key : definitionKeys())
        out.keys.append(QString::fromUtf8(key.path.data(), static_cast<qsizetype>(key.path.size())));
    out.commandLine = QString::fromStdString(inspection.commandLine);
    out.stopCommandLine = QString::fromStdString(inspection.stopCommandLine);
    out.executable = QString::fromStdString(inspection.executable);
    out.argumentCount = inspection.argumentCount;
    for (const Finding& finding : inspection.findings) {
        Remark remark;
        remark.isError = finding.severity == Severity::Error;
        remark.key = QString::fromStdString(finding.key);
        remark.message = QString::fromStdString(finding.error.message);
        remark.line = finding.error.line;
        remark.column = finding.error.column;
        if (finding.fix)
            remark.fix = KeyEdit{QString::fromStdString(finding.fix->key), QString::fromStdString(finding.fix->value)};
        out.isValid = out.isValid && !remark.isError;
        out.remarks.append(remark);
    }
    return out;
}

} // namespace turnspit
