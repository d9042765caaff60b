#pragma once

#include <QDBusConnection>
#include <QObject>

namespace turnspit::desktop {

/// Whether somebody owns a name on a bus. Asks once and listens, without ever waiting for the bus.
class BusName final : public QObject
{
    Q_OBJECT
public:
    BusName(const QDBusConnection& bus, QString name, QObject* parent = nullptr);

    [[nodiscard]] bool isOwned() const { return m_owned; }

Q_SIGNALS:
    /// Also when one owner follows another: what was agreed with the old one is void.
    void appeared();
    void vanished();

private Q_SLOTS:
    void ownerChanged(const QString& name, const QString& before, const QString& now);

private:
    QString m_name;
    bool m_owned = false;
};

} // namespace turnspit::desktop
