#pragma once

#include <turnspit/base/places.h>
#include <turnspit/base/time.h>
#include <turnspit/control/values.h>

#include <QTimeZone>

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace turnspit::ctl {

/// What the commands of turnspitctl were asked to do, one type a command.
struct ListCommand
{
};

struct StatusCommand
{
    QStringList names; ///< as typed, each once
};

struct ShowCommand
{
    QString name;
};

struct ActCommand
{
    ActionRequest request;
};

struct RunCommand
{
    QString name;
    bool wait = true;
};

enum class LogFormat { Lines, Raw, Json };

struct LogsCommand
{
    QStringList names; ///< as typed, each once
    bool follow = false;
    LogFormat format = LogFormat::Lines;
    LogQuery selection; ///< without a service
};

struct RunsCommand
{
    QString name; ///< "": all
    int limit = 50;
};

struct NextCommand
{
    int count = 20;
};

struct EventsCommand
{
    bool follow = false;
    EventQuery query;
};

struct AddCommand
{
    AddRequest request;
};

struct EditCommand
{
    UpdateRequest request;
};

struct RemoveCommand
{
    QString name;
};

struct UndoCommand
{
};

struct CheckCommand
{
    std::vector<std::string> files; ///< none: all of the configuration
};

struct NewWorkerCommand
{
    std::string name;
    std::string folder; ///< where the project's own folder is made
};

struct ReloadCommand
{
};

struct WaitCommand
{
    QString name;
    QString state;
    std::optional<Milliseconds> timeout;
};

/// Needs no host: looks for all of them.
struct HostsCommand
{
};

struct ShutdownCommand
{
    bool wait = true;
};

using Command = std::variant<ListCommand, StatusCommand, ShowCommand, ActCommand, RunCommand, LogsCommand, RunsCommand,
                             NextCommand, EventsCommand, AddCommand, EditCommand, RemoveCommand, UndoCommand,
                             CheckCommand, NewWorkerCommand, ReloadCommand, WaitCommand, HostsCommand,
                             ShutdownCommand>;

struct CommandLine
{
    Places::Overrides places;
    bool json = false;
    std::string worker; ///< the program that is meant; "": the main host
    Command command;
};

/// What to do, or what to print and with which code to end: 0 for help and version (on standard output), 2 for a usage
/// error (on standard error).
struct ParsedCommandLine
{
    std::optional<CommandLine> commandLine;
    int exitCode = 0;
    std::string text;
};

/// `arguments` without the program's name. Times that people typed are taken from `now` in `zone`; a relative `--cwd`
/// from `currentFolder`.
[[nodiscard]] ParsedCommandLine parseCommandLine(const std::vector<std::string>& arguments, WallTime now,
                                                 const QTimeZone& zone, const std::string& currentFolder);

} // namespace turnspit::ctl
