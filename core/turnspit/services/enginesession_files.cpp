#include <turnspit/services/enginesession.h>

#include <turnspit/async/wait.h>
#include <turnspit/control/jsonfields.h>
#include <turnspit/services/conversions.h>
#include <turnspit/services/engine.h>
#include <turnspit/session/controllers.h>
#include <turnspit/session/filework.h>
#include <turnspit/servicefile/check.h>
#include <turnspit/servicefile/edit.h>
#include <turnspit/servicefile/parse.h>

#include <algorithm>

namespace turnspit {

namespace {

Error firstError(const std::vector<Error>& errors)
{
    return errors.empty() ? Error{ErrorKind::InvalidDefinition, "is not a service file"} : errors.front();
}

std::map<std::string, bool> only(const std::string& name, bool start)
{
    return {{name, start}};
}

} // namespace

/// Looks at the folder now rather than half a second after it settled: what was written is applied before the answer.
Result<> EngineSession::rescan(const std::map<std::string, bool>& startNew)
{
    auto changes = m_engine.folder().scan();
    if (!changes)
        return fail(changes.error());
    m_engine.applyFolder(*changes, startNew);
    return {};
}

Task<Result<DefinitionInfo>> EngineSession::definition(QString name)
{
    co_await yieldToLoop();
    const Unit* const unit = m_engine.unit(name.toStdString());
    if (!unit) {
        const ServiceController* const controller = m_engine.controller(name.toStdString());
        if (!controller)
            co_return fail(unknown(name));
        co_return definitionOf(*controller);
    }
    DefinitionInfo info;
    info.name = name;
    info.file = QString::fromStdString(m_store.path(unit->name()));
    info.text = QString::fromStdString(m_engine.folder().text(unit->name()).value_or(std::string()));
    if (unit->hasDefinition()) {
        info.values = toJson(toTable(unit->newestDefinition()));
        for (const Difference& difference : differences(unit->definition(), unit->newestDefinition()))
            info.changes.append(QString::fromStdString(difference.text()));
    }
    co_return info;
}

Task<Result<ActionResult>> EngineSession::add(AddRequest request)
{
    co_await yieldToLoop();
    const std::string name = request.name.toStdString();
    const std::string text = request.text.toStdString();
    if (!isServiceName(name))
        co_return fail(ErrorKind::InvalidDefinition, "\"" + name + "\" is not a name for a service: 1 to 64 of A-Za-z0-9._-, beginning with a letter or digit");
    if (m_engine.controller(name))
        co_return fail(ErrorKind::Refused, "the name `" + name + "` belongs to a built-in service");
    if (m_engine.unit(name) || m_store.exists(name))
        co_return fail(ErrorKind::Refused, "there is already a service `" + name + "`");
    const auto parsed = parseDefinition(text, m_store.path(name), name, m_engine.options().settings.defaults);
    if (!parsed)
        co_return fail(firstError(parsed.error()));
    if (auto added = m_store.add({{name, text}}); !added)
        co_return fail(added.error());
    if (auto applied = rescan(only(name, false)); !applied)
        co_return fail(applied.error());
    ActionResult result;
    result.name = request.name;
    if (request.start && !parsed->disabled && !parsed->manual) {
        ActionRequest start;
        start.action = Action::Start;
        start.names = {request.name};
        start.trigger = request.trigger;
        auto started = co_await act(start);
        if (!started)
            co_return fail(started.error());
        co_return started->first();
    }
    if (const Unit* unit = m_engine.unit(name))
        result.state = unit->state();
    m_engine.publisher().flush();
    co_return result;
}

Task<Result<ActionResult>> EngineSession::update(UpdateRequest request)
{
    co_await yieldToLoop();
    const std::string name = request.name.toStdString();
    if (!m_engine.unit(name)) {
        if (m_engine.controller(name))
            co_return fail(ErrorKind::Refused, "`" + name + "` is built in: it has no service file");
        co_return fail(unknown(request.name));
    }
    auto before = m_store.read(name);
    if (!before)
        co_return fail(before.error());
    std::string after;
    if (request.text) {
        after = request.text->toStdString();
        const auto parsed = parseDefinition(after, m_store.path(name), name, m_engine.options().settings.defaults);
        if (!parsed)
            co_return fail(firstError(parsed.error()));
    } else {
        std::vector<Change> changes;
        for (const KeyEdit& edit : request.edits)
            changes.push_back({edit.key.toStdString(), edit.value.toStdString()});
        auto edited = applyChanges(*before, m_store.path(name), name, changes, m_engine.options().settings.defaults);
        if (!edited)
            co_return fail(edited.error());
        after = *std::move(edited);
    }
    if (after != *before) {
        if (auto written = m_store.replace(name, *before, after); !written)
            co_return fail(written.error());
    }
    if (auto applied = rescan(); !applied)
        co_return fail(applied.error());
    ActionResult result;
    result.name = request.name;
    if (const Unit* unit = m_engine.unit(name))
        result.state = unit->state();
    m_engine.publisher().flush();
    co_return result;
}

Task<Result<ActionResult>> EngineSession::remove(QString shown)
{
    co_await yieldToLoop();
    const std::string name = shown.toStdString();
    Unit* const unit = m_engine.unit(name);
    if (!unit) {
        if (m_engine.controller(name))
            co_return fail(ErrorKind::Refused, "`" + name + "` is built in: stop it instead");
        co_return fail(unknown(shown));
    }
    if (auto removed = m_store.remove(name); !removed)
        co_return fail(removed.error());
    if (auto applied = rescan(); !applied)
        co_return fail(applied.error());
    // Gone from the list when nothing of it is left.
    try {
        if (Unit* const going = m_engine.unit(name))
            co_await going->when([](const Unit& u) { return !u.live() && u.isRemoved(); });
    } catch (const OperationCancelled&) { // NOLINT(bugprone-empty-catch): gone, as was wanted
    }
    co_await yieldToLoop();
    ActionResult result;
    result.name = shown;
    m_engine.publisher().flush();
    co_return result;
}

Task<Result<QString>> EngineSession::undo()
{
    co_await yieldToLoop();
    auto undone = m_store.undo();
    if (!undone)
        co_return fail(undone.error());
    std::map<std::string, bool> startNew;
    if (auto applied = rescan(startNew); !applied)
        co_return fail(applied.error());
    m_engine.publisher().flush();
    co_return QString::fromStdString("took back the " + undone->text());
}

Task<Result<GoodVersion>> EngineSession::restore(QString shown, bool dryRun)
{
    co_await yieldToLoop();
    const std::string name = shown.toStdString();
    if (!m_engine.unit(name)) {
        if (m_engine.controller(name))
            co_return fail(ErrorKind::Refused, "`" + name + "` is built in: it has no service file");
        co_return fail(unknown(shown));
    }
    const TomlTable& defaults = m_engine.options().settings.defaults;
    const auto isGood = [&](const std::string& text) { return parseDefinition(text, m_store.path(name), name, defaults).has_value(); };
    const auto present = m_store.read(name);
    if (!present)
        co_return fail(present.error());
    if (isGood(*present))
        co_return fail(ErrorKind::Refused, m_store.path(name) + " is good: there is nothing to restore");
    // There, so that what was found good just now is kept already.
    const auto older = co_await onThread(m_engine.files(), [store = m_store, name] { return store.olderTexts(name); });
    const auto good = std::ranges::find_if(older, isGood, &ServiceFileStore::Older::text);
    if (good == older.end())
        co_return fail(ErrorKind::Refused, "no good version of " + m_store.path(name) + " is kept");
    if (!dryRun) {
        if (auto written = m_store.replace(name, *present, good->text); !written)
            co_return fail(written.error());
        if (auto applied = rescan(); !applied)
            co_return fail(applied.error());
        m_engine.publisher().flush();
    }
    co_return GoodVersion{good->time, QString::fromStdString(good->text)};
}

Task<Result<QList<Diagnostic>>> EngineSession::check(QString name, QString text)
{
    co_await yieldToLoop();
    CheckContext context;
    context.environment = m_engine.environment();
    context.defaults = m_engine.options().settings.defaults;
    context.now = m_engine.clock().wallNow();
    QList<Diagnostic> list;
    for (const Finding& found : checkServiceFile(text.toStdString(), m_store.path(name.toStdString()), name.toStdString(), context)) {
        Diagnostic diagnostic;
        diagnostic.isError = found.severity == Severity::Error;
        diagnostic.message = QString::fromStdString(found.error.message);
        diagnostic.file = QString::fromStdString(found.error.file);
        diagnostic.line = found.error.line;
        diagnostic.column = found.error.column;
        list.append(diagnostic);
    }
    co_return list;
}

Task<Result<SchedulePreview>> EngineSession::previewSchedule(QString text, int count)
{
    co_await yieldToLoop();
    const auto echo = echoSchedule(text.toStdString(), m_engine.options().settings.defaults, m_engine.clock().wallNow(), std::clamp(count, 0, 1000));
    if (!echo)
        co_return fail(echo.error());
    SchedulePreview out;
    out.sentence = QString::fromStdString(echo->sentence);
    for (const WallTime at : echo->times)
        out.times.append(at);
    for (const std::string& warning : echo->warnings)
        out.warnings.append(QString::fromStdString(warning));
    co_return out;
}

Task<Result<Inspection>> EngineSession::inspect(InspectRequest request)
{
    co_await yieldToLoop();
    const std::string name = request.name.toStdString();
    CheckContext context;
    context.environment = m_engine.environment();
    context.defaults = m_engine.options().settings.defaults;
    context.now = m_engine.clock().wallNow();
    std::vector<Change> edits;
    for (const KeyEdit& edit : request.edits)
        edits.push_back({edit.key.toStdString(), edit.value.toStdString()});
    Inspection out = inspectionOf(inspectServiceFile(request.text.toStdString(), edits, m_store.path(name), name, context));
    const bool isTaken = m_engine.unit(name) || m_engine.controller(name) || (isServiceName(name) && m_store.exists(name));
    if (isTaken && request.name != request.original) {
        out.isValid = false;
        out.remarks.prepend(Remark{true, QStringLiteral("name"), QStringLiteral("there is already a service `%1`").arg(request.name), 0, 0, {}});
    }
    co_return out;
}

Task<Result<QStringList>> EngineSession::reload()
{
    co_await yieldToLoop();
    auto settings = HostSettings::load(m_engine.options().places.hostOptionsFile(), m_engine.environment(), {});
    if (!settings)
        co_return fail(settings.error());
    m_engine.folder().setDefaults(settings->defaults);
    auto changes = m_engine.folder().scan();
    if (!changes)
        co_return fail(changes.error());
    QStringList lines;
    for (const std::string& line : m_engine.applyFolder(*changes))
        lines.append(QString::fromStdString(line));
    m_engine.publisher().flush();
    co_return lines;
}

} // namespace turnspit
