#include "options.h"
#include "program.h"
#include "sessionchoice.h"
#include "singleinstance.h"
#include "watchdog.h"

#include <turnspit/hosting/signalwatch.h>
#include <ui/theme/icons.h>
#include <ui/theme/palettecare.h>

#include <QApplication>

#include <cstdio>
#include <cstdlib>

#include <poll.h>

namespace {

using namespace turnspit;

int refused(const Error& error)
{
    std::fprintf(stderr, "turnspit: %s\n", error.text().c_str());
    return 1;
}

std::string activationToken()
{
    const char* const token = std::getenv("XDG_ACTIVATION_TOKEN");
    return token ? token : "";
}

/// The lock of the only desktop, or what to end with: another one was told to show itself.
Result<desktop::InstanceLock> claim(const Places& places, const desktop::CommandLine& commandLine, int& exitCode)
{
    constexpr int tries = 600; // of 100 ms: one that is ending has services to stop first
    exitCode = 1;
    for (int n = 0;; ++n) {
        auto lock = desktop::InstanceLock::take(places);
        if (lock || lock.error().kind != ErrorKind::Refused)
            return lock;
        const auto answer = desktop::tellRunning(places, {places.state, !commandLine.minimized, activationToken(), commandLine.action});
        if (!answer) {
            if (auto again = desktop::InstanceLock::take(places)) // it ended while we asked
                return again;
            return fail(answer.error());
        }
        switch (*answer) {
        case desktop::LaunchAnswer::Ok:
            exitCode = 0;
            return fail("a window is open already");
        case desktop::LaunchAnswer::OtherState:
            return fail("the window that is open at " + places.runtime + " shows another state folder; choose another folder with --runtime-dir");
        case desktop::LaunchAnswer::Ending:
            break;
        }
        if (n == tries)
            return fail("the Turnspit that is ending does not end");
        ::poll(nullptr, 0, 100);
    }
}

QStringList commandOf(const Places::Overrides& overrides)
{
    QStringList command{QCoreApplication::applicationFilePath(), QStringLiteral("--minimized")};
    const std::pair<const char*, const std::string&> folders[] = {
        {"--config-dir=", overrides.configDir}, {"--state-dir=", overrides.stateDir}, {"--runtime-dir=", overrides.runtimeDir}};
    for (const auto& [option, folder] : folders) {
        if (!folder.empty())
            command += QLatin1String(option) + QString::fromStdString(folder);
    }
    return command;
}

} // namespace

int main(int argc, char** argv)
{
    const desktop::CommandLine commandLine = desktop::parseCommandLine(argc, argv);
    if (commandLine.exitCode) {
        std::fputs(commandLine.text.c_str(), *commandLine.exitCode == 0 ? stdout : stderr);
        return *commandLine.exitCode;
    }
    const auto places = Places::resolve(commandLine.places);
    const Result<> prepared = places ? places->prepare() : Result<>(fail(places.error()));
    if (!prepared)
        return refused(prepared.error());

    int exitCode = 0;
    const auto lock = claim(*places, commandLine, exitCode);
    if (!lock)
        return exitCode == 0 ? 0 : refused(lock.error());

    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("turnspit"));
    QApplication::setApplicationVersion(QStringLiteral(TURNSPIT_VERSION));
    QGuiApplication::setApplicationDisplayName(QStringLiteral("Turnspit"));
    QGuiApplication::setDesktopFileName(QStringLiteral("org.turnspit.Turnspit"));
    QGuiApplication::setWindowIcon(productIcon());
    const PaletteCare paletteCare;
    // The program ends when its services have: neither a last window nor a lock of Qt's decides that.
    QGuiApplication::setQuitOnLastWindowClosed(false);
    QCoreApplication::setQuitLockEnabled(false);

    const auto watchdog = desktop::Watchdog::fromEnvironment();
    desktop::LaunchServer launches(*places);
    if (const auto listening = launches.listen(); !listening)
        return refused(listening.error());
    // Before a host can have services that a signal would leave to themselves; it is heard once the event loop turns.
    desktop::Program* ends = nullptr;
    const SignalWatch signals([&ends](int) { ends->endNow(); });
    auto open = desktop::makeSession(*places);
    if (!open)
        return refused(open.error());

    desktop::Program program({.places = *places,
                              .preferences = desktop::Preferences::load(*places),
                              .command = commandOf(commandLine.places),
                              .minimized = commandLine.minimized},
                             *std::move(open), launches);
    ends = &program;
    program.start();
    if (!commandLine.action.empty())
        program.act(QString::fromStdString(commandLine.action), {});
    return QApplication::exec();
}
