#include "applicationbus.h"

#include <QDBusMessage>

namespace turnspit::desktop {
namespace {

const QString busService = QStringLiteral("org.freedesktop.DBus");
const QString busPath = QStringLiteral("/org/freedesktop/DBus");

QString tokenOf(const QVariantMap& platformData)
{
    const QString token = platformData.value(QStringLiteral("activation-token")).toString();
    return token.isEmpty() ? platformData.value(QStringLiteral("desktop-startup-id")).toString() : token;
}

} // namespace

const QString ApplicationBus::name = QStringLiteral("org.turnspit.Turnspit");
const QString ApplicationBus::path = QStringLiteral("/org/turnspit/Turnspit");

ApplicationBus::ApplicationBus(const QDBusConnection& bus, QObject* parent) : QObject(parent), m_bus(bus)
{
    new ApplicationAdaptor(*this);
    // The object first: who started the program by its name calls it as soon as the name is there.
    m_bus.registerObject(path, this, QDBusConnection::ExportAdaptors);
    constexpr uint doNotQueue = 4;
    QDBusMessage ask = QDBusMessage::createMethodCall(busService, busPath, busService, QStringLiteral("RequestName"));
    ask << name << doNotQueue;
    m_bus.send(ask);
}

ApplicationBus::~ApplicationBus()
{
    m_bus.unregisterObject(path);
    QDBusMessage release = QDBusMessage::createMethodCall(busService, busPath, busService, QStringLiteral("ReleaseName"));
    release << name;
    m_bus.send(release);
}

ApplicationAdaptor::ApplicationAdaptor(ApplicationBus& application) : QDBusAbstractAdaptor(&application), m_application(application)
{
    setAutoRelaySignals(false);
}

void ApplicationAdaptor::Activate(const QVariantMap& platformData)
{
    Q_EMIT m_application.activated(tokenOf(platformData));
}

// No files belong to the program: it comes to the front.
void ApplicationAdaptor::Open(const QStringList&, const QVariantMap& platformData)
{
    Activate(platformData);
}

void ApplicationAdaptor::ActivateAction(const QString& action, const QVariantList&, const QVariantMap& platformData)
{
    Q_EMIT m_application.actionRequested(action, tokenOf(platformData));
}

} // namespace turnspit::desktop
