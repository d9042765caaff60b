#include <turnspit/services/engine.h>

#include <turnspit/supervision/exitwords.h>

// What the keeper says, and what is asked of it.
namespace turnspit {

using namespace std::chrono_literals;

void Engine::welcome(const keep::Welcome& message)
{
    m_publisher.setKeeper("connected (pid " + std::to_string(message.pid) + ")");
    m_publisher.setProblem("keeper", "");
    m_publisher.setProblem("logs", ""); // it says so again
    m_liveAtWelcome = message.live;
    m_endsToCome = message.endsToCome;
    m_hearing = true;
    for (const keep::LiveRun& run : message.live)
        m_history->raiseRunId(run.run);
    if (message.recovered && !m_firstWelcome)
        event("keeper-recovered", "", "a new keeper ended what the lost one had left");
    if (m_endsToCome == 0)
        allEndsTold();
}

void Engine::received(const keep::KeeperMessage& message)
{
    const auto unitOf = [this](RunId run) -> Unit* {
        const auto service = m_serviceOf.find(run);
        Unit* const owner = service == m_serviceOf.end() ? nullptr : unit(service->second);
        return owner && owner->live() && owner->live()->id == run ? owner : nullptr;
    };
    if (const auto* ended = std::get_if<keep::Ended>(&message)) {
        m_openRuns.erase(ended->run);
        m_history->raiseRunId(ended->run);
        Unit* const owner = unit(ended->service);
        if (owner && owner->live() && owner->live()->id == ended->run)
            owner->ended(*ended);
        else
            endOfEarlierRun(*ended);
        if (m_firstWelcome)
            endedMeanwhile(*ended);
        if (m_hearing && m_endsToCome > 0 && --m_endsToCome == 0)
            allEndsTold();
        return;
    }
    if (const auto* began = std::get_if<keep::Began>(&message)) {
        if (Unit* owner = unit(began->run.service))
            owner->began(*began);
    } else if (const auto* failed = std::get_if<keep::SpawnFailed>(&message)) {
        if (Unit* owner = unitOf(failed->run))
            owner->spawnFailed(*failed);
    } else if (const auto* stopping = std::get_if<keep::Stopping>(&message)) {
        if (Unit* owner = unitOf(stopping->run))
            owner->stopping(*stopping);
    } else if (const auto* killing = std::get_if<keep::Killing>(&message)) {
        if (Unit* owner = unitOf(killing->run))
            owner->killing(*killing);
    } else if (const auto* wrote = std::get_if<keep::Wrote>(&message)) {
        m_logWatches.written(wrote->service);
    } else if (const auto* notKept = std::get_if<keep::NotKept>(&message)) {
        m_publisher.setProblem("logs", notKept->error == 0 ? std::string()
                                                           : "output of services is not kept: " + std::generic_category().message(notKept->error));
    }
}

void Engine::allEndsTold()
{
    m_hearing = false;
    if (std::exchange(m_firstWelcome, false)) {
        for (const keep::LiveRun& run : m_liveAtWelcome) {
            m_openRuns.erase(run.run);
            m_serviceOf[run.run] = run.service;
            const bool known = unit(run.service) != nullptr;
            Unit& owner = known ? *unit(run.service) : addUnit(run.service);
            owner.adopt(run);
            event("run-adopted", run.service, "run " + std::to_string(run.run.value) + ", pid " + std::to_string(run.pid));
            if (!known)
                owner.remove(); // its file has gone meanwhile
            else if (owner.hasDefinition() && owner.definition().onHostCrash == OnHostCrash::End) {
                owner.endAdopted();
            }
        }
        for (auto& [id, run] : m_openRuns) {
            // Begun by an earlier host, and neither live nor remembered by any keeper.
            run.end = m_clock.wallNow();
            run.outcome = Outcome::Unknown;
            run.reason = "keeper lost; exit status not available";
            if (Unit* const owner = unit(run.service))
                owner->endedUnseen(run, false);
            else
                runEnded(run, false);
            event("run-ended-meanwhile", run.service, "run " + std::to_string(id.value) + ": " + run.reason);
        }
        m_openRuns.clear();
        m_keeperKnown.set();
    } else {
        reconcileAll();
    }
    for (const std::string& service : m_logWatches.watched())
        m_keeper->send(keep::Watch{service, true});
}

void Engine::reconcileAll()
{
    std::map<RunId, const keep::LiveRun*> live;
    for (const keep::LiveRun& run : m_liveAtWelcome)
        live.emplace(run.run, &run);
    // A unit may begin another run while it is told of the end of this one, but none is added or dropped meanwhile.
    for (const auto& [name, unit] : m_units) {
        if (!unit->live())
            continue;
        const auto known = live.find(unit->live()->id);
        unit->reconcile(known == live.end() ? nullptr : known->second);
    }
}

void Engine::endOfEarlierRun(const keep::Ended& message)
{
    Unit* owner = unit(message.service);
    if (!owner) {
        Unit stranger(*this, message.service);
        stranger.ended(message); // records it
        m_unitsToDrop.erase(message.service);
        return;
    }
    owner->ended(message);
    changed(*owner);
}

void Engine::endedMeanwhile(const keep::Ended& message)
{
    std::string how = message.reason;
    if (message.outcome != Outcome::Failed)
        how = std::string(toString(message.outcome)) + (how.empty() ? "" : ": " + how);
    else if (how.empty())
        how = describeExit(message.exitCode >= 0 ? std::optional<int>(message.exitCode) : std::nullopt,
                           message.signal > 0 ? std::optional<int>(message.signal) : std::nullopt, message.service);
    record({.time = std::min(message.ended, m_clock.wallNow()),
            .kind = "run-ended-meanwhile",
            .service = message.service,
            .text = "run " + std::to_string(message.run.value) + ": " + how});
}

bool Engine::toKeeper(const keep::HostMessage& message)
{
    if (const auto* spawn = std::get_if<keep::Spawn>(&message))
        m_serviceOf[spawn->run] = spawn->service;
    // Until all ends of a welcome are told, nobody knows what runs.
    return m_keeper && !m_hearing && m_keeper->send(message);
}

} // namespace turnspit
