#include "commandline.h"
#include "commands.h"
#include "hostfinder.h"
#include "processend.h"
#include "signalwatcher.h"

#include <ipc/remotesession.h>
#include <ipc/sessionsocket.h>
#include <turnspit/async/taskscope.h>
#include <turnspit/base/clock.h>

#include <QCoreApplication>
#include <QFile>
#include <QSocketNotifier>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <malloc.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace turnspit::ctl {
namespace {

Style styleOfTerminal()
{
    Style style;
    winsize size{};
    if (::isatty(STDOUT_FILENO) == 1) {
        const char* term = std::getenv("TERM");
        style.colour = !std::getenv("NO_COLOR") && term && std::string_view(term) != "dumb";
        if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
            style.width = size.ws_col;
    }
    return style;
}

bool isRun(const Command& command)
{
    return std::holds_alternative<RunCommand>(command);
}

/// What stands in the way of a main host only is nothing to a program that shows itself.
Result<Places> placesOf(const CommandLine& commandLine)
{
    const bool ofWorkers = !commandLine.worker.empty() || std::holds_alternative<HostsCommand>(commandLine.command);
    return ofWorkers ? Places::resolveForWorker(commandLine.places) : Places::resolve(commandLine.places);
}

/// Which socket is meant, and in which words it is missed.
struct Target
{
    QString socket;
    std::string worker; ///< "": the main host

    [[nodiscard]] Error explain(Error error) const
    {
        if (worker.empty() || error.kind != ErrorKind::Unreachable || isListenedOn(socket.toStdString()))
            return error;
        error.message = QFile::exists(socket) ? "the program `" + worker + "` is gone: it was killed, and " + socket.toStdString() + " is left"
                                              : "no program shows itself as `" + worker + "`; `turnspitctl hosts` lists those that do";
        return error;
    }
};

/// Connects, does what was asked and ends the event loop.
Task<> connectAndRun(RemoteSession& session, Context& context, CommandLine commandLine, Target target, int& code)
{
    try {
        const auto greeting = co_await session.open(target.socket);
        if (greeting)
            code = co_await runCommand(context, commandLine.command);
        else
            code = report(context, target.explain(greeting.error()));
    } catch (const OperationCancelled&) {
        code = report(context, {ErrorKind::Unreachable, "the connection to the host has ended"});
    } catch (const std::exception& error) {
        code = report(context, {ErrorKind::Failed, error.what()});
    }
    if (isRun(commandLine.command) && session.greeting().pid == 0)
        code = exitcode::ourFault; // its own codes belong to what it runs
    QCoreApplication::quit();
}

/// Tells when whoever reads standard output has gone, where nothing may be written for a long time.
std::unique_ptr<QSocketNotifier> watchReader(Interrupts& interrupts)
{
    struct stat status{};
    if (::fstat(STDOUT_FILENO, &status) != 0 || !(S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode)))
        return nullptr;
    auto notifier = std::make_unique<QSocketNotifier>(STDOUT_FILENO, QSocketNotifier::Exception);
    QObject::connect(notifier.get(), &QSocketNotifier::activated, notifier.get(),
                     [&interrupts, watching = notifier.get()] {
                         watching->setEnabled(false);
                         interrupts.raise();
                     });
    return notifier;
}

int runWithHost(int argc, char** argv, const CommandLine& commandLine, const Places& places, OutputStream& out,
                OutputStream& err)
{
    QCoreApplication application(argc, argv);
    Interrupts interrupts;
    std::unique_ptr<SignalWatcher> signalWatcher;
    std::unique_ptr<QSocketNotifier> readerWatcher;
    const bool follow = follows(commandLine.command);
    if (follow || isRun(commandLine.command))
        signalWatcher = std::make_unique<SignalWatcher>([&interrupts] { interrupts.raise(); });
    if (follow)
        readerWatcher = watchReader(interrupts);

    RemoteSession session({.client = QStringLiteral("turnspitctl"), .reconnect = false});
    Context context{session, out, err, interrupts, styleOfTerminal(), commandLine.json, waitForProcessEnd};
    int code = exitcode::failed;
    TaskScope scope;
    const std::string& worker = commandLine.worker;
    const Target target{QString::fromStdString(worker.empty() ? places.hostSocket() : places.workerSocket(worker)), worker};
    // The first steps are taken from the event loop: before it turns, nothing can end it.
    Mailbox::current()->post([&] { scope.spawn(connectAndRun(session, context, commandLine, target, code)); });
    application.exec();
    return code;
}

Task<> listHosts(Places places, bool json, OutputStream& out) // NOLINT(cppcoreguidelines-avoid-reference-coroutine-parameters)
{
    auto hosts = co_await findHosts(std::move(places));
    printHosts(out, std::move(hosts), json, Clock::current().wallNow(), styleOfTerminal());
    QCoreApplication::quit();
}

int runHosts(int argc, char** argv, const Places& places, bool json, OutputStream& out)
{
    QCoreApplication application(argc, argv);
    TaskScope scope;
    Mailbox::current()->post([&] { scope.spawn(listHosts(places, json, out)); });
    application.exec();
    return exitcode::done;
}

int runMain(int argc, char** argv)
{
    std::signal(SIGPIPE, SIG_IGN); // a reader that has gone is an error of write, not the end of us
    // Pages of logs come and go by the megabyte: memory that is given back each time has to be faulted in again.
    constexpr int kept = 64 << 20;
    ::mallopt(M_MMAP_THRESHOLD, kept);
    ::mallopt(M_TRIM_THRESHOLD, kept);
    OutputStream err(OutputStream::toDescriptor(STDERR_FILENO));

    std::error_code noFolder;
    const std::string folder = std::filesystem::current_path(noFolder).string();
    const ParsedCommandLine parsed =
        parseCommandLine({argv + 1, argv + argc}, Clock::current().wallNow(), QTimeZone::systemTimeZone(), folder);
    const bool runs = parsed.commandLine && isRun(parsed.commandLine->command);
    const bool gives = parsed.commandLine && (follows(parsed.commandLine->command) || runs);
    OutputStream out(OutputStream::toDescriptor(STDOUT_FILENO, [gives, runs] {
        // One Ctrl+C ends who follows, two end who runs, even while nobody reads what they write.
        return gives && SignalWatcher::count() > (runs ? 1 : 0);
    }));

    int code = parsed.exitCode;
    if (!parsed.commandLine) {
        (code == exitcode::done ? out : err).write(parsed.text);
    } else if (const auto places = placesOf(*parsed.commandLine); !places) {
        complain(err, places.error().text());
        code = runs ? exitcode::ourFault : exitcode::failed;
    } else if (const auto* check = std::get_if<CheckCommand>(&parsed.commandLine->command)) {
        code = runCheck(*check, *places, parsed.commandLine->json, out);
    } else if (const auto* worker = std::get_if<NewWorkerCommand>(&parsed.commandLine->command)) {
        if (const auto made = runNewWorker(*worker, parsed.commandLine->json, out); !made) {
            complain(err, made.error().text());
            code = exitcode::failed;
        }
    } else if (std::holds_alternative<HostsCommand>(parsed.commandLine->command)) {
        code = runHosts(argc, argv, *places, parsed.commandLine->json, out);
    } else {
        code = runWithHost(argc, argv, *parsed.commandLine, *places, out, err);
    }

    out.flush();
    if (out.error() != 0 && out.error() != EPIPE && out.error() != ECANCELED) {
        complain(err, std::string("cannot write to standard output: ") + std::strerror(out.error()));
        code = code == exitcode::done ? exitcode::failed : code;
    }
    err.flush();
    return code;
}

} // namespace
} // namespace turnspit::ctl

int main(int argc, char** argv)
{
    return turnspit::ctl::runMain(argc, argv);
}
