#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/control/hostsession.h>

#include <QHash>

namespace turnspit {

/// Knows of services with a broken file whether the host keeps a good version of it. Asks once for each way in which a file is
/// broken. The session must outlive it.
class GoodVersions final : public QObject
{
    Q_OBJECT
public:
    explicit GoodVersions(HostSession& session, QObject* parent = nullptr);
    ~GoodVersions() override;

    /// As it is now; asks where that is needed. False until the answer has come.
    [[nodiscard]] bool isKept(const ServiceInfo& service);

Q_SIGNALS:
    /// isKept may say something else now.
    void changed();

private:
    struct Known
    {
        QString reason;
        bool kept = false;
    };
    Task<> ask(QString name);

    HostSession& m_session;
    QHash<QString, Known> m_known;
    TaskScope m_tasks; ///< last: destroyed before what its tasks use
};

} // namespace turnspit
