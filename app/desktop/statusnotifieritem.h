#pragma once

#include <ui/tray/overall.h>

#include <QDBusAbstractAdaptor>
#include <QDBusArgument>
#include <QDBusConnection>
#include <QDBusObjectPath>
#include <QIcon>
#include <QObject>

class QMenu;

namespace turnspit::desktop {

class BusName;

struct SniPixmap ///< (iiay): ARGB32 in network byte order
{
    int width = 0;
    int height = 0;
    QByteArray bytes;
};
using SniPixmaps = QList<SniPixmap>;

struct SniToolTip ///< (sa(iiay)ss)
{
    QString icon;
    SniPixmaps pixmaps;
    QString title;
    QString text;
};

QDBusArgument& operator<<(QDBusArgument& out, const SniPixmap& pixmap);
const QDBusArgument& operator>>(const QDBusArgument& in, SniPixmap& pixmap);
QDBusArgument& operator<<(QDBusArgument& out, const SniToolTip& tip);
const QDBusArgument& operator>>(const QDBusArgument& in, SniToolTip& tip);

/// An icon in the panel by the StatusNotifierItem protocol. Finds the watcher whenever it comes, and tells it again
/// when another follows: the icon is back as soon as the panel is. Nothing here waits for the bus.
///
/// Not through QSystemTrayIcon: that decides once in the life of a program whether there is such a watcher, asks the
/// bus for it on the main thread, and knows no status.
class StatusNotifierItem final : public QObject
{
    Q_OBJECT
public:
    StatusNotifierItem(const QDBusConnection& bus, QMenu& menu, QObject* parent = nullptr);
    ~StatusNotifierItem() override;

    void setLook(Overall state, const QString& text);

    /// By names of icons that the desktop has installed in one colour, which the panel draws in its own; else in the product's colours.
    void setSymbolic(bool symbolic);

    /// A watcher has taken it, and there is a panel that shows what the watcher knows.
    [[nodiscard]] bool isShown() const { return m_registered && m_hostThere; }

    // What the adaptor tells.
    [[nodiscard]] Overall state() const { return m_state; }
    [[nodiscard]] const QString& text() const { return m_text; }
    [[nodiscard]] QString status() const;
    [[nodiscard]] SniPixmaps pixmaps() const;
    [[nodiscard]] QString iconName() const; ///< "" where the pixmaps count

Q_SIGNALS:
    void shownChanged();
    void activated(const QString& token);
    void lookChanged();
    void statusChanged(const QString& status);

private Q_SLOTS:
    void hostRegistered();
    void hostUnregistered();

private:
    void askForName();
    void registerAtWatcher();
    void askForHost();
    void set(bool registered, bool hostThere);

    QDBusConnection m_bus;
    BusName* m_watcher;
    QString m_service; ///< our own name on the bus
    Overall m_state = Overall::Unreachable;
    QString m_text;
    bool m_symbolic = false;
    bool m_named = false;
    bool m_registered = false;
    bool m_hostThere = false;
};

/// The item as it is seen on the bus.
class StatusNotifierItemAdaptor final : public QDBusAbstractAdaptor
{
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.kde.StatusNotifierItem")
    Q_PROPERTY(QString Category READ category)
    Q_PROPERTY(QString Id READ id)
    Q_PROPERTY(QString Title READ title)
    Q_PROPERTY(QString Status READ status)
    Q_PROPERTY(int WindowId READ windowId)
    Q_PROPERTY(QString IconThemePath READ nothing)
    Q_PROPERTY(QString IconName READ iconName)
    Q_PROPERTY(turnspit::desktop::SniPixmaps IconPixmap READ iconPixmap)
    Q_PROPERTY(QString OverlayIconName READ nothing)
    Q_PROPERTY(turnspit::desktop::SniPixmaps OverlayIconPixmap READ noPixmap)
    Q_PROPERTY(QString AttentionIconName READ iconName)
    Q_PROPERTY(turnspit::desktop::SniPixmaps AttentionIconPixmap READ iconPixmap)
    Q_PROPERTY(QString AttentionMovieName READ nothing)
    Q_PROPERTY(turnspit::desktop::SniToolTip ToolTip READ toolTip)
    Q_PROPERTY(bool ItemIsMenu READ itemIsMenu)
    Q_PROPERTY(QDBusObjectPath Menu READ menu)
public:
    explicit StatusNotifierItemAdaptor(StatusNotifierItem& item);

    [[nodiscard]] QString category() const { return QStringLiteral("ApplicationStatus"); }
    [[nodiscard]] QString id() const { return QStringLiteral("turnspit"); }
    [[nodiscard]] QString title() const { return QStringLiteral("Turnspit"); }
    [[nodiscard]] QString status() const { return m_item.status(); }
    [[nodiscard]] int windowId() const { return 0; }
    [[nodiscard]] QString nothing() const { return {}; }
    [[nodiscard]] QString iconName() const { return m_item.iconName(); }
    [[nodiscard]] SniPixmaps iconPixmap() const { return m_item.pixmaps(); }
    [[nodiscard]] SniPixmaps noPixmap() const { return {}; }
    [[nodiscard]] SniToolTip toolTip() const { return {{}, {}, title(), m_item.text()}; }
    [[nodiscard]] bool itemIsMenu() const { return false; }
    [[nodiscard]] QDBusObjectPath menu() const;

public Q_SLOTS:
    void ContextMenu(int x, int y);
    void Activate(int x, int y);
    void SecondaryActivate(int x, int y);
    void Scroll(int delta, const QString& orientation);
    void ProvideXdgActivationToken(const QString& token);

Q_SIGNALS:
    void NewTitle();
    void NewIcon();
    void NewAttentionIcon();
    void NewOverlayIcon();
    void NewToolTip();
    void NewStatus(const QString& status);

private:
    StatusNotifierItem& m_item;
    QString m_token;
};

} // namespace turnspit::desktop

Q_DECLARE_METATYPE(turnspit::desktop::SniPixmap)
Q_DECLARE_METATYPE(turnspit::desktop::SniToolTip)
