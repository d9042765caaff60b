#pragma once

#include <turnspit/async/event.h>
#include <turnspit/async/task.h>
#include <turnspit/base/clock.h>
#include <turnspit/control/values.h>
#include <turnspit/keep/trial.h>
#include <turnspit/servicefile/definition.h>
#include <turnspit/services/spawnplan.h>

#include <QProcess>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace turnspit {

/// One command that is tried, as its host sees it: a guardian process and what came from it so far. Host thread.
class Trial
{
public:
    /// Begins; what goes wrong is told as its end.
    Trial(const std::string& keeperProgram, const Definition& definition, const SpawnPlan::Environment& session, Clock& clock);
    /// Gives the guardian up: it kills everything and ends by itself.
    ~Trial();
    Trial(const Trial&) = delete;
    Trial& operator=(const Trial&) = delete;

    [[nodiscard]] bool hasEnded() const { return m_ended; }
    [[nodiscard]] bool hasGone() const; ///< ... and nothing of its guardian is left
    [[nodiscard]] TryPage page(qint64 cursor) const;

    void stop();
    void kill(); ///< everything, now

    /// Set by everything that page() shows.
    [[nodiscard]] Event& changed() { return m_changed; }

    int followers = 0;
    std::unique_ptr<ClockTimer> lease; ///< runs while nobody follows

private:
    void received();
    void take(const keep::TrialFrame& frame);
    void append(char stream, const std::string& bytes);
    void end(std::optional<int> exitCode, int signal, const std::string& reason);

    Clock& m_clock;
    Definition m_definition;
    std::unique_ptr<QProcess> m_guardian;
    keep::TrialDecoder m_decoder;
    QList<TryOutput> m_output;
    qint64 m_size = 0;
    qint64 m_dropped = 0;
    Instant m_begin;
    Instant m_endedAt;
    bool m_ended = false;
    std::optional<int> m_exitCode;
    int m_signal = 0;
    std::string m_reason;
    Event m_changed;
};

/// All that is tried at the moment. What nobody follows is killed: a client that goes, in whatever way, takes its trials with it.
/// What has ended is kept for a while, for its last page. Host thread.
class Trials
{
public:
    static constexpr std::size_t most = 4; ///< at once

    Trials(std::string keeperProgram, Clock& clock);
    ~Trials();

    /// Refused where there are too many.
    [[nodiscard]] Result<quint64> begin(const Definition& definition, const SpawnPlan::Environment& session);
    [[nodiscard]] std::shared_ptr<Trial> find(quint64 id) const;

    /// As long as one exists, the trial is followed.
    class Following
    {
    public:
        Following(Trials& trials, quint64 id, std::shared_ptr<Trial> trial);
        ~Following();
        Following(const Following&) = delete;
        Following& operator=(const Following&) = delete;

    private:
        Trials& m_trials;
        std::weak_ptr<int> m_alive;
        quint64 m_id;
        std::shared_ptr<Trial> m_trial;
    };

    Task<> endAll();

private:
    void lease(quint64 id, Trial& trial);

    std::string m_program;
    Clock& m_clock;
    std::map<quint64, std::shared_ptr<Trial>> m_trials;
    quint64 m_last = 0;
    std::shared_ptr<int> m_alive = std::make_shared<int>(0);
};

} // namespace turnspit
