#include "statusnotifieritem.h"

#include "busname.h"
#include "dbusmenu.h"

#include <QDBusMessage>
#include <QDBusMetaType>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QImage>
#include <QMenu>
#include <QtEndian>

#include <utility>

#include <unistd.h>

namespace turnspit::desktop {
namespace {

const QString itemPath = QStringLiteral("/StatusNotifierItem");
const QString menuPath = QStringLiteral("/MenuBar");
const QString watcherService = QStringLiteral("org.kde.StatusNotifierWatcher");
const QString watcherPath = QStringLiteral("/StatusNotifierWatcher");

SniPixmap pixmapOf(const QIcon& icon, int side)
{
    const QImage image = icon.pixmap(QSize(side, side), 1.0).toImage().convertToFormat(QImage::Format_ARGB32);
    SniPixmap pixmap{image.width(), image.height(), {}};
    pixmap.bytes.resize(image.sizeInBytes());
    qToBigEndian<quint32>(image.constBits(), static_cast<qsizetype>(image.width()) * image.height(),
                          pixmap.bytes.data());
    return pixmap;
}

} // namespace

QDBusArgument& operator<<(QDBusArgument& out, const SniPixmap& pixmap)
{
    out.beginStructure();
    out << pixmap.width << pixmap.height << pixmap.bytes;
    out.endStructure();
    return out;
}

const QDBusArgument& operator>>(const QDBusArgument& in, SniPixmap& pixmap)
{
    in.beginStructure();
    in >> pixmap.width >> pixmap.height >> pixmap.bytes;
    in.endStructure();
    return in;
}

QDBusArgument& operator<<(QDBusArgument& out, const SniToolTip& tip)
{
    out.beginStructure();
    out << tip.icon << tip.pixmaps << tip.title << tip.text;
    out.endStructure();
    return out;
}

const QDBusArgument& operator>>(const QDBusArgument& in, SniToolTip& tip)
{
    in.beginStructure();
    in >> tip.icon >> tip.pixmaps >> tip.title >> tip.text;
    in.endStructure();
    return in;
}

StatusNotifierItem::StatusNotifierItem(const QDBusConnection& bus, QMenu& menu, QObject* parent)
    : QObject(parent), m_bus(bus), m_watcher(new BusName(bus, watcherService, this)),
      m_service(QStringLiteral("org.kde.StatusNotifierItem-%1-1").arg(::getpid()))
{
    qDBusRegisterMetaType<SniPixmap>();
    qDBusRegisterMetaType<SniPixmaps>();
    qDBusRegisterMetaType<SniToolTip>();
    new StatusNotifierItemAdaptor(*this);
    auto* const exported = new QObject(this);
    new DBusMenu(menu, exported);
    m_bus.registerObject(itemPath, this, QDBusConnection::ExportAdaptors);
    m_bus.registerObject(menuPath, exported, QDBusConnection::ExportAdaptors);

    m_bus.connect(QString(), watcherPath, watcherService, QStringLiteral("StatusNotifierHostRegistered"), this,
                  SLOT(hostRegistered()));
    m_bus.connect(QString(), watcherPath, watcherService, QStringLiteral("StatusNotifierHostUnregistered"), this,
                  SLOT(hostUnregistered()));
    connect(m_watcher, &BusName::appeared, this, &StatusNotifierItem::registerAtWatcher);
    connect(m_watcher, &BusName::vanished, this, [this] { set(false, false); });
    askForName();
}

StatusNotifierItem::~StatusNotifierItem()
{
    m_bus.unregisterObject(itemPath);
    m_bus.unregisterObject(menuPath);
    QDBusMessage release =
        QDBusMessage::createMethodCall(QStringLiteral("org.freedesktop.DBus"), QStringLiteral("/org/freedesktop/DBus"),
                                       QStringLiteral("org.freedesktop.DBus"), QStringLiteral("ReleaseName"));
    release << m_service;
    m_bus.send(release);
}

void StatusNotifierItem::askForName()
{
    constexpr uint doNotQueue = 4;
    QDBusMessage ask =
        QDBusMessage::createMethodCall(QStringLiteral("org.freedesktop.DBus"), QStringLiteral("/org/freedesktop/DBus"),
                                       QStringLiteral("org.freedesktop.DBus"), QStringLiteral("RequestName"));
    ask << m_service << doNotQueue;
    auto* const watcher = new QDBusPendingCallWatcher(m_bus.asyncCall(ask), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher] {
        watcher->deleteLater();
        const QDBusPendingReply<uint> answer = *watcher;
        constexpr uint owner = 1;
        if (!answer.isValid() || answer.value() != owner)
            m_service = m_bus.baseService(); // a bus that gives no names (a sandbox) knows us by this one
        m_named = true;
        registerAtWatcher();
    });
}

void StatusNotifierItem::registerAtWatcher()
{
    if (!m_named || !m_watcher->isOwned())
        return;
    QDBusMessage call = QDBusMessage::createMethodCall(watcherService, watcherPath, watcherService,
                                                       QStringLiteral("RegisterStatusNotifierItem"));
    call << m_service;
    auto* const watcher = new QDBusPendingCallWatcher(m_bus.asyncCall(call), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher] {
        watcher->deleteLater();
        set(!watcher->isError() && m_watcher->isOwned(), m_hostThere);
    });
    askForHost();
}

void StatusNotifierItem::askForHost()
{
    QDBusMessage ask = QDBusMessage::createMethodCall(
        watcherService, watcherPath, QStringLiteral("org.freedesktop.DBus.Properties"), QStringLiteral("Get"));
    ask << watcherService << QStringLiteral("IsStatusNotifierHostRegistered");
    auto* const watcher = new QDBusPendingCallWatcher(m_bus.asyncCall(ask), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher] {
        watcher->deleteLater();
        const QDBusPendingReply<QDBusVariant> answer = *watcher;
        if (answer.isValid())
            set(m_registered, answer.value().variant().toBool());
    });
}

void StatusNotifierItem::hostRegistered()
{
    set(m_registered, true);
}

void StatusNotifierItem::hostUnregistered()
{
    askForHost(); // perhaps there is another one
}

void StatusNotifierItem::set(bool registered, bool hostThere)
{
    const bool before = isShown();
    m_registered = registered;
    m_hostThere = hostThere;
    if (before != isShown())
        Q_EMIT shownChanged();
}

QString StatusNotifierItem::status() const
{
    switch (m_state) {
    case Overall::NothingRunning:
        return QStringLiteral("Passive");
    case Overall::Failed:
    case Overall::Unreachable:
        return QStringLiteral("NeedsAttention");
    default:
        return QStringLiteral("Active");
    }
}

SniPixmaps StatusNotifierItem::pixmaps() const
{
    const QIcon icon = trayIcon(shapeOf(m_state));
    SniPixmaps all;
    for (const int side : {16, 22, 24, 32, 48})
        all += pixmapOf(icon, side);
    return all;
}

QString StatusNotifierItem::iconName() const
{
    return m_symbolic ? traySymbolName(shapeOf(m_state)) : QString();
}

void StatusNotifierItem::setSymbolic(bool symbolic)
{
    if (std::exchange(m_symbolic, symbolic) != symbolic)
        Q_EMIT lookChanged();
}

void StatusNotifierItem::setLook(Overall state, const QString& text)
{
    if (state == m_state && text == m_text)
        return;
    const QString before = status();
    m_state = state;
    m_text = text;
    Q_EMIT lookChanged();
    if (status() != before)
        Q_EMIT statusChanged(status());
}

StatusNotifierItemAdaptor::StatusNotifierItemAdaptor(StatusNotifierItem& item)
    : QDBusAbstractAdaptor(&item), m_item(item)
{
    setAutoRelaySignals(false);
    connect(&item, &StatusNotifierItem::lookChanged, this, [this] {
        Q_EMIT NewIcon();
        Q_EMIT NewAttentionIcon();
        Q_EMIT NewToolTip();
    });
    connect(&item, &StatusNotifierItem::statusChanged, this, &StatusNotifierItemAdaptor::NewStatus);
}

QDBusObjectPath StatusNotifierItemAdaptor::menu() const
{
    return QDBusObjectPath(menuPath);
}

void StatusNotifierItemAdaptor::Activate(int, int)
{
    Q_EMIT m_item.activated(std::exchange(m_token, {}));
}

// The host shows the menu itself, and nothing lives in the other ways to touch the icon.
void StatusNotifierItemAdaptor::ContextMenu(int, int) {}
void StatusNotifierItemAdaptor::Scroll(int, const QString&) {}

void StatusNotifierItemAdaptor::SecondaryActivate(int x, int y)
{
    Activate(x, y);
}

void StatusNotifierItemAdaptor::ProvideXdgActivationToken(const QString& token)
{
    m_token = token;
}

} // namespace turnspit::desktop
