#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/control/hostsession.h>

#include <QObject>

namespace turnspit {

class HostMirror;

/// What one service used during the last ten minutes, or a longer time: what the host remembers, and from then on what its deltas say.
/// Where the figures stay the same nothing arrives, so the last sample holds until the next one; one without memory says that nothing
/// runs.
class UsageHistory final : public QObject
{
    Q_OBJECT
public:
    static constexpr std::chrono::minutes shortest{10};

    /// Both must outlive it.
    UsageHistory(HostSession& session, const HostMirror& mirror, QObject* parent = nullptr);
    ~UsageHistory() override;

    /// "": no service.
    void open(const QString& service);

    /// Until now; at first the shortest.
    void setSpan(std::chrono::minutes span);
    [[nodiscard]] std::chrono::minutes span() const { return m_span; }

    /// Oldest first.
    [[nodiscard]] const QList<UsageSample>& samples() const { return m_samples; }

Q_SIGNALS:
    void changed();

private:
    void fill();
    Task<> load(quint64 generation);
    void hostChanged();
    void takeRow();
    void append(const UsageSample& sample);

    HostSession& m_session;
    const HostMirror& m_mirror;
    QString m_service;
    std::chrono::minutes m_span = shortest;
    QList<UsageSample> m_samples;
    quint64 m_generation = 0;
    bool m_wasLive = false;
    TaskScope m_tasks; ///< last: destroyed before what its tasks use
};

} // namespace turnspit
