#include <ui/runs/runfeed.h>

#include <ui/runs/runmodel.h>
#include <ui/text/words.h>

namespace turnspit {
namespace {

/// Live runs that a page of the newest does not reach are asked for one by one: so many at most.
constexpr int mostStragglers = 8;

} // namespace

RunFeed::RunFeed(HostSession& session, int pageSize, QObject* parent)
    : QObject(parent), m_session(session), m_model(new RunModel(this)), m_pageSize(pageSize)
{
    connect(m_model, &RunModel::pageWanted, this, [this] { m_tasks.spawn(loadOlder(m_generation)); });
}

RunFeed::~RunFeed() = default;

void RunFeed::open(const QString& service, const QList<Outcome>& outcomes)
{
    ++m_generation;
    m_service = service;
    m_outcomes = outcomes;
    m_problem.clear();
    m_asking = false;
    m_again = false;
    m_loaded = service.isEmpty();
    m_model->clear();
    Q_EMIT changed();
    if (!service.isEmpty()) {
        m_asking = true;
        m_tasks.spawn(loadFirst(m_generation));
    }
}

void RunFeed::refresh()
{
    if (m_service.isEmpty())
        return;
    if (m_asking) {
        m_again = true;
        return;
    }
    m_asking = true;
    m_tasks.spawn(m_loaded && m_problem.isEmpty() ? loadNewest(m_generation) : loadFirst(m_generation));
}

RunQuery RunFeed::query() const
{
    RunQuery query;
    query.service = m_service;
    query.limit = m_pageSize;
    query.outcomes = m_outcomes;
    return query;
}

bool RunFeed::isGood(quint64 generation, const Result<QList<RunInfo>>& answer)
{
    if (generation != m_generation)
        return false;
    m_problem = answer ? QString() : words::notRead(answer.error());
    return answer.has_value();
}

Task<> RunFeed::loadFirst(quint64 generation)
{
    const auto answer = co_await m_session.runs(query());
    if (generation != m_generation)
        co_return;
    m_asking = false;
    m_loaded = true;
    if (isGood(generation, answer)) {
        m_model->clear();
        m_model->append(*answer, answer->size() == m_pageSize);
    }
    Q_EMIT changed();
    if (std::exchange(m_again, false))
        refresh();
}

Task<> RunFeed::loadNewest(quint64 generation)
{
    const auto answer = co_await m_session.runs(query());
    if (generation != m_generation)
        co_return;
    if (isGood(generation, answer)) {
        takeNewest(*answer);
        QList<RunId> stragglers;
        for (const RunInfo& run : m_model->runs()) {
            const bool told = !answer->isEmpty() && run.id >= answer->last().id;
            if (!run.end && !told && stragglers.size() < mostStragglers)
                stragglers.append(run.id);
        }
        for (const RunId id : stragglers) {
            RunQuery one;
            one.id = id;
            const auto run = co_await m_session.runs(one);
            if (!isGood(generation, run))
                break;
            m_model->merge(*run);
        }
        if (generation != m_generation)
            co_return;
    }
    m_asking = false;
    Q_EMIT changed();
    if (std::exchange(m_again, false))
        refresh();
}

void RunFeed::takeNewest(const QList<RunInfo>& runs)
{
    const auto& known = m_model->runs();
    const bool reaches = runs.size() < m_pageSize || (!known.isEmpty() && runs.last().id <= known.first().id);
    if (!reaches) { // more than a page came meanwhile: no hole is left between
        m_model->clear();
        m_model->append(runs, true);
    } else if (known.isEmpty()) {
        m_model->append(runs, runs.size() == m_pageSize);
    } else {
        m_model->merge(runs);
    }
}

Task<> RunFeed::loadOlder(quint64 generation)
{
    if (m_model->runs().isEmpty()) {
        m_model->giveUpPage();
        co_return;
    }
    RunQuery older = query();
    older.before = m_model->runs().last().id;
    const auto answer = co_await m_session.runs(older);
    if (generation != m_generation || m_model->runs().isEmpty() || m_model->runs().last().id != older.before)
        co_return; // not what the table ends with any more
    if (isGood(generation, answer))
        m_model->append(*answer, answer->size() == m_pageSize);
    else
        m_model->giveUpPage();
    Q_EMIT changed();
}

} // namespace turnspit
