#include <turnspit/servicefile/keys.h>

#include <algorithm>

namespace turnspit {

namespace {

constexpr DefinitionKey keys[] = {
    {"description", TomlType::String},
    {"group", TomlType::String},
    {"command", TomlType::Array},
    {"shell", TomlType::Boolean},
    {"working_directory", TomlType::String},
    {"environment", TomlType::Table},
    {"environment_file", TomlType::String},
    {"autostart", TomlType::Boolean},
    {"disabled", TomlType::Boolean},
    {"manual", TomlType::Boolean},
    {"on_host_crash", TomlType::String},
    {"umask", TomlType::String},
    {"schedule.every", TomlType::String},
    {"schedule.cron", TomlType::String},
    {"schedule.at", TomlType::DateTime},
    {"schedule.timezone", TomlType::String},
    {"schedule.overlap", TomlType::String},
    {"schedule.missed", TomlType::String},
    {"schedule.missed_limit", TomlType::String},
    {"schedule.jitter", TomlType::String},
    {"schedule.run_at_start", TomlType::Boolean},
    {"restart.policy", TomlType::String},
    {"restart.success_exit_codes", TomlType::Array},
    {"restart.delay", TomlType::String},
    {"restart.max_delay", TomlType::String},
    {"restart.limit", TomlType::Integer},
    {"restart.window", TomlType::String},
    {"restart.reset_after", TomlType::String},
    {"stop.signal", TomlType::String},
    {"stop.timeout", TomlType::String},
    {"stop.command", TomlType::Array},
    {"log.capture", TomlType::Boolean},
    {"log.max_size", TomlType::String},
    {"log.segment_size", TomlType::String},
    {"log.max_age", TomlType::String},
};

constexpr std::string_view refused[] = {"environment_from", "instances", "terminal", "affects_exit", "nice",
                                        "limits",           "ready",     "health",   "depends",      "notify"};

} // namespace

std::span<const DefinitionKey> definitionKeys()
{
    return keys;
}

std::optional<TomlType> typeOfKey(std::string_view key)
{
    if (key.starts_with("environment.") && key.size() > std::string_view("environment.").size())
        return TomlType::String;
    const auto* it = std::ranges::find(keys, key, &DefinitionKey::path);
    return it == std::end(keys) ? std::nullopt : std::optional(it->type);
}

std::span<const std::string_view> refusedKeys()
{
    return refused;
}

std::string explainMisplacedKey(std::string_view path, std::string_view key)
{
    for (const DefinitionKey& known : keys) {
        const auto dot = known.path.find('.');
        const std::string_view table =
            dot == std::string_view::npos ? std::string_view() : known.path.substr(0, dot + 1);
        if (known.path.substr(table.size()) != key || table == path)
            continue;
        if (table.empty())
            return "`" + std::string(key) + "` belongs above the first [table]";
        return "`" + std::string(key) + "` belongs into [" + std::string(table.substr(0, table.size() - 1)) + "]";
    }
    return {};
}

} // namespace turnspit
