#include <turnspit/servicefile/edit.h>

#include <turnspit/config/tomledit.h>
#include <turnspit/config/tomlreader.h>
#include <turnspit/servicefile/keys.h>
#include <turnspit/servicefile/parse.h>

#include <algorithm>

namespace turnspit {

namespace {

constexpr std::string_view environmentPrefix = "environment.";

Error unknownKey(const std::string& key)
{
    if (std::ranges::find(refusedKeys(), std::string_view(key).substr(0, key.find('.'))) != refusedKeys().end())
        return Error{ErrorKind::InvalidDefinition, "`" + key + "` is not built yet"};
    std::vector<std::string> known;
    for (const DefinitionKey& candidate : definitionKeys())
        known.emplace_back(candidate.path);
    std::string message = "unknown key `" + key + "`";
    const std::string elsewhere = key.find('.') == std::string::npos ? explainMisplacedKey("", key) : std::string();
    if (!elsewhere.empty())
        message += ": " + elsewhere;
    else if (const auto near = nearest(key, known))
        message += ": did you mean `" + *near + "`?";
    return Error{ErrorKind::InvalidDefinition, message};
}

Result<KeyPath> pathOf(const std::string& key)
{
    // A variable's name may hold dots.
    if (key.starts_with(environmentPrefix) && key.size() > environmentPrefix.size() &&
        key.find('"') == std::string::npos)
        return KeyPath{"environment", key.substr(environmentPrefix.size())};
    return parseKeyPath(key);
}

bool isTable(std::string_view key)
{
    return std::ranges::any_of(definitionKeys(), [&](const DefinitionKey& known) {
        return known.path.starts_with(key) && known.path.size() > key.size() && known.path[key.size()] == '.';
    });
}

/// A time of day without its seconds gets them.
std::string withSeconds(const std::string& typed)
{
    const auto colon = typed.find(':');
    const bool lacksThem = colon != std::string::npos && colon >= 2 && colon + 3 <= typed.size() &&
                           (colon + 3 == typed.size() || typed[colon + 3] != ':');
    return lacksThem ? typed.substr(0, colon + 3) + ":00" + typed.substr(colon + 3) : typed;
}

std::string trimmed(const std::string& text)
{
    const auto first = text.find_first_not_of(" \t");
    return first == std::string::npos ? std::string() : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

Error withoutPlace(Error error)
{
    error.file.clear();
    error.line = error.column = 0;
    return error;
}

} // namespace

Result<Change> parseChange(std::string_view text)
{
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0)
        return fail(ErrorKind::InvalidDefinition, "\"" + std::string(text) + "\" is not KEY=VALUE");
    return Change{trimmed(std::string(text.substr(0, equals))), std::string(text.substr(equals + 1))};
}

Result<std::string> valueFromPerson(const std::string& key, const std::string& typed)
{
    const std::optional<TomlType> wanted = typeOfKey(key);
    if (!wanted)
        return fail(unknownKey(key));
    std::vector<std::string> readings{trimmed(typed)};
    if (*wanted == TomlType::DateTime)
        readings.push_back(withSeconds(readings.front()));
    if (key == "restart.success_exit_codes")
        readings.push_back("[" + readings.front() + "]");
    for (const std::string& reading : readings) {
        const auto value = parseTomlValue(reading, key);
        const bool isCommandLine = value && value->string() && key.ends_with("command");
        if (value && (value->type() == *wanted || isCommandLine))
            return reading;
    }
    return quoteToml(typed);
}

Result<std::string> makeChange(std::string_view text, const std::string& fileName, const Change& change)
{
    const auto path = pathOf(change.key);
    if (!path)
        return std::unexpected(path.error());
    // What is unknown may be removed: that is how such a file is mended.
    if (change.value.empty())
        return removeTomlKey(text, fileName, *path);
    if (isTable(change.key))
        return fail(ErrorKind::InvalidDefinition, "`" + change.key + "` is a table: set its keys one by one");
    const auto value = valueFromPerson(change.key, change.value);
    if (!value)
        return value;
    return setTomlValue(text, fileName, *path, *value);
}

Result<std::string> applyChanges(std::string_view text, const std::string& fileName, const std::string& name,
                                 const std::vector<Change>& changes, const TomlTable& defaults)
{
    std::string changed(text);
    for (const Change& change : changes) {
        auto next = makeChange(changed, fileName, change);
        if (!next)
            return next;
        changed = std::move(*next);
    }
    const ParsedDefinition after = parseDefinition(changed, fileName, name, defaults);
    if (after)
        return changed;
    const ParsedDefinition before = parseDefinition(text, fileName, name, defaults);
    if (before || after.error().size() >= before.error().size())
        return std::unexpected(after.error().front());
    return changed;
}

Result<std::string> setDisabled(std::string_view text, const std::string& fileName, const std::string& name,
                                bool disabled, const TomlTable& defaults)
{
    const Result<TomlTable> tree = parseToml(text, fileName);
    if (!tree)
        return std::unexpected(tree.error());
    const TomlTable merged = mergeToml(defaults, *tree);
    const TomlValue* now = merged.value("disabled");
    const bool isDisabled = now && now->boolean() && *now->boolean();
    // A file with errors elsewhere can be disabled too: that is one way to get it out of the way.
    if (isDisabled == disabled && (!now || now->boolean()))
        return std::string(text);
    return setTomlValue(text, fileName, {"disabled"}, disabled ? "true" : "false");
}

// ---- new files

namespace {

class FileWriter
{
public:
    void header(std::string_view name) { m_text += "\n[" + std::string(name) + "]\n"; }

    void string(std::string_view key, const std::string& value)
    {
        if (!value.empty())
            raw(key, quoteToml(value));
    }

    void raw(std::string_view key, const std::string& value) { m_text += std::string(key) + " = " + value + "\n"; }

    std::string take() { return std::move(m_text); }

private:
    std::string m_text;
};

std::string stringArray(const std::vector<std::string>& words)
{
    std::string out;
    for (const std::string& word : words)
        out += (out.empty() ? "" : ", ") + quoteToml(word);
    return "[" + out + "]";
}

} // namespace

Result<std::string> writeNew(const std::string& name, const NewService& service, const TomlTable& defaults)
{
    FileWriter out;
    out.string("description", service.description);
    out.string("group", service.group);
    if (service.shell)
        out.raw("command", quoteToml(service.command.empty() ? std::string() : service.command.front()));
    else
        out.raw("command", stringArray(service.command));
    if (service.shell)
        out.raw("shell", "true");
    out.string("working_directory", service.workingDirectory);
    if (!service.environment.empty()) {
        TomlTable variables; // the last of two equal names wins
        for (const auto& [key, value] : service.environment)
            variables.set(TomlEntry{key, {}, TomlValue(value)});
        out.raw("environment", formatToml(TomlValue(std::move(variables))));
    }
    out.string("environment_file", service.environmentFile);
    if (!service.autostart)
        out.raw("autostart", "false");
    if (service.manual)
        out.raw("manual", "true");
    if (!service.every.empty() || !service.cron.empty() || !service.at.empty()) {
        out.header("schedule");
        out.string("every", service.every);
        out.string("cron", service.cron);
        if (!service.at.empty()) {
            const auto value = valueFromPerson("schedule.at", service.at);
            if (!value)
                return value;
            out.raw("at", *value);
        }
        out.string("timezone", service.timezone);
        out.string("overlap", service.overlap);
    }
    if (!service.restart.empty()) {
        out.header("restart");
        out.string("policy", service.restart);
    }
    std::string text = out.take();
    if (const auto parsed = parseDefinition(text, name + ".toml", name, defaults); !parsed)
        return fail(withoutPlace(parsed.error().front()));
    return text;
}

} // namespace turnspit
