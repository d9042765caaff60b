#include "commandline.h"

#include "addtext.h"
#include "humantime.h"
#include "parser.h"

#include <turnspit/config/tomlreader.h>

namespace turnspit::ctl {

namespace {

/// The first word of the command line that is no option, and what stands behind the first `--`.
struct Outline
{
    std::string command;
    std::vector<std::string> beforeMark;
    std::optional<std::vector<std::string>> behindMark;
};

Outline outlineOf(const std::vector<std::string>& arguments)
{
    Outline outline;
    const auto mark = std::ranges::find(arguments, "--");
    outline.beforeMark.assign(arguments.begin(), mark);
    if (mark != arguments.end())
        outline.behindMark.emplace(mark + 1, arguments.end());
    for (std::size_t i = 0; i < outline.beforeMark.size(); ++i) {
        const std::string& word = outline.beforeMark[i];
        if (word == "--config-dir" || word == "--state-dir" || word == "--runtime-dir" || word == "--host") {
            ++i;
        } else if (!word.starts_with('-')) {
            outline.command = word;
            break;
        }
    }
    return outline;
}

/// Whose help says how it is used.
std::string shownBy(const std::string& command)
{
    return command == "new" ? "new worker" : command;
}

ParsedCommandLine usageError(const std::string& message, const std::string& command)
{
    ParsedCommandLine parsed;
    parsed.exitCode = 2;
    parsed.text =
        "turnspitctl: " + message + "\nSee `turnspitctl " + (command.empty() ? "" : command + ' ') + "--help`.\n";
    return parsed;
}

} // namespace

ParsedCommandLine parseCommandLine(const std::vector<std::string>& arguments, WallTime now, const QTimeZone& zone,
                                   const std::string& currentFolder)
{
    const Outline outline = outlineOf(arguments);
    Parser parser;
    const bool known = parser.hasCommand(outline.command);
    if (!outline.command.empty() && !known) {
        const auto near = nearest(outline.command, parser.commandNames());
        return usageError(
            "there is no command `" + outline.command + '`' + (near ? "; did you mean `" + *near + "`?" : ""), {});
    }

    // What add starts may look like options of ours; nobody else takes more than names behind the mark.
    const bool adds = outline.command == "add" && outline.behindMark;
    std::vector<std::string> reversed = adds ? outline.beforeMark : arguments;
    std::ranges::reverse(reversed);
    try {
        parser.app.parse(std::move(reversed));
    } catch (const CLI::CallForHelp&) {
        return {{}, 0, parser.app.help()};
    } catch (const CLI::CallForVersion&) {
        return {{}, 0, "turnspitctl " TURNSPIT_VERSION "\n"};
    } catch (const CLI::ParseError& error) {
        if (outline.command == "new" && !parser.app.get_subcommand("new")->got_subcommand("worker"))
            return usageError("what is to be made is said first: new worker NAME", outline.command);
        return usageError(outline.command.empty() ? "the command is missing" : error.what(), shownBy(outline.command));
    }

    Typed& typed = parser.typed;
    if (adds)
        typed.add.command = *outline.behindMark;
    auto command = commandOf(outline.command, typed, now, zone, currentFolder);
    if (!command)
        return usageError(command.error().message, shownBy(outline.command));
    if (!typed.host.empty()) {
        const bool needsNone = std::holds_alternative<CheckCommand>(*command) || std::holds_alternative<NewWorkerCommand>(*command) ||
                               std::holds_alternative<HostsCommand>(*command);
        if (needsNone)
            return usageError('`' + outline.command + "` needs no host: leave --host out", outline.command);
        if (!isServiceName(typed.host))
            return usageError("--host takes a name as `turnspitctl hosts` shows it, not \"" + typed.host + '"', outline.command);
        if (typed.host == "turnspit" || typed.host == "turnspitd")
            typed.host.clear(); // the main host, whichever of the two runs
    }
    ParsedCommandLine parsed;
    parsed.commandLine = CommandLine{typed.places, typed.json, typed.host, *std::move(command)};
    return parsed;
}

} // namespace turnspit::ctl
