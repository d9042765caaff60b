#include <turnspit/config/hostsettings.h>

#include <turnspit/config/textfile.h>
#include <turnspit/config/tomlreader.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <unistd.h>

namespace turnspit {

namespace {

struct Option
{
    std::string_view table;
    std::string_view key;
    TomlType type;
};

constexpr Option options[] = {
    {"host", "shutdown_timeout", TomlType::String}, {"host", "start_timeout", TomlType::String},
    {"host", "worker_threads", TomlType::Integer},  {"log", "total_size", TomlType::String},
    {"history", "keep", TomlType::String},
};

constexpr int maxWorkerThreads = 256;
constexpr std::string_view environmentPrefix = "TURNSPIT_";

std::string withDashes(std::string text)
{
    std::ranges::replace(text, '_', '-');
    return text;
}

std::string argvName(const Option& option)
{
    return std::string(option.table) + "." + withDashes(std::string(option.key));
}

std::string environmentName(const Option& option)
{
    std::string name = std::string(environmentPrefix) + std::string(option.table) + "__" + std::string(option.key);
    for (char& c : name)
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return name;
}

/// Puts an option that was given as text on top of the tables. `source` is what an error names.
Result<> apply(TomlTable& root, const Option& option, const std::string& source, const std::string& text)
{
    const TextOrigin origin{std::make_shared<const std::string>(source)};
    TomlValue value(text);
    if (option.type == TomlType::Integer) {
        std::int64_t number = 0;
        const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (code != std::errc() || end != text.data() + text.size())
            return std::unexpected(origin.error("must be an integer, not \"" + text + "\""));
        value = TomlValue(number);
    }
    value.origin = origin;
    TomlTable inner;
    inner.set(TomlEntry{std::string(option.key), origin, std::move(value)});
    TomlTable outer;
    outer.set(TomlEntry{std::string(option.table), origin, TomlValue(std::move(inner))});
    root = mergeToml(root, outer);
    return {};
}

template <class NameOf>
Result<> applyNamed(TomlTable& root, const std::string& name, const std::string& source, const std::string& text,
                    NameOf nameOf)
{
    std::vector<std::string> known;
    for (const Option& option : options) {
        if (nameOf(option) == name)
            return apply(root, option, source, text);
        known.push_back(nameOf(option));
    }
    std::string message = "unknown option `" + source + "`";
    if (const auto near = nearest(name, known))
        message += ": did you mean `" + std::string(source.starts_with("--") ? "--" : "") + *near + "`?";
    return fail(ErrorKind::InvalidDefinition, message);
}

Result<> applyEnvironment(TomlTable& root, const HostSettings::Environment& environment)
{
    for (const auto& [name, text] : environment) {
        if (!name.starts_with(environmentPrefix) || name.find("__") == std::string::npos)
            continue;
        if (auto applied = applyNamed(root, name, name, text, environmentName); !applied)
            return applied;
    }
    return {};
}

Result<> applyOverrides(TomlTable& root, const HostSettings::Overrides& overrides)
{
    for (const auto& [given, text] : overrides) {
        const std::string name = given.starts_with("--") ? given.substr(2) : given;
        if (auto applied = applyNamed(root, withDashes(name), "--" + name, text, argvName); !applied)
            return applied;
    }
    return {};
}

Result<HostSettings> read(const TomlTable& root)
{
    HostSettings settings;
    std::vector<Error> errors;
    TomlReader reader(root, "", errors);
    if (auto host = reader.readTable("host")) {
        host->readDuration("shutdown_timeout", settings.shutdownTimeout, Milliseconds(0));
        Milliseconds startTimeout{0};
        host->readDuration("start_timeout", startTimeout, Milliseconds(1));
        if (startTimeout.count() > 0)
            settings.startTimeout = startTimeout;
        host->readInteger("worker_threads", settings.workerThreads, 1, maxWorkerThreads);
        host->finish();
    }
    if (auto log = reader.readTable("log")) {
        log->readSize("total_size", settings.logTotalSize, 1);
        log->finish();
    }
    if (auto history = reader.readTable("history")) {
        history->readDuration("keep", settings.historyKeep, Milliseconds(1));
        history->finish();
    }
    if (reader.readTable("defaults"))
        settings.defaults = *root.value("defaults")->table();
    reader.finish();
    if (errors.empty())
        return settings;
    return std::unexpected(
        *std::ranges::min_element(errors, {}, [](const Error& error) { return std::pair(error.line, error.column); }));
}

} // namespace

Result<HostSettings> HostSettings::parse(std::string_view text, const std::string& fileName,
                                         const Environment& environment, const Overrides& overrides)
{
    Result<TomlTable> root = parseToml(text, fileName);
    if (!root)
        return std::unexpected(root.error());
    // The file by itself first: what is wrong in it is wrong whatever lies over it.
    if (auto alone = read(*root); !alone)
        return alone;
    if (auto done = applyEnvironment(*root, environment); !done)
        return std::unexpected(done.error());
    if (auto done = applyOverrides(*root, overrides); !done)
        return std::unexpected(done.error());
    return read(*root);
}

Result<HostSettings> HostSettings::load(const std::string& file, const Environment& environment,
                                        const Overrides& overrides)
{
    if (::access(file.c_str(), F_OK) != 0 && errno == ENOENT)
        return parse("", file, environment, overrides);
    const Result<std::string> text = readTextFile(file);
    if (!text)
        return std::unexpected(text.error());
    return parse(*text, file, environment, overrides);
}

std::vector<std::string> HostSettings::optionNames()
{
    std::vector<std::string> names;
    for (const Option& option : options)
        names.push_back(argvName(option));
    return names;
}

} // namespace turnspit
