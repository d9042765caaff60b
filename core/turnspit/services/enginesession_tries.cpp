#include <turnspit/services/enginesession.h>

#include <turnspit/async/wait.h>
#include <turnspit/servicefile/parse.h>
#include <turnspit/services/engine.h>

namespace turnspit {

using namespace std::chrono_literals;

namespace {

/// An answer with nothing new is given after so long.
constexpr auto followLimit = 20s;

} // namespace

Task<Result<quint64>> EngineSession::beginTry(TryRequest request)
{
    co_await yieldToLoop();
    const std::string name = request.name.isEmpty() ? std::string("try") : request.name.toStdString();
    const auto parsed = parseDefinition(request.text.toStdString(), name + ".toml", name, m_engine.options().settings.defaults);
    if (!parsed)
        co_return fail(parsed.error().front());
    co_return m_trials.begin(*parsed, m_engine.environment());
}

Task<Result<TryPage>> EngineSession::followTry(quint64 id, qint64 cursor)
{
    co_await yieldToLoop();
    const auto trial = m_trials.find(id);
    if (!trial)
        co_return fail("nothing is tried under the number " + std::to_string(id));
    const Trials::Following following(m_trials, id, trial);
    std::stop_source late;
    const auto timer = m_engine.clock().createTimer([&late] { late.request_stop(); });
    timer->startOnce(followLimit);
    for (;;) {
        trial->changed().reset();
        TryPage page = trial->page(cursor);
        if (!page.output.isEmpty() || page.ended || late.stop_requested())
            co_return page;
        co_await trial->changed().wait(late.get_token());
    }
}

Task<Result<>> EngineSession::stopTry(quint64 id)
{
    co_await yieldToLoop();
    if (const auto trial = m_trials.find(id))
        trial->stop();
    co_return Result<>{};
}

} // namespace turnspit
