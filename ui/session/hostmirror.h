#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/base/time.h>
#include <turnspit/control/hostsession.h>

#include <QHash>

namespace turnspit {

class ServiceModel;

/// Keeps one ServiceModel in step with a host: subscribes, applies snapshots and deltas in the order of their revisions, asks for a
/// snapshot where one was missed, and hands changes on at most 20 times a second. The session must outlive it.
///
/// Order: the model has changed when hostChanged or servicesChanged is emitted.
class HostMirror final : public QObject
{
    Q_OBJECT
public:
    explicit HostMirror(HostSession& session, QObject* parent = nullptr);
    ~HostMirror() override;

    /// Subscribes; again after it failed.
    void attach();

    /// Hands on what has come, without waiting for its turn: where a person did something, what it changed is seen at once.
    void handOn();

    /// What another mirror knows of the host that the session is about by now, until the session itself says more: of a host that is
    /// gone nobody else says anything.
    void takeOver(const HostMirror& other);

    /// Its rows are as of the moment in which the host was lost or fell silent, where it has.
    [[nodiscard]] ServiceModel& model() const { return *m_model; }

    /// Null before the first snapshot.
    [[nodiscard]] const HostInfo* host() const { return m_host ? &*m_host : nullptr; }

    /// Connected, and what is shown is the host's word.
    [[nodiscard]] bool isLive() const;

    /// Told by whoever asks: a host that is connected may hang. What it is told meanwhile it hears when it answers again.
    void setAnswers(bool answers);
    [[nodiscard]] bool isSilent() const { return !m_answers; }

    /// Why the last attach failed; empty if it did not, or only because no host is connected.
    [[nodiscard]] QString problem() const { return m_problem; }

Q_SIGNALS:
    void servicesChanged();
    /// Host facts, connection, whether it answers, or problem.
    void hostChanged();

private:
    void onConnection();
    void onSnapshot(const Snapshot& snapshot);
    void onDelta(const Delta& delta);
    void take(const Snapshot& snapshot);
    void flush();
    void dropPending();
    void refreshAge();
    Task<> subscribe();
    Task<> resync();
    Task<> flushLater(Milliseconds delayed);

    HostSession& m_session;
    ServiceModel* m_model;
    std::optional<HostInfo> m_host;
    Revision m_revision{};
    Revision m_newest{}; ///< highest seen, applied or not
    bool m_subscribed = false;
    bool m_subscribing = false;
    bool m_resyncing = false;
    bool m_answers = true;
    QString m_problem;

    QHash<QString, ServiceInfo> m_changed; ///< not handed on yet, as the next two
    QStringList m_removed;
    bool m_hostChanged = false;
    bool m_flushing = false;
    Instant m_flushed{};

    TaskScope m_tasks; ///< last: destroyed before what its tasks use
};

} // namespace turnspit
