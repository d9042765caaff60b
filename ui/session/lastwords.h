#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/control/hostsession.h>

#include <QObject>

#include <memory>

namespace turnspit {

/// What the last run of a failed service said last on its error stream: mostly why it failed. Asked of one service at a time, once for
/// each failure. The session must outlive it.
class LastWords final : public QObject
{
    Q_OBJECT
public:
    explicit LastWords(HostSession& session, QObject* parent = nullptr);
    ~LastWords() override;

    /// The line as it is shown, where it is known already; "" for a service that has not failed or that said nothing.
    [[nodiscard]] QString of(const ServiceInfo& service);

Q_SIGNALS:
    /// A line is here that was asked for.
    void changed();

private:
    Task<> ask();

    HostSession& m_session;
    QString m_service;
    WallTime m_since{}; ///< of the failure
    QString m_line;
    std::unique_ptr<TaskScope> m_asking; ///< last: destroyed before what its task uses
};

} // namespace turnspit
