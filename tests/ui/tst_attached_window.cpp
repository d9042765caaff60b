#include <app/desktop/attachedhost.h>
#include <ui/window/mainwindow.h>

#include <ipc/controlserver.h>
#include <support/fakesession.h>

#include <QAction>
#include <QAbstractButton>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeView>

using namespace turnspit;

namespace {

const QString api = QStringLiteral("api");

} // namespace

/// The window as the program makes it, over a real socket.
class TestAttachedWindow : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void itFindsTheHostThatComesLaterShowsItAndFindsItAgain()
    {
        const QTemporaryDir folder;
        Places places;
        places.config = places.state = places.runtime = folder.path().toStdString();
        const QString socket = QString::fromStdString(places.hostSocket());

        const auto open = desktop::attachToHost(places);
        MainWindow window(open->session());
        window.setNoHostHint(open->noHostHint());
        window.show();
        auto* const noHost = window.findChild<QWidget*>(QStringLiteral("noHostState"));
        auto* const list = window.findChild<QTreeView*>(QStringLiteral("serviceView"));
        auto* const connection = window.findChild<QAbstractButton*>(QStringLiteral("connectionState"));
        QTRY_COMPARE(connection->text(), QStringLiteral("Not connected"));
        QVERIFY(noHost->isVisible());

        FakeSession host;
        ServiceInfo service;
        service.name = api;
        service.since = Clock::current().wallNow();
        host.put(service);
        auto server = std::make_unique<ControlServer>(host);
        QVERIFY(server->listen(socket).has_value());
        QTRY_VERIFY(list->isVisible());
        QTRY_COMPARE(list->model()->rowCount(), 1);
        QTRY_COMPARE(connection->text(), QStringLiteral("Connected"));

        window.findChild<QAction*>(QStringLiteral("actionStart"))->trigger();
        QTRY_COMPARE(list->model()->index(0, 0).data().toString(), QStringLiteral("Running"));

        server.reset();
        QTRY_COMPARE(connection->text(), QStringLiteral("Not connected"));
        QVERIFY(!window.findChild<QAction*>(QStringLiteral("actionStop"))->isEnabled());
        host.setState(api, ServiceState::Failed);
        server = std::make_unique<ControlServer>(host);
        QVERIFY(server->listen(socket).has_value());
        QTRY_COMPARE(list->model()->index(0, 0).data().toString(), QStringLiteral("Failed"));
        QTRY_COMPARE(connection->text(), QStringLiteral("Connected"));
    }
};

QTEST_MAIN(TestAttachedWindow)
#include "tst_attached_window.moc"
