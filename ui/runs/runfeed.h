#pragma once

#include <turnspit/async/taskscope.h>
#include <turnspit/control/hostsession.h>

#include <QObject>

namespace turnspit {

class RunModel;

/// Fills a RunModel with the history of one service: the newest page first, older ones when the model asks for them, and the newest
/// again where somebody says that something changed. What is under way for a service that was left is not shown any more.
class RunFeed final : public QObject
{
    Q_OBJECT
public:
    /// The session must outlive it. `pageSize`: how many runs are asked for at a time.
    RunFeed(HostSession& session, int pageSize, QObject* parent = nullptr);
    ~RunFeed() override;

    [[nodiscard]] RunModel& model() const { return *m_model; }

    /// Only runs that ended so; empty: all. "" as service: none.
    void open(const QString& service, const QList<Outcome>& outcomes = {});

    /// Asks for what is new since.
    void refresh();

    /// The first page is there, or will not come.
    [[nodiscard]] bool isLoaded() const { return m_loaded; }
    /// Why the last question was not answered; empty if it was.
    [[nodiscard]] const QString& problem() const { return m_problem; }

Q_SIGNALS:
    /// The model, isLoaded or problem.
    void changed();

private:
    [[nodiscard]] RunQuery query() const;
    Task<> loadFirst(quint64 generation);
    Task<> loadNewest(quint64 generation);
    Task<> loadOlder(quint64 generation);
    /// False where the answer is for a service that was left, or an error, which is noted.
    bool isGood(quint64 generation, const Result<QList<RunInfo>>& answer);
    void takeNewest(const QList<RunInfo>& runs);

    HostSession& m_session;
    RunModel* m_model;
    int m_pageSize;
    QString m_service;
    QList<Outcome> m_outcomes;
    QString m_problem;
    quint64 m_generation = 0;
    bool m_loaded = false;
    bool m_asking = false;
    bool m_again = false;
    TaskScope m_tasks; ///< last: destroyed before what its tasks use
};

} // namespace turnspit
