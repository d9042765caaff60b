#include "notificationbus.h"

#include "busname.h"

#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>

namespace turnspit::desktop {
namespace {

const QString service = QStringLiteral("org.freedesktop.Notifications");
const QString path = QStringLiteral("/org/freedesktop/Notifications");
const QString defaultAction = QStringLiteral("default");

QDBusMessage call(const QString& method)
{
    return QDBusMessage::createMethodCall(service, path, service, method);
}

uchar urgencyOf(Notice::Urgency urgency)
{
    return static_cast<uchar>(urgency); // 0 low, 1 normal, 2 critical: in the order of ours
}

} // namespace

NotificationBus::NotificationBus(const QDBusConnection& bus, QObject* parent)
    : QObject(parent), m_bus(bus), m_name(new BusName(bus, service, this))
{
    m_bus.connect(QString(), path, service, QStringLiteral("ActionInvoked"), this, SLOT(actionInvoked(uint, QString)));
    m_bus.connect(QString(), path, service, QStringLiteral("NotificationClosed"), this,
                  SLOT(notificationClosed(uint, uint)));
    m_bus.connect(QString(), path, service, QStringLiteral("ActivationToken"), this,
                  SLOT(activationToken(uint, QString)));
    connect(m_name, &BusName::appeared, this, [this] {
        m_shown.clear(); // numbers of another server mean nothing to this one
        askCapabilities();
    });
    connect(m_name, &BusName::vanished, this, [this] {
        m_shown.clear();
        setPresence(Presence::Absent);
    });
    askCapabilities();
}

NotificationBus::~NotificationBus() = default;

void NotificationBus::askCapabilities()
{
    auto* const watcher = new QDBusPendingCallWatcher(m_bus.asyncCall(call(QStringLiteral("GetCapabilities"))), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher] {
        watcher->deleteLater();
        const QDBusPendingReply<QStringList> answer = *watcher;
        if (answer.isValid())
            m_capabilities = answer.value();
        setPresence(answer.isValid() ? Presence::Present : Presence::Absent);
    });
}

void NotificationBus::setPresence(Presence presence)
{
    if (presence != std::exchange(m_presence, presence))
        Q_EMIT presenceChanged();
}

void NotificationBus::show(const Notice& notice)
{
    Shown& shown = m_shown[notice.key];
    shown.closing = false;
    if (shown.sending) {
        shown.next = notice;
        return;
    }
    shown.notice = notice;
    send(notice.key);
}

void NotificationBus::send(const QString& key)
{
    Shown& shown = m_shown[key];
    const Notice& notice = shown.notice;
    QStringList actions;
    if (m_capabilities.contains(QLatin1String("actions"))) {
        actions << defaultAction << tr("Open Turnspit");
        for (const Notice::Button& button : notice.buttons)
            actions << button.id << button.text;
    }
    const QVariantMap hints{
        {QStringLiteral("urgency"), QVariant::fromValue(urgencyOf(notice.urgency))},
        {QStringLiteral("desktop-entry"), QStringLiteral("org.turnspit.Turnspit")},
    };
    const bool markup = m_capabilities.contains(QLatin1String("body-markup"));
    const bool stays = notice.urgency == Notice::Urgency::Critical;
    QDBusMessage message = call(QStringLiteral("Notify"));
    message << QStringLiteral("Turnspit") << shown.id << QStringLiteral("org.turnspit.Turnspit") << notice.summary
            << (markup ? notice.body.toHtmlEscaped() : notice.body) << actions << hints << (stays ? 0 : -1);
    shown.sending = true;
    auto* const watcher = new QDBusPendingCallWatcher(m_bus.asyncCall(message), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, key, watcher] {
        watcher->deleteLater();
        sent(key, *watcher);
    });
}

void NotificationBus::sent(const QString& key, QDBusPendingCallWatcher& watcher)
{
    const auto it = m_shown.find(key);
    if (it == m_shown.end())
        return; // the server went meanwhile
    it->sending = false;
    const QDBusPendingReply<uint> answer = watcher;
    if (!answer.isValid()) {
        const Notice notice = it->next.value_or(it->notice);
        const bool wanted = !it->closing;
        m_shown.erase(it);
        if (wanted)
            Q_EMIT lost(notice);
        return;
    }
    it->id = answer.value();
    if (it->next) {
        it->notice = *std::exchange(it->next, std::nullopt);
        send(key);
    } else if (it->closing) {
        close(key);
    }
}

void NotificationBus::close(const QString& key)
{
    const auto it = m_shown.find(key);
    if (it == m_shown.end())
        return;
    if (it->sending) {
        it->closing = true;
        it->next.reset();
        return;
    }
    QDBusMessage message = call(QStringLiteral("CloseNotification"));
    message << it->id;
    m_bus.asyncCall(message);
    m_shown.erase(it);
}

QString NotificationBus::keyOf(uint id) const
{
    for (auto it = m_shown.cbegin(); it != m_shown.cend(); ++it) {
        if (it->id == id && id != 0)
            return it.key();
    }
    return {};
}

void NotificationBus::activationToken(uint id, const QString& token)
{
    if (!keyOf(id).isEmpty())
        m_tokens.insert(id, token); // the action comes right after it
}

void NotificationBus::actionInvoked(uint id, const QString& action)
{
    const QString token = m_tokens.take(id);
    if (const QString key = keyOf(id); !key.isEmpty())
        Q_EMIT pressed(m_shown.value(key).notice, action, token);
}

void NotificationBus::notificationClosed(uint id, uint)
{
    m_tokens.remove(id);
    const auto it = m_shown.find(keyOf(id));
    if (it == m_shown.end())
        return;
    if (it->sending)
        it->id = 0; // the replacement under way gets a number of its own
    else
        m_shown.erase(it);
}

} // namespace turnspit::desktop
