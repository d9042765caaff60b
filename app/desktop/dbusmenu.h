#pragma once

#include <QDBusAbstractAdaptor>
#include <QDBusArgument>
#include <QDBusConnection>
#include <QDBusVariant>
#include <QHash>
#include <QObject>
#include <QSet>
#include <QVariantMap>

class QAction;
class QMenu;

namespace turnspit::desktop {

// The types of com.canonical.dbusmenu.

struct MenuLayout ///< (ia{sv}av)
{
    int id = 0;
    QVariantMap properties;
    QList<MenuLayout> children;
};

struct MenuItem ///< (ia{sv})
{
    int id = 0;
    QVariantMap properties;
};

struct MenuItemKeys ///< (ias)
{
    int id = 0;
    QStringList keys;
};

struct MenuEvent ///< (isvu)
{
    int id = 0;
    QString name;
    QDBusVariant data;
    uint time = 0;
};

QDBusArgument& operator<<(QDBusArgument& out, const MenuLayout& layout);
const QDBusArgument& operator>>(const QDBusArgument& in, MenuLayout& layout);
QDBusArgument& operator<<(QDBusArgument& out, const MenuItem& item);
const QDBusArgument& operator>>(const QDBusArgument& in, MenuItem& item);
QDBusArgument& operator<<(QDBusArgument& out, const MenuItemKeys& keys);
const QDBusArgument& operator>>(const QDBusArgument& in, MenuItemKeys& keys);
QDBusArgument& operator<<(QDBusArgument& out, const MenuEvent& event);
const QDBusArgument& operator>>(const QDBusArgument& in, MenuEvent& event);

void registerMenuTypes();

/// Exports a QMenu whose items stay the same ones, with changing texts, icons and visibility, as
/// com.canonical.dbusmenu: the form in which hosts of status notifiers show menus. `object` is registered at a path by
/// its owner with ExportAdaptors.
class DBusMenu final : public QDBusAbstractAdaptor
{
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "com.canonical.dbusmenu")
    Q_PROPERTY(uint Version READ version)
    Q_PROPERTY(QString TextDirection READ textDirection)
    Q_PROPERTY(QString Status READ status)
    Q_PROPERTY(QStringList IconThemePath READ iconThemePath)
public:
    /// All items that the menu will ever have are in it.
    DBusMenu(QMenu& menu, QObject* object);

    [[nodiscard]] uint version() const { return 3; }
    [[nodiscard]] QString textDirection() const;
    [[nodiscard]] QString status() const { return QStringLiteral("normal"); }
    [[nodiscard]] QStringList iconThemePath() const { return {}; }

public Q_SLOTS:
    uint GetLayout(int parentId, int depth, const QStringList& keys, turnspit::desktop::MenuLayout& layout);
    QList<turnspit::desktop::MenuItem> GetGroupProperties(const QList<int>& ids, const QStringList& keys);
    QDBusVariant GetProperty(int id, const QString& name);
    void Event(int id, const QString& name, const QDBusVariant& data, uint time);
    QList<int> EventGroup(const QList<turnspit::desktop::MenuEvent>& events);
    bool AboutToShow(int id);
    QList<int> AboutToShowGroup(const QList<int>& ids, QList<int>& idErrors);

Q_SIGNALS:
    void ItemsPropertiesUpdated(const QList<turnspit::desktop::MenuItem>& updated,
                                const QList<turnspit::desktop::MenuItemKeys>& removed);
    void LayoutUpdated(uint revision, int parent);
    void ItemActivationRequested(int id, uint time);

private:
    void add(QMenu& menu);
    void changed(int id);
    void tellChanges();
    bool handle(int id, const QString& name);
    [[nodiscard]] MenuLayout layoutOf(int id, int depth, const QStringList& keys) const;
    [[nodiscard]] QVariantMap propertiesOf(int id, const QStringList& keys) const;

    QMenu& m_menu;
    QHash<int, QAction*> m_actions;
    QHash<const QAction*, int> m_ids;
    QSet<int> m_changed;
    bool m_telling = false;
};

} // namespace turnspit::desktop

Q_DECLARE_METATYPE(turnspit::desktop::MenuLayout)
Q_DECLARE_METATYPE(turnspit::desktop::MenuItem)
Q_DECLARE_METATYPE(turnspit::desktop::MenuItemKeys)
Q_DECLARE_METATYPE(turnspit::desktop::MenuEvent)
