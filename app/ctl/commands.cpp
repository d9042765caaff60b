#include "commands.h"

#include <utility>

namespace turnspit::ctl {

namespace {

template <class... Functions>
struct Overloaded : Functions...
{
    using Functions::operator()...;
};

} // namespace

Task<int> runCommand(Context& context, Command command)
{
    // Each of these only makes the task: what it needs is a parameter of it, nothing is captured beyond this call.
    Task<int> task = std::visit(Overloaded{
                                    [&](const ListCommand&) { return runList(context); },
                                    [&](const StatusCommand& one) { return runStatus(context, one); },
                                    [&](const ShowCommand& one) { return runShow(context, one); },
                                    [&](const RunsCommand& one) { return runRuns(context, one); },
                                    [&](const NextCommand& one) { return runNext(context, one); },
                                    [&](const EventsCommand& one) { return runEvents(context, one); },
                                    [&](const LogsCommand& one) { return runLogs(context, one); },
                                    [&](const ActCommand& one) { return runAct(context, one); },
                                    [&](const RunCommand& one) { return runRun(context, one); },
                                    [&](const WaitCommand& one) { return runWait(context, one); },
                                    [&](const AddCommand& one) { return runAdd(context, one); },
                                    [&](const EditCommand& one) { return runEdit(context, one); },
                                    [&](const RemoveCommand& one) { return runRemove(context, one); },
                                    [&](const UndoCommand&) { return runUndo(context); },
                                    [&](const ReloadCommand&) { return runReload(context); },
                                    [&](const ShutdownCommand& one) { return runShutdown(context, one); },
                                    [](const CheckCommand&) -> Task<int> { std::unreachable(); },
                                    [](const NewWorkerCommand&) -> Task<int> { std::unreachable(); },
                                    [](const HostsCommand&) -> Task<int> { std::unreachable(); },
                                },
                                command);
    co_return co_await std::move(task);
}

bool follows(const Command& command)
{
    if (const auto* logs = std::get_if<LogsCommand>(&command))
        return logs->follow;
    const auto* events = std::get_if<EventsCommand>(&command);
    return events && events->follow;
}

} // namespace turnspit::ctl
