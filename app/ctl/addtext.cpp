#include "addtext.h"

#include <turnspit/base/units.h>
#include <turnspit/config/toml.h>
#include <turnspit/servicefile/environmentfile.h>

#include <filesystem>
#include <map>

namespace turnspit::ctl {

namespace {

std::string keyLine(std::string_view key, const std::string& value)
{
    return std::string(key) + " = " + value + '\n';
}

std::string textLine(std::string_view key, const std::string& text)
{
    return keyLine(key, quoteToml(text));
}

std::string listOf(const std::vector<std::string>& texts)
{
    std::string out = "[";
    for (const std::string& text : texts)
        out += (out.size() > 1 ? ", " : "") + quoteToml(text);
    return out + ']';
}

Result<std::string> environmentTable(const std::vector<std::string>& variables)
{
    std::map<std::string, std::string> values;
    for (const std::string& variable : variables) {
        const auto equals = variable.find('=');
        if (equals == std::string::npos || !isEnvironmentName(variable.substr(0, equals)))
            return fail("--env takes NAME=VALUE, not \"" + variable + '"');
        values.insert_or_assign(variable.substr(0, equals), variable.substr(equals + 1));
    }
    std::string out = "{";
    for (const auto& [name, value] : values)
        out += (out.size() > 1 ? ", " : " ") + quoteTomlKey(name) + " = " + quoteToml(value);
    return out + " }";
}

std::string absoluteFolder(const std::string& folder, const std::string& currentFolder)
{
    if (folder == "~" || folder.starts_with("~/"))
        return folder;
    const std::filesystem::path path = (std::filesystem::path(currentFolder) / folder).lexically_normal();
    return path.has_filename() || path == path.root_path() ? path.string() : path.parent_path().string();
}

} // namespace

Result<std::string> serviceFileText(const AddOptions& options, const std::string& currentFolder)
{
    if (options.command.empty() || options.command.front().empty())
        return fail("the command is missing: write it after --, as in `turnspitctl add NAME -- COMMAND...`");
    if (int(options.every.has_value()) + int(options.cron.has_value()) + int(options.manual) > 1)
        return fail("--every, --cron and --manual exclude one another");
    if (options.every) {
        const auto interval = parseDuration(*options.every);
        if (!interval)
            return fail(interval.error().in("--every"));
        if (*interval <= Milliseconds(0))
            return fail("--every takes an interval longer than 0s");
    }
    static const std::vector<std::string> policies{"never", "on-failure", "always"};
    if (options.restart && std::ranges::find(policies, *options.restart) == policies.end())
        return fail("--restart takes never, on-failure or always, not \"" + *options.restart + '"');
    if (options.restart == "always" && (options.every || options.cron || options.manual))
        return fail("--restart always is for services that are kept running, not for scheduled or manual ones");

    std::string text;
    if (options.group)
        text += textLine("group", *options.group);
    text += keyLine("command", listOf(options.command));
    if (options.cwd)
        text += textLine("working_directory", absoluteFolder(*options.cwd, currentFolder));
    if (!options.environment.empty()) {
        const auto environment = environmentTable(options.environment);
        if (!environment)
            return fail(environment.error());
        text += keyLine("environment", *environment);
    }
    if (!options.autostart)
        text += "autostart = false\n";
    if (options.manual)
        text += "manual = true\n";
    if (options.every)
        text += "\n[schedule]\n" + textLine("every", *options.every);
    if (options.cron)
        text += "\n[schedule]\n" + textLine("cron", *options.cron);
    if (options.restart)
        text += "\n[restart]\n" + textLine("policy", *options.restart);
    return text;
}

} // namespace turnspit::ctl
