// turnspit-fakedesktop: a notification server and a panel on the session bus, for tests that look at the real program.
// Says on stdout what comes, one JSON object a line, and does what stdin says: `invoke ID ACTION`, `menu`, `click
// ITEM[/ITEM]` (labels, the first that begins so), `status`, `panel off`, `panel on`. Ends with stdin.

#include "fakeservers.h"

#include <app/desktop/dbusmenu.h>

#include <QCoreApplication>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSocketNotifier>

#include <cstdio>
#include <functional>
#include <memory>

#include <unistd.h>

using namespace turnspit;
using namespace turnspit::desktop;

namespace {

void say(const QJsonObject& object)
{
    const QByteArray line = QJsonDocument(object).toJson(QJsonDocument::Compact);
    std::puts(line.constData());
    std::fflush(stdout);
}

QString labelOf(const MenuLayout& item)
{
    return item.properties.value(QStringLiteral("label")).toString();
}

bool isVisible(const MenuLayout& item)
{
    return item.properties.value(QStringLiteral("visible"), true).toBool();
}

QJsonArray visibleItems(const MenuLayout& menu)
{
    QJsonArray items;
    for (const MenuLayout& child : menu.children) {
        if (!isVisible(child) || labelOf(child).isEmpty())
            continue;
        QJsonObject item{{QLatin1String("label"), labelOf(child)}};
        if (!child.children.isEmpty())
            item.insert(QLatin1String("items"), visibleItems(child));
        items += item;
    }
    return items;
}

class FakeDesktop final : public QObject
{
public:
    FakeDesktop() : m_bus(QDBusConnection::sessionBus()), m_notices(m_bus), m_input(STDIN_FILENO, QSocketNotifier::Read)
    {
        registerMenuTypes();
        connect(&m_notices, &NotificationServer::recorded, this, [this] {
            const auto& shown = m_notices.shown.last();
            say({{QLatin1String("notice"), static_cast<qint64>(shown.id)},
                 {QLatin1String("replaces"), static_cast<qint64>(shown.replaces)},
                 {QLatin1String("summary"), shown.summary},
                 {QLatin1String("body"), shown.body},
                 {QLatin1String("actions"), QJsonArray::fromStringList(shown.actions)},
                 {QLatin1String("urgency"), shown.urgency}});
        });
        connect(&m_notices, &NotificationServer::recordedClose, this,
                [](uint id) { say({{QLatin1String("closed"), static_cast<qint64>(id)}}); });
        connect(&m_input, &QSocketNotifier::activated, this, &FakeDesktop::read);
        openPanel();
        say({{QLatin1String("ready"), true}});
    }

private:
    void openPanel()
    {
        m_panel = std::make_unique<StatusNotifierWatcher>(m_bus);
        connect(m_panel.get(), &StatusNotifierWatcher::recorded, this, [this](const QString& item) {
            m_item = item;
            say({{QLatin1String("item"), item}});
        });
    }

    void read()
    {
        char bytes[4096];
        const ssize_t size = ::read(STDIN_FILENO, bytes, sizeof bytes);
        if (size <= 0)
            return QCoreApplication::quit();
        m_line.append(bytes, static_cast<qsizetype>(size));
        for (qsizetype end = m_line.indexOf('\n'); end >= 0; end = m_line.indexOf('\n')) {
            obey(QString::fromUtf8(m_line.left(end)));
            m_line.remove(0, end + 1);
        }
    }

    void obey(const QString& line)
    {
        const QString rest = line.section(QLatin1Char(' '), 1);
        if (line.startsWith(QLatin1String("invoke ")))
            Q_EMIT m_notices.ActionInvoked(rest.section(QLatin1Char(' '), 0, 0).toUInt(),
                                           rest.section(QLatin1Char(' '), 1));
        else if (line == QLatin1String("menu"))
            withMenu([](const MenuLayout& menu) { say({{QLatin1String("menu"), visibleItems(menu)}}); });
        else if (line.startsWith(QLatin1String("click ")))
            withMenu([this, rest](const MenuLayout& menu) { click(menu, rest.split(QLatin1Char('/'))); });
        else if (line == QLatin1String("status"))
            sayStatus();
        else if (line == QLatin1String("panel off"))
            m_panel.reset();
        else if (line == QLatin1String("panel on"))
            openPanel();
    }

    void ask(const QString& path, const QString& interface, const QString& method, const QVariantList& arguments,
             std::function<void(const QVariantList&)> answer)
    {
        QDBusMessage message = QDBusMessage::createMethodCall(m_item, path, interface, method);
        message.setArguments(arguments);
        auto* const watcher = new QDBusPendingCallWatcher(m_bus.asyncCall(message), this);
        connect(watcher, &QDBusPendingCallWatcher::finished, this, [watcher, answer = std::move(answer)] {
            watcher->deleteLater();
            if (watcher->isError())
                say({{QLatin1String("error"), watcher->error().message()}});
            else
                answer(watcher->reply().arguments());
        });
    }

    void withMenu(std::function<void(const MenuLayout&)> use)
    {
        ask(QStringLiteral("/MenuBar"), QStringLiteral("com.canonical.dbusmenu"), QStringLiteral("GetLayout"),
            {0, -1, QStringList()},
            [use = std::move(use)](const QVariantList& answer) { use(qdbus_cast<MenuLayout>(answer.at(1))); });
    }

    void click(const MenuLayout& menu, const QStringList& path)
    {
        for (const MenuLayout& child : menu.children) {
            if (!isVisible(child) || !labelOf(child).startsWith(path.first()))
                continue;
            if (path.size() > 1)
                return click(child, path.mid(1));
            return ask(QStringLiteral("/MenuBar"), QStringLiteral("com.canonical.dbusmenu"), QStringLiteral("Event"),
                       {child.id, QStringLiteral("clicked"), QVariant::fromValue(QDBusVariant(0)), 0U},
                       [label = labelOf(child)](const QVariantList&) { say({{QLatin1String("clicked"), label}}); });
        }
        say({{QLatin1String("error"), QStringLiteral("there is no ") + path.first()}});
    }

    void sayStatus()
    {
        ask(QStringLiteral("/StatusNotifierItem"), QStringLiteral("org.freedesktop.DBus.Properties"),
            QStringLiteral("Get"), {QStringLiteral("org.kde.StatusNotifierItem"), QStringLiteral("Status")},
            [](const QVariantList& answer) {
                say({{QLatin1String("status"), answer.first().value<QDBusVariant>().variant().toString()}});
            });
    }

    QDBusConnection m_bus;
    NotificationServer m_notices;
    std::unique_ptr<StatusNotifierWatcher> m_panel;
    QSocketNotifier m_input;
    QByteArray m_line;
    QString m_item;
};

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    const FakeDesktop desktop;
    return QCoreApplication::exec();
}
