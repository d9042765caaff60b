#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/base/clock.h>
#include <turnspit/control/hostsession.h>

#include <QHash>
#include <QObject>

#include <memory>

namespace turnspit {

class HostMirror;

/// Stops all services of a host because the program ends, and knows how far each one is. The host goes on meanwhile, so
/// that one may change one's mind; what is stopped here was not stopped by a person's wish. Session and mirror must
/// outlive it.
///
/// begin() once; then changed as rows change, and ended once nothing is left to wait for.
class QuitPlan final : public QObject
{
    Q_OBJECT
public:
    struct Row
    {
        enum class State { Stopping, Stopped, Killed, StillAlive };
        QString name;
        State state = State::Stopping;
        Milliseconds took{0};           ///< from begin() to its end
        QString sent;                   ///< `SIGTERM`; "" where it is not known
        std::optional<WallTime> killAt; ///< when what is left is killed; null where it is not known
    };

    QuitPlan(HostSession& session, const HostMirror& mirror, QObject* parent = nullptr);
    ~QuitPlan() override;

    void begin();

    /// What ran when it began, in the order of the names.
    [[nodiscard]] const QList<Row>& rows() const { return m_rows; }
    [[nodiscard]] int stillStopping() const;
    [[nodiscard]] bool hasEnded() const { return m_ended; }
    /// The host could not be asked: why.
    [[nodiscard]] QString problem() const { return m_problem; }

    void kill(const QString& name) { kill(QStringList{name}); }
    void killAll();
    /// Everything that is still stopping gets so much more time.
    void extend(Milliseconds by);

    /// Looks for the present limits again.
    void refreshLimits();

    /// The program goes on after all: schedules are armed again. Gives the names of the services that were stopped, for
    /// startAgain; those that still stop are among them.
    [[nodiscard]] QStringList cancel();
    void startAgain(const QStringList& names);

Q_SIGNALS:
    void changed();
    void ended();

private:
    void kill(const QStringList& names);
    void look();
    void check();
    void finish();
    Task<> stopAll(QStringList names);
    Task<> act(ActionRequest request);
    Task<> extendOne(QString name, Milliseconds by);
    Task<> askLimits();

    HostSession& m_session;
    const HostMirror& m_mirror;
    Clock& m_clock;
    Instant m_begun{};
    QList<Row> m_rows;
    QStringList m_armed;  ///< schedules that were waiting
    bool m_asked = false; ///< the host has answered that the stops are under way
    bool m_ended = false;
    bool m_cancelled = false;
    bool m_asking = false; ///< one question for limits is under way, as the next says: one more is wanted
    bool m_askAgain = false;
    QString m_problem;
    TaskScope m_tasks; ///< last: destroyed before what its tasks use
};

} // namespace turnspit
