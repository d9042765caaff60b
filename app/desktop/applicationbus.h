#pragma once

#include <QDBusAbstractAdaptor>
#include <QDBusConnection>
#include <QObject>
#include <QVariantList>
#include <QVariantMap>

namespace turnspit::desktop {

/// The program on the session bus under its desktop id, as launchers know programs (org.freedesktop.Application): they start it there,
/// raise it, and ask for the actions of its desktop entry. One desktop of the session has the name; further ones, of other runtime
/// folders, go on without.
class ApplicationBus final : public QObject
{
    Q_OBJECT
public:
    static const QString name; ///< org.turnspit.Turnspit
    static const QString path;

    explicit ApplicationBus(const QDBusConnection& bus, QObject* parent = nullptr);
    ~ApplicationBus() override;

Q_SIGNALS:
    /// `token` lets the window come to the front; it may be "".
    void activated(const QString& token);
    /// One of the desktop entry's `Actions`, or what somebody takes for one.
    void actionRequested(const QString& action, const QString& token);

private:
    QDBusConnection m_bus;
};

class ApplicationAdaptor final : public QDBusAbstractAdaptor
{
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.Application")
public:
    explicit ApplicationAdaptor(ApplicationBus& application);

public Q_SLOTS:
    void Activate(const QVariantMap& platformData);
    void Open(const QStringList& uris, const QVariantMap& platformData);
    void ActivateAction(const QString& action, const QVariantList& parameters, const QVariantMap& platformData);

private:
    ApplicationBus& m_application;
};

} // namespace turnspit::desktop
