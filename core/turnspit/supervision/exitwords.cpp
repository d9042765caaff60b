#include <turnspit/supervision/exitwords.h>

#include <turnspit/base/states.h>

#include <csignal>

namespace turnspit {

namespace {

std::string signalWords(int signal)
{
    std::string out = "killed by signal " + std::to_string(signal);
    if (signal == SIGKILL)
        return out + ", perhaps out of memory";
    return out + " (" + std::string(signalName(signal)) + ")";
}

} // namespace

std::string describeExit(std::optional<int> exitCode, std::optional<int> signal, std::string_view commandName)
{
    if (signal)
        return signalWords(*signal);
    if (!exitCode)
        return "exit status not available";
    const std::string name = commandName.empty() ? "a command" : "`" + std::string(commandName) + "`";
    const std::string exit = "exit " + std::to_string(*exitCode);
    switch (*exitCode) {
    case 126:
        return name + " is not executable (" + exit + ")";
    case 127:
        return name + (commandName.contains('/') ? " was not found (" : " was not found in PATH (") + exit + ")";
    // A shell's way to pass on a signal. Only these: other codes above 128 are programs' own as often as not.
    case 128 + SIGKILL:
    case 128 + SIGABRT:
    case 128 + SIGSEGV:
        return exit + " (" + signalWords(*exitCode - 128) + ")";
    default:
        return exit;
    }
}

} // namespace turnspit
