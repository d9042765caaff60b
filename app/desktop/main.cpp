#include "options.h"
#include "sessionchoice.h"

#include <turnspit/async/taskscope.h>
#include <turnspit/hosting/signalwatch.h>
#include <ui/window/mainwindow.h>

#include <QApplication>

#include <cstdio>
#include <utility>

int main(int argc, char** argv)
{
    using namespace turnspit;

    const desktop::CommandLine commandLine = desktop::parseCommandLine(argc, argv);
    if (commandLine.exitCode) {
        std::fputs(commandLine.text.c_str(), *commandLine.exitCode == 0 ? stdout : stderr);
        return *commandLine.exitCode;
    }
    const auto places = Places::resolve(commandLine.places);
    const Result<> prepared = places ? places->prepare() : Result<>(fail(places.error()));
    if (!prepared) {
        std::fprintf(stderr, "turnspit: %s\n", prepared.error().text().c_str());
        return 1;
    }

    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("turnspit"));
    QApplication::setApplicationVersion(QStringLiteral(TURNSPIT_VERSION));
    QGuiApplication::setApplicationDisplayName(QStringLiteral("Turnspit"));
    QGuiApplication::setDesktopFileName(QStringLiteral("org.turnspit.Turnspit"));

    auto open = desktop::makeSession(*places);
    if (!open) {
        std::fprintf(stderr, "turnspit: %s\n", open.error().text().c_str());
        return 1;
    }
    desktop::OpenSession& host = **open;

    int code = 0;
    {
        MainWindow window(host.session());
        window.setNoHostHint(host.noHostHint());
        host.onHint = [&window](const QString& hint) { window.setNoHostHint(hint); };
        window.show();

        // Closing the window, a signal and a shutdown from the command line take the same way: services first, then the program.
        QGuiApplication::setQuitOnLastWindowClosed(false);
        QCoreApplication::setQuitLockEnabled(false);
        TaskScope tasks;
        bool ending = false;
        const auto end = [&] {
            if (std::exchange(ending, true))
                return;
            tasks.spawn([](desktop::OpenSession& session) -> Task<> { QCoreApplication::exit(co_await session.close()); }(host));
        };
        host.onEnd = end;
        QObject::connect(qApp, &QGuiApplication::lastWindowClosed, &window, end);
        const SignalWatch signals([&](int) {
            if (ending)
                QCoreApplication::exit(6); // a second one ends the wait: the keeper finishes what is under way
            else
                end();
        });
        code = QApplication::exec();
        host.onHint = {};
        host.onEnd = {};
    }
    open->reset();
    return code;
}
