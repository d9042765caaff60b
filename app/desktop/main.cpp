#include "options.h"
#include "sessionchoice.h"

#include <ui/window/mainwindow.h>

#include <QApplication>

#include <cstdio>

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

    const auto open = desktop::makeSession(*places);
    MainWindow window(open->session());
    window.setNoHostHint(open->noHostHint());
    window.show();
    return QApplication::exec();
}
