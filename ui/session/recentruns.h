#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/control/hostsession.h>

#include <QHash>
#include <QSet>

namespace turnspit {

class HostMirror;

/// Keeps the strips of recent runs in the mirror's model: asks for the runs of all services at once when the host is there, and
/// afterwards, a while later and together, for those of which a run may have ended. Never a question a delta, and one at a time.
/// Session and mirror must outlive it.
class RecentRuns final : public QObject
{
    Q_OBJECT
public:
    RecentRuns(HostSession& session, HostMirror& mirror, QObject* parent = nullptr);
    ~RecentRuns() override;

    /// While nobody looks it only notes what to ask for.
    void setActive(bool active);

private:
    /// What differs once a run has ended.
    struct Trace
    {
        ServiceState state;
        WallTime since;
        std::optional<WallTime> nextRun;
        std::optional<Outcome> lastOutcome;
        std::optional<int> exitCode;
        int restarts;
        bool operator==(const Trace&) const = default;
    };
    void look();
    void want(const QString& name);
    Task<> ask();
    Task<> askAll();
    Task<> askSome(QStringList names);
    void take(const QList<RunInfo>& newestFirst, const QStringList& names);

    HostSession& m_session;
    HostMirror& m_mirror;
    QHash<QString, Trace> m_traces;
    QSet<QString> m_wanted;
    bool m_active = true;
    bool m_wantsAll = true;
    bool m_asking = false;
    TaskScope m_tasks; ///< last: destroyed before what its tasks use
};

} // namespace turnspit
