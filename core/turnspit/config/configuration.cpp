#include <turnspit/config/configuration.h>

#include <turnspit/config/textfile.h>

#include <algorithm>
#include <cerrno>
#include <ranges>
#include <unistd.h>

namespace turnspit {

namespace {

constexpr std::string_view dashes = "--";

std::vector<std::string> split(std::string_view name, std::string_view separator)
{
    std::vector<std::string> parts;
    for (const auto part : std::views::split(name, separator))
        parts.emplace_back(part.begin(), part.end());
    return parts;
}

/// Puts `text` at `path` of `root`; `source` is what an error will name.
Result<> put(TomlTable& root, const std::vector<std::string>& path, const std::string& source, const std::string& text)
{
    const TextOrigin origin{std::make_shared<const std::string>(source)};
    if (std::ranges::any_of(path, &std::string::empty))
        return fail(ErrorKind::InvalidDefinition, "`" + source + "` is no name of an option: a part of it is empty");
    TomlValue value(text);
    value.plainText = true;
    for (const std::string& key : path | std::views::reverse) {
        value.origin = origin;
        TomlTable table;
        table.set(TomlEntry{key, origin, std::move(value)});
        value = TomlValue(std::move(table));
    }
    root = mergeToml(root, *value.table());
    return {};
}

Result<TomlTable> readFile(const std::string& path, Configuration::Presence presence)
{
    if (presence == Configuration::Presence::Optional && ::access(path.c_str(), F_OK) != 0 && errno == ENOENT)
        return TomlTable();
    const Result<std::string> text = readTextFile(path);
    if (!text)
        return fail(text.error());
    return parseToml(*text, path);
}

} // namespace

void Configuration::merge()
{
    m_files = m_defaults;
    for (const File& file : m_fileLayers)
        m_files = mergeToml(m_files, file.table);
    m_root = mergeToml(mergeToml(m_files, m_environment), m_arguments);
}

void Configuration::addDefaults(const TomlTable& defaults)
{
    m_defaults = mergeToml(m_defaults, defaults);
    merge();
}

Result<> Configuration::addFile(const std::string& path, Presence presence)
{
    auto table = readFile(path, presence);
    m_fileLayers.push_back(File{path, presence, false, table ? *std::move(table) : TomlTable()});
    merge();
    if (!table)
        return fail(table.error());
    return {};
}

Result<> Configuration::addText(std::string_view text, const std::string& fileName)
{
    auto table = parseToml(text, fileName);
    if (!table)
        return fail(table.error());
    m_fileLayers.push_back(File{fileName, Presence::Required, true, *std::move(table)});
    merge();
    return {};
}

Result<> Configuration::addEnvironment(std::string_view prefix, const Environment& environment)
{
    TomlTable added;
    for (const auto& [name, text] : environment) {
        if (!name.starts_with(prefix) || name.find("__") == std::string::npos)
            continue;
        std::string key = name.substr(prefix.size());
        for (char& c : key)
            c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        if (auto done = put(added, split(key, "__"), name, text); !done)
            return done;
    }
    m_environment = mergeToml(m_environment, added);
    merge();
    return {};
}

Result<> Configuration::addArguments(const Arguments& arguments)
{
    TomlTable added;
    for (const auto& [given, text] : arguments) {
        const std::string name = given.starts_with(dashes) ? given.substr(dashes.size()) : given;
        std::string key = name;
        std::ranges::replace(key, '-', '_');
        if (auto done = put(added, split(key, "."), std::string(dashes) + name, text); !done)
            return done;
    }
    m_arguments = mergeToml(m_arguments, added);
    merge();
    return {};
}

Result<Configuration::Arguments> Configuration::optionsAmong(const std::vector<std::string>& words)
{
    Arguments options;
    for (auto word = words.begin(); word != words.end() && *word != dashes; ++word) {
        const auto equals = word->find('=');
        const std::string name = word->substr(0, equals);
        if (!name.starts_with(dashes) || name.find('.') == std::string::npos)
            continue;
        if (equals != std::string::npos) {
            options.emplace_back(name, word->substr(equals + 1));
        } else if (const auto next = std::next(word); next != words.end() && !next->starts_with(dashes)) {
            options.emplace_back(name, *next);
            word = next;
        } else {
            return fail(ErrorKind::InvalidDefinition, name + ": a value is missing: " + name + "=VALUE");
        }
    }
    return options;
}

Result<TomlTable> Configuration::section(std::string_view path) const
{
    TomlTable found = m_root;
    std::string way;
    for (const std::string& key : split(path, ".")) {
        way += (way.empty() ? "" : ".") + key;
        const TomlValue* value = found.value(key);
        if (!value)
            return TomlTable();
        if (!value->table())
            return fail(value->origin.error("`" + way + "` must be a table, not " + std::string(toString(value->type()))));
        found = TomlTable(*value->table());
    }
    return found;
}

std::optional<TextOrigin> Configuration::originInFiles(std::string_view path) const
{
    std::optional<TextOrigin> found;
    const TomlTable* table = &m_files;
    for (const std::string& key : split(path, ".")) {
        const TomlEntry* entry = table ? table->find(key) : nullptr;
        if (!entry)
            return std::nullopt;
        found = entry->origin;
        table = entry->value.table();
    }
    return found && found->line > 0 ? found : std::nullopt; // defaults of the program stand in no file
}

std::vector<std::string> Configuration::files() const
{
    std::vector<std::string> out;
    for (const File& file : m_fileLayers) {
        if (!file.isText)
            out.push_back(file.name);
    }
    return out;
}

Result<Configuration> Configuration::reread() const
{
    Configuration now = *this;
    for (File& file : now.m_fileLayers) {
        if (file.isText)
            continue;
        auto table = readFile(file.name, file.presence);
        if (!table)
            return fail(table.error());
        file.table = *std::move(table);
    }
    now.merge();
    return now;
}

Configuration::Environment currentEnvironment()
{
    Configuration::Environment out;
    for (char** each = environ; each && *each; ++each) {
        const std::string_view entry(*each);
        if (const auto equals = entry.find('='); equals != std::string_view::npos)
            out.emplace(entry.substr(0, equals), entry.substr(equals + 1));
    }
    return out;
}

} // namespace turnspit
