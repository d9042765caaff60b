#include <turnspit/services/engine.h>

#include <turnspit/servicefile/parse.h>

#include <QJsonDocument>
#include <QJsonObject>

// What units tell the engine, and which units there are.
namespace turnspit {

using namespace std::chrono_literals;

namespace {

struct StoredState
{
    std::optional<WallTime> lastPlanned;
    bool oneTimeDone = false;
};

StoredState readState(const std::string& text)
{
    const QJsonObject object = QJsonDocument::fromJson(QByteArray::fromStdString(text)).object();
    return {parseRfc3339(object.value(QLatin1String("last_planned")).toString().toStdString()),
            object.value(QLatin1String("one_time_done")).toBool()};
}

} // namespace

// ---- what units tell --------------------------------------------------------------------------------------------------------------

double Engine::random()
{
    return std::uniform_real_distribution<double>(0.0, 1.0)(m_random);
}

Result<RunId> Engine::nextRunId()
{
    return m_history->nextRunId();
}

void Engine::runBegan(const Run& run)
{
    // Somebody looks: the first figures of a new run do not wait for the next round. A round that is due sooner stays, or those of
    // services that are started all the time would put it off for ever.
    if (m_subscribers > 0 && m_usageTimer) {
        const Instant due = std::max(m_clock.now() + 1s, m_lastSample + 3s);
        if (due < m_sampleDue)
            sampleAt(due);
    }
    m_history->post([run](HistoryStore& store) { return store.beginRun(run); });
}

void Engine::runEnded(const Run& run, bool acknowledge)
{
    m_serviceOf.erase(run.id);
    HistoryWriter::Done done;
    if (acknowledge) {
        done = [this, alive = std::weak_ptr(m_alive), mailbox = m_mailbox, id = run.id](const Result<>& recorded) {
            if (recorded)
                mailbox->post([this, alive, id] {
                    if (!alive.expired() && m_keeper)
                        m_keeper->send(keep::Acknowledge{id});
                });
        };
    }
    m_history->post([run](HistoryStore& store) { return store.endRun(run); }, std::move(done));
    m_logWatches.written(run.service);
}

void Engine::changed(Unit& unit)
{
    if (m_firstWelcome && !m_keeper)
        return; // being loaded; its row is set when that is done
    if (unit.isRemoved() && !unit.live()) {
        // Not inside the unit's own function.
        if (m_unitsToDrop.insert(unit.name()).second)
            m_mailbox->post([this, alive = std::weak_ptr(m_alive), name = unit.name()] {
                if (!alive.expired())
                    dropUnit(name);
            });
        return;
    }
    m_publisher.set(unit.info());
}

void Engine::plannedTaken(Unit& unit)
{
    QJsonObject state;
    if (const auto last = unit.lastPlanned())
        state.insert(QLatin1String("last_planned"), QString::fromStdString(formatRfc3339(*last)));
    if (unit.oneTimeDone())
        state.insert(QLatin1String("one_time_done"), true);
    const std::string text = QJsonDocument(state).toJson(QJsonDocument::Compact).toStdString();
    m_history->post([name = unit.name(), text](HistoryStore& store) { return store.setServiceState(name, text); });
}

void Engine::event(const char* kind, const std::string& service, const std::string& text)
{
    if (service.empty())
        m_log.info("{}", text);
    else
        m_log.info("{}: {}: {}", service, kind, text);
    record({.time = m_clock.wallNow(), .kind = kind, .service = service, .text = text});
}

void Engine::record(HistoryEvent event)
{
    m_history->post([event = std::move(event)](HistoryStore& store) -> Result<> {
        auto added = store.addEvent(event);
        if (!added)
            return fail(added.error());
        return {};
    });
}

void Engine::trouble(const std::string& text)
{
    event("trouble", "", text);
}

// ---- units and files --------------------------------------------------------------------------------------------------------------

std::string Engine::logFolder(const std::string& service) const
{
    return m_options.places.logFolder(service);
}

Unit* Engine::unit(const std::string& name) const
{
    const auto it = m_units.find(name);
    return it == m_units.end() ? nullptr : it->second.get();
}

Unit& Engine::addUnit(const std::string& name)
{
    auto& slot = m_units[name];
    slot = std::make_unique<Unit>(static_cast<UnitContext&>(*this), name);
    m_unitsToDrop.erase(name);
    const auto run = m_restoredRuns.find(name);
    const auto state = m_restoredStates.find(name);
    const StoredState stored = state == m_restoredStates.end() ? StoredState{} : readState(state->second);
    const Wishes::Wish wish = m_wishes.of(name);
    slot->restore(run == m_restoredRuns.end() ? std::nullopt : std::optional(run->second), wish.stopped, wish.held, stored.lastPlanned,
                  stored.oneTimeDone);
    return *slot;
}

void Engine::dropUnit(const std::string& name)
{
    if (m_unitsToDrop.erase(name) == 0)
        return;
    const auto it = m_units.find(name);
    if (it == m_units.end() || !it->second->isRemoved() || it->second->live())
        return;
    // A file of that name may come back: its last run is known then, but its schedule begins anew.
    if (const auto& last = it->second->lastEnded())
        m_restoredRuns.insert_or_assign(name, *last);
    m_restoredStates.erase(name);
    m_history->post([name](HistoryStore& store) { return store.setServiceState(name, "{}"); });
    m_units.erase(it);
    m_publisher.remove(QString::fromStdString(name));
}

void Engine::applyDefinition(Unit& unit, const FolderChange& change)
{
    if (change.definition)
        unit.define(*change.definition);
    else
        unit.breakFile(change.errors.empty() ? "cannot be read" : change.errors.front().text());
    changed(unit);
}

void Engine::keepGoodTexts(const std::vector<FolderChange>& changes)
{
    const bool few = !m_firstWelcome && changes.size() <= GoodTexts::atATime;
    for (const FolderChange& change : changes) {
        if (auto text = change.definition ? m_folder.text(change.name) : std::nullopt)
            m_goodTexts->keep(change.name, *std::move(text));
        if (few || !change.definition) // a broken one is asked for at once
            m_goodTexts->hurry(change.name);
    }
}

std::vector<std::string> Engine::applyFolder(const std::vector<FolderChange>& changes, const std::map<std::string, bool>& startNew)
{
    std::vector<std::string> lines;
    for (const FolderChange& change : changes) {
        Unit* known = unit(change.name);
        if (change.kind == FolderChange::Removed) {
            if (known) {
                lines.push_back(change.name + ": removed");
                known->remove();
            }
            m_publisher.setProblem("name:" + change.name, "");
            continue;
        }
        if (m_controllers.find(change.name)) {
            m_publisher.setProblem("name:" + change.name, change.file + ": the name `" + change.name + "` belongs to a built-in service; rename the file");
            continue;
        }
        if (!known || known->isRemoved()) {
            const bool returns = known != nullptr;
            Unit& added = returns ? *known : addUnit(change.name);
            applyDefinition(added, change);
            lines.push_back(change.name + ": added" + (change.definition ? "" : ", but its file is broken: " + added.reason()));
            const auto wish = startNew.find(change.name);
            const bool startIt = wish == startNew.end() ? true : wish->second;
            if (!m_firstWelcome && startIt && !m_shuttingDown)
                added.startWithHost();
            continue;
        }
        if (!change.definition) {
            lines.push_back(change.name + ": its file is broken: " + change.errors.front().text());
        } else if (known->hasDefinition()) {
            for (const Difference& difference : differences(known->newestDefinition(), *change.definition))
                lines.push_back(change.name + ": " + difference.text());
        } else {
            lines.push_back(change.name + ": its file is good now");
        }
        applyDefinition(*known, change);
    }
    keepGoodTexts(changes);
    return lines;
}

void Engine::rememberWish(const Unit& unit)
{
    m_wishes.set(unit.name(), Wishes::Wish{.stopped = unit.stoppedByPerson(),
                                           .held = unit.isHeld(),
                                           .heldUntil = unit.isHeld() ? m_holdEnds.of(unit.name()) : std::nullopt});
}

Result<> Engine::saveWishes()
{
    auto saved = m_wishes.save();
    m_publisher.setProblem("wishes", saved ? std::string() : saved.error().text());
    return saved;
}

void Engine::setHoldEnd(const std::string& name, std::optional<WallTime> end)
{
    if (m_holdEnds.set(name, end))
        m_publisher.touch(QString::fromStdString(name));
}

/// Once everything is armed: those that were over while no host was there end now, and what was due while they lasted is not made up for.
void Engine::takeHoldEnds()
{
    for (const auto& [name, wish] : m_wishes.all())
        m_holdEnds.set(name, wish.heldUntil);
}

void Engine::holdOver(const std::string& name, WallTime end)
{
    event("hold-ended", name, "its hold is over: it goes on by its schedule");
    if (Unit* const held = unit(name)) {
        held->endHold(end);
        rememberWish(*held);
    } else if (ServiceController* const ticking = controller(name)) {
        m_tasks.spawn(resumeController(*ticking));
        return; // what is built in is not remembered
    } else {
        // Its file is gone, and may come back.
        m_wishes.set(name, Wishes::Wish{.stopped = m_wishes.of(name).stopped, .held = false, .heldUntil = std::nullopt});
    }
    if (auto saved = saveWishes(); !saved)
        trouble(saved.error().text());
}

// NOLINTNEXTLINE(cppcoreguidelines-avoid-reference-coroutine-parameters): controllers outlive the engine's tasks
Task<> Engine::resumeController(ServiceController& controller)
{
    if (auto resumed = co_await controller.resume(); !resumed)
        trouble(controller.name() + ": " + resumed.error().text());
}

} // namespace turnspit
