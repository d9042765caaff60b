// names SOCKET: prints the names of the services of a running host.
#include "nameprinter.h"

#include <ipc/remotesession.h>
#include <turnspit/async/taskscope.h>

#include <QCoreApplication>

using namespace turnspit;

static Task<> subscribe(RemoteSession& session, QString socket)
{
    if (auto greeting = co_await session.open(socket); !greeting) {
        std::fprintf(stderr, "%s\n", greeting.error().text().c_str());
        QCoreApplication::exit(3);
    } else if (auto done = co_await session.subscribe(); !done) {
        std::fprintf(stderr, "%s\n", done.error().text().c_str());
        QCoreApplication::exit(1);
    }
}

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    if (argc != 2)
        return 2;
    RemoteSession session({.client = QStringLiteral("names")});
    NamePrinter printer(session);
    QObject::connect(&printer, &NamePrinter::printed, &application, [] { QCoreApplication::exit(0); });
    TaskScope tasks;
    tasks.spawn(subscribe(session, QString::fromLocal8Bit(argv[1])));
    return QCoreApplication::exec();
}
