#include "dbusmenu.h"

#include <QAction>
#include <QBuffer>
#include <QDBusMetaType>
#include <QGuiApplication>
#include <QMenu>

namespace turnspit::desktop {
namespace {

constexpr int root = 0;
constexpr int iconSize = 22;

/// `&` marks the key in Qt, `_` does so here.
QString labelOf(const QString& text)
{
    QString label;
    for (qsizetype n = 0; n < text.size(); ++n) {
        const QChar c = text.at(n);
        if (c == QLatin1Char('_')) {
            label += QStringLiteral("__");
        } else if (c == QLatin1Char('&')) {
            const bool literal = n + 1 < text.size() && text.at(n + 1) == QLatin1Char('&');
            label += literal ? QLatin1Char('&') : QLatin1Char('_');
            n += literal ? 1 : 0;
        } else {
            label += c;
        }
    }
    return label;
}

QByteArray pngOf(const QIcon& icon)
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    icon.pixmap(QSize(iconSize, iconSize), 1.0).save(&buffer, "PNG");
    return bytes;
}

} // namespace

QDBusArgument& operator<<(QDBusArgument& out, const MenuLayout& layout)
{
    out.beginStructure();
    out << layout.id << layout.properties;
    out.beginArray(QMetaType::fromType<QDBusVariant>());
    for (const MenuLayout& child : layout.children)
        out << QDBusVariant(QVariant::fromValue(child));
    out.endArray();
    out.endStructure();
    return out;
}

const QDBusArgument& operator>>(const QDBusArgument& in, MenuLayout& layout)
{
    in.beginStructure();
    in >> layout.id >> layout.properties;
    in.beginArray();
    while (!in.atEnd()) {
        QDBusVariant child;
        in >> child;
        layout.children.append(qdbus_cast<MenuLayout>(child.variant()));
    }
    in.endArray();
    in.endStructure();
    return in;
}

QDBusArgument& operator<<(QDBusArgument& out, const MenuItem& item)
{
    out.beginStructure();
    out << item.id << item.properties;
    out.endStructure();
    return out;
}

const QDBusArgument& operator>>(const QDBusArgument& in, MenuItem& item)
{
    in.beginStructure();
    in >> item.id >> item.properties;
    in.endStructure();
    return in;
}

QDBusArgument& operator<<(QDBusArgument& out, const MenuItemKeys& keys)
{
    out.beginStructure();
    out << keys.id << keys.keys;
    out.endStructure();
    return out;
}

const QDBusArgument& operator>>(const QDBusArgument& in, MenuItemKeys& keys)
{
    in.beginStructure();
    in >> keys.id >> keys.keys;
    in.endStructure();
    return in;
}

QDBusArgument& operator<<(QDBusArgument& out, const MenuEvent& event)
{
    out.beginStructure();
    out << event.id << event.name << event.data << event.time;
    out.endStructure();
    return out;
}

const QDBusArgument& operator>>(const QDBusArgument& in, MenuEvent& event)
{
    in.beginStructure();
    in >> event.id >> event.name >> event.data >> event.time;
    in.endStructure();
    return in;
}

void registerMenuTypes()
{
    qDBusRegisterMetaType<MenuLayout>();
    qDBusRegisterMetaType<MenuItem>();
    qDBusRegisterMetaType<QList<MenuItem>>();
    qDBusRegisterMetaType<MenuItemKeys>();
    qDBusRegisterMetaType<QList<MenuItemKeys>>();
    qDBusRegisterMetaType<MenuEvent>();
    qDBusRegisterMetaType<QList<MenuEvent>>();
    qDBusRegisterMetaType<QList<int>>();
}

DBusMenu::DBusMenu(QMenu& menu, QObject* object) : QDBusAbstractAdaptor(object), m_menu(menu)
{
    registerMenuTypes();
    setAutoRelaySignals(false);
    m_ids.insert(menu.menuAction(), root);
    add(menu);
}

void DBusMenu::add(QMenu& menu)
{
    const auto actions = menu.actions();
    for (QAction* const action : actions) {
        const int id = static_cast<int>(m_actions.size()) + 1;
        m_actions.insert(id, action);
        m_ids.insert(action, id);
        connect(action, &QAction::changed, this, [this, id] { changed(id); });
        if (action->menu())
            add(*action->menu());
    }
}

QString DBusMenu::textDirection() const
{
    return QGuiApplication::layoutDirection() == Qt::RightToLeft ? QStringLiteral("rtl") : QStringLiteral("ltr");
}

void DBusMenu::changed(int id)
{
    m_changed.insert(id);
    if (!std::exchange(m_telling, true))
        QMetaObject::invokeMethod(this, &DBusMenu::tellChanges, Qt::QueuedConnection);
}

void DBusMenu::tellChanges()
{
    m_telling = false;
    QList<MenuItem> updated;
    for (const int id : std::exchange(m_changed, {}))
        updated += MenuItem{id, propertiesOf(id, {})};
    Q_EMIT ItemsPropertiesUpdated(updated, {});
}

QVariantMap DBusMenu::propertiesOf(int id, const QStringList& keys) const
{
    QVariantMap all;
    if (id == root) {
        all.insert(QStringLiteral("children-display"), QStringLiteral("submenu"));
    } else if (const QAction* const action = m_actions.value(id)) {
        all.insert(QStringLiteral("visible"), action->isVisible());
        if (action->isSeparator()) {
            all.insert(QStringLiteral("type"), QStringLiteral("separator"));
        } else {
            all.insert(QStringLiteral("label"), labelOf(action->text()));
            all.insert(QStringLiteral("enabled"), action->isEnabled());
            if (action->menu())
                all.insert(QStringLiteral("children-display"), QStringLiteral("submenu"));
            if (action->isCheckable()) {
                all.insert(QStringLiteral("toggle-type"), QStringLiteral("checkmark"));
                all.insert(QStringLiteral("toggle-state"), action->isChecked() ? 1 : 0);
            }
            if (!action->icon().isNull())
                all.insert(QStringLiteral("icon-data"), pngOf(action->icon()));
        }
    }
    if (keys.isEmpty())
        return all;
    QVariantMap asked;
    for (const QString& key : keys) {
        if (const auto it = all.constFind(key); it != all.constEnd())
            asked.insert(key, *it);
    }
    return asked;
}

MenuLayout DBusMenu::layoutOf(int id, int depth, const QStringList& keys) const
{
    MenuLayout layout{id, propertiesOf(id, keys), {}};
    const QAction* const action = m_actions.value(id);
    const QMenu* const menu = id == root ? &m_menu : action ? action->menu() : nullptr;
    if (!menu || depth == 0)
        return layout;
    const auto actions = menu->actions();
    for (const QAction* const child : actions) {
        if (const auto it = m_ids.constFind(child); it != m_ids.constEnd())
            layout.children.append(layoutOf(*it, depth - 1, keys)); // below zero: all levels
    }
    return layout;
}

uint DBusMenu::GetLayout(int parentId, int depth, const QStringList& keys, MenuLayout& layout)
{
    layout = layoutOf(parentId, depth, keys);
    return 1; // never another one
}

QList<MenuItem> DBusMenu::GetGroupProperties(const QList<int>& ids, const QStringList& keys)
{
    QList<MenuItem> items;
    if (ids.isEmpty())
        items += MenuItem{root, propertiesOf(root, keys)};
    const QList<int> wanted = ids.isEmpty() ? m_actions.keys() : ids;
    for (const int id : wanted)
        items += MenuItem{id, propertiesOf(id, keys)};
    return items;
}

QDBusVariant DBusMenu::GetProperty(int id, const QString& name)
{
    return QDBusVariant(propertiesOf(id, {name}).value(name, QString()));
}

bool DBusMenu::handle(int id, const QString& name)
{
    if (id == root) {
        if (name == QLatin1String("opened"))
            Q_EMIT m_menu.aboutToShow();
        else if (name == QLatin1String("closed"))
            Q_EMIT m_menu.aboutToHide();
        return true;
    }
    QAction* const action = m_actions.value(id);
    if (!action)
        return false;
    // Later: what it does must not hold up the answer.
    if (name == QLatin1String("clicked"))
        QMetaObject::invokeMethod(action, &QAction::trigger, Qt::QueuedConnection);
    return true;
}

void DBusMenu::Event(int id, const QString& name, const QDBusVariant&, uint)
{
    handle(id, name);
}

QList<int> DBusMenu::EventGroup(const QList<MenuEvent>& events)
{
    QList<int> unknown;
    for (const MenuEvent& event : events) {
        if (!handle(event.id, event.name))
            unknown += event.id;
    }
    return unknown;
}

bool DBusMenu::AboutToShow(int)
{
    return false; // nothing has to be asked for again: changes were told
}

QList<int> DBusMenu::AboutToShowGroup(const QList<int>& ids, QList<int>& idErrors)
{
    for (const int id : ids) {
        if (id != root && !m_actions.contains(id))
            idErrors += id;
    }
    return {};
}

} // namespace turnspit::desktop
