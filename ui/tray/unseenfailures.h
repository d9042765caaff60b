#pragma once

#include <turnspit/control/values.h>

#include <QHash>
#include <QObject>

namespace turnspit {

class HostMirror;

/// The services whose failure nobody has looked at yet: `failed` ones, and scheduled ones whose last run ended badly. A
/// failure that was there already when the window attached counts too. The mirror must outlive it.
class UnseenFailures final : public QObject
{
    Q_OBJECT
public:
    explicit UnseenFailures(const HostMirror& mirror, QObject* parent = nullptr);

    /// Newest first.
    [[nodiscard]] const QStringList& names() const { return m_names; }

    /// The person looks at this service now.
    void see(const QString& name);

    /// The service stands there as failed, whether somebody has seen it or not.
    [[nodiscard]] static bool isFailure(const ServiceInfo& service);

Q_SIGNALS:
    void changed();

private:
    void refresh();

    const HostMirror& m_mirror;
    QHash<QString, WallTime> m_seen; ///< `since` of the failure that was looked at
    QStringList m_names;
};

} // namespace turnspit
