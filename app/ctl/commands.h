#pragma once

#include "commandline.h"
#include "context.h"

namespace turnspit::ctl {

// Each command prints what it has to say and answers with the exit code. Where the session is destroyed meanwhile:
// OperationCancelled.

[[nodiscard]] Task<int> runList(Context& context);
[[nodiscard]] Task<int> runStatus(Context& context, StatusCommand command);
[[nodiscard]] Task<int> runShow(Context& context, ShowCommand command);
[[nodiscard]] Task<int> runRuns(Context& context, RunsCommand command);
[[nodiscard]] Task<int> runNext(Context& context, NextCommand command);
[[nodiscard]] Task<int> runEvents(Context& context, EventsCommand command);
[[nodiscard]] Task<int> runLogs(Context& context, LogsCommand command);

[[nodiscard]] Task<int> runAct(Context& context, ActCommand command);
[[nodiscard]] Task<int> runRun(Context& context, RunCommand command);
[[nodiscard]] Task<int> runWait(Context& context, WaitCommand command);

[[nodiscard]] Task<int> runAdd(Context& context, AddCommand command);
[[nodiscard]] Task<int> runEdit(Context& context, EditCommand command);
[[nodiscard]] Task<int> runRemove(Context& context, RemoveCommand command);
[[nodiscard]] Task<int> runUndo(Context& context);
[[nodiscard]] Task<int> runReload(Context& context);
[[nodiscard]] Task<int> runShutdown(Context& context, ShutdownCommand command);

/// Any of them but `check`, `new` and `hosts`, which need no host.
[[nodiscard]] Task<int> runCommand(Context& context, Command command);

/// Goes on until it is interrupted or its reader has gone, rather than ending by itself.
[[nodiscard]] bool follows(const Command& command);

/// No host: reads files only. Diagnostics go to `out`, as lines or as a JSON array; 1 where there is an error.
[[nodiscard]] int runCheck(const CheckCommand& command, const Places& places, bool json, OutputStream& out);

/// No host: makes the folder of a project that builds on the installed library. The files are written into a folder beside it first, so
/// that there is all of it or nothing. Refused where something of that name is there already.
[[nodiscard]] Result<> runNewWorker(const NewWorkerCommand& command, bool json, OutputStream& out);

/// Why `name` cannot be the name of a project; nothing: it can.
[[nodiscard]] std::optional<std::string> wrongWithWorkerName(const std::string& name);

} // namespace turnspit::ctl
