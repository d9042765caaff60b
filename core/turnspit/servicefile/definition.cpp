#include <turnspit/servicefile/definition.h>

#include <cstdio>

namespace turnspit {

std::string_view toString(OnHostCrash what) noexcept
{
    return what == OnHostCrash::Keep ? "keep" : "end";
}

ServiceKind Definition::kind() const
{
    if (manual)
        return ServiceKind::Manual;
    return schedule ? ServiceKind::Scheduled : ServiceKind::Kept;
}

std::vector<std::string> Definition::arguments() const
{
    if (!shell)
        return command;
    return {"/bin/sh", "-c", command.empty() ? std::string() : command.front()};
}

std::string expandHome(const std::string& path, const std::string& home)
{
    if (path == "~" || path.starts_with("~/"))
        return home + path.substr(1);
    return path;
}

std::string Definition::workingDirectoryPath(const std::string& home) const
{
    const std::string path = expandHome(workingDirectory, home);
    if (path.empty())
        return home;
    return path.starts_with('/') ? path : home + "/" + path;
}

std::string Definition::environmentFilePath(const std::string& home) const
{
    const std::string path = expandHome(environmentFile, home);
    if (path.empty() || path.starts_with('/'))
        return path;
    return workingDirectoryPath(home) + "/" + path;
}

// ---- as tables

namespace {

TomlValue words(const std::vector<std::string>& strings)
{
    TomlValue::Array items;
    for (const std::string& text : strings)
        items.emplace_back(text);
    return TomlValue(std::move(items));
}

class TableWriter
{
public:
    TableWriter& add(std::string key, TomlValue value)
    {
        m_table.set(TomlEntry{std::move(key), {}, std::move(value)});
        return *this;
    }
    TableWriter& add(std::string key, const std::string& text) { return add(std::move(key), TomlValue(text)); }
    TableWriter& add(std::string key, std::string_view text)
    {
        return add(std::move(key), TomlValue(std::string(text)));
    }
    TableWriter& add(std::string key, Milliseconds duration)
    {
        return add(std::move(key), TomlValue(formatDuration(duration)));
    }
    TableWriter& addIf(bool condition, std::string key, const std::string& text)
    {
        return condition ? add(std::move(key), text) : *this;
    }

    TomlTable table() { return std::move(m_table); }

private:
    TomlTable m_table;
};

TomlValue momentOf(const At& at)
{
    using namespace std::chrono;
    const bool isLocal = std::holds_alternative<LocalTime>(at.when);
    const auto sinceEpoch = isLocal ? duration_cast<microseconds>(std::get<LocalTime>(at.when).time_since_epoch())
                                    : std::get<WallTime>(at.when).time_since_epoch();
    const auto dayBegin = floor<days>(sinceEpoch);
    const year_month_day date{sys_days(dayBegin)};
    const hh_mm_ss time(sinceEpoch - dayBegin);
    return {TomlType::DateTime,
            TomlDateTime{static_cast<int>(date.year()), static_cast<int>(static_cast<unsigned>(date.month())),
                         static_cast<int>(static_cast<unsigned>(date.day())), static_cast<int>(time.hours().count()),
                         static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
                         static_cast<int>(time.subseconds().count()) * 1000,
                         isLocal ? std::nullopt : std::optional(0)}};
}

TomlTable scheduleTable(const Schedule& schedule)
{
    TableWriter out;
    if (const auto* every = std::get_if<Every>(&schedule.rule))
        out.add("every", every->interval);
    else if (const auto* cron = std::get_if<Cron>(&schedule.rule))
        out.add("cron", cron->text());
    else
        out.add("at", momentOf(std::get<At>(schedule.rule)));
    return out.add("timezone", schedule.timezone)
        .add("overlap", toString(schedule.overlap))
        .add("missed", toString(schedule.missed))
        .add("missed_limit", schedule.missedLimit)
        .add("jitter", schedule.jitter)
        .add("run_at_start", TomlValue(schedule.runAtStart))
        .table();
}

TomlTable restartTable(const RestartPolicy& restart)
{
    TomlValue::Array codes;
    for (const int code : restart.successExitCodes)
        codes.emplace_back(static_cast<std::int64_t>(code));
    return TableWriter()
        .add("policy", toString(restart.policy))
        .add("success_exit_codes", TomlValue(std::move(codes)))
        .add("delay", restart.delay)
        .add("max_delay", restart.maxDelay)
        .add("limit", TomlValue(static_cast<std::int64_t>(restart.limit)))
        .add("window", restart.window)
        .add("reset_after", restart.resetAfter)
        .table();
}

std::string octal(int mask)
{
    char text[16];
    std::snprintf(text, sizeof text, "%04o", static_cast<unsigned>(mask));
    return text;
}

/// `restart.delay` -> value, for everything that is not a table.
void flatten(const TomlTable& table, const std::string& path, std::map<std::string, const TomlValue*>& into)
{
    for (const TomlEntry& entry : table.entries()) {
        const std::string key = path + quoteTomlKey(entry.key);
        if (entry.value.table())
            flatten(*entry.value.table(), key + ".", into);
        else
            into.emplace(key, &entry.value);
    }
}

std::string shown(const std::string& value)
{
    return value.empty() ? "(none)" : value;
}

} // namespace

TomlTable toTable(const Definition& definition)
{
    TomlTable environment;
    for (const auto& [name, value] : definition.environment)
        environment.set(TomlEntry{name, {}, TomlValue(value)});
    TableWriter out;
    out.add("description", definition.description)
        .add("group", definition.group)
        .add("command", definition.shell && !definition.command.empty() ? TomlValue(definition.command.front())
                                                                        : words(definition.command))
        .add("shell", TomlValue(definition.shell))
        .addIf(!definition.workingDirectory.empty(), "working_directory", definition.workingDirectory)
        .add("environment", TomlValue(std::move(environment)))
        .addIf(!definition.environmentFile.empty(), "environment_file", definition.environmentFile)
        .add("autostart", TomlValue(definition.autostart))
        .add("disabled", TomlValue(definition.disabled))
        .add("manual", TomlValue(definition.manual))
        .add("on_host_crash", toString(definition.onHostCrash))
        .add("umask", octal(definition.umask));
    if (definition.schedule)
        out.add("schedule", TomlValue(scheduleTable(*definition.schedule)));
    return out.add("restart", TomlValue(restartTable(definition.restart)))
        .add("stop", TomlValue(TableWriter()
                                   .add("signal", signalName(definition.stop.signal))
                                   .add("timeout", definition.stop.timeout)
                                   .add("command", words(definition.stop.command))
                                   .table()))
        .add("log", TomlValue(TableWriter()
                                  .add("capture", TomlValue(definition.log.capture))
                                  .add("max_size", formatSize(definition.log.maxSize))
                                  .add("segment_size", formatSize(definition.log.segmentSize))
                                  .add("max_age", definition.log.maxAge)
                                  .table()))
        .table();
}

std::string Difference::text() const
{
    return key + ": " + shown(before) + " -> " + shown(after);
}

std::vector<Difference> differences(const Definition& before, const Definition& after)
{
    const TomlTable tables[2] = {toTable(before), toTable(after)};
    std::map<std::string, const TomlValue*> values[2];
    flatten(tables[0], "", values[0]);
    flatten(tables[1], "", values[1]);
    std::map<std::string, Difference> found;
    const auto show = [](const std::map<std::string, const TomlValue*>& from, const std::string& key) -> std::string {
        const auto it = from.find(key);
        if (it == from.end())
            return {};
        const std::string* text = it->second->string();
        // A string is easier to read without its quotes, unless it would look like nothing or break the line.
        const bool plain = text && !text->empty() && quoteToml(*text).size() == text->size() + 2;
        return plain ? *text : formatToml(*it->second);
    };
    for (const auto& side : values) {
        for (const auto& [key, value] : side) {
            const auto a = values[0].find(key);
            const auto b = values[1].find(key);
            const bool same = a != values[0].end() && b != values[1].end() && *a->second == *b->second;
            if (!same)
                found.emplace(key, Difference{key, show(values[0], key), show(values[1], key)});
        }
    }
    std::vector<Difference> out;
    for (auto& [key, difference] : found)
        out.push_back(std::move(difference));
    return out;
}

std::uint64_t fingerprint(const Definition& definition)
{
    const TomlTable table = toTable(definition);
    std::map<std::string, const TomlValue*> values;
    flatten(table, "", values);
    std::uint64_t hash = 0xcbf29ce484222325; // FNV-1a
    const auto add = [&hash](std::string_view text) {
        for (const char c : text)
            hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
        hash = hash * 0x100000001b3; // where a text ends counts, too
    };
    for (const auto& [key, value] : values) {
        add(key);
        add(formatToml(*value));
    }
    return hash != 0 ? hash : 1;
}

bool equalForRun(const Definition& a, const Definition& b)
{
    return a.command == b.command && a.shell == b.shell && a.workingDirectory == b.workingDirectory &&
           a.environment == b.environment && a.environmentFile == b.environmentFile && a.umask == b.umask &&
           a.log == b.log && a.stop.signal == b.stop.signal && a.stop.command == b.stop.command &&
           a.restart.successExitCodes == b.restart.successExitCodes;
}

} // namespace turnspit
