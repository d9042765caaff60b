#include "commands.h"
#include "describe.h"
#include "humantime.h"

#include <turnspit/base/clock.h>
#include <turnspit/control/json.h>

#include <QHash>
#include <QJsonDocument>

namespace turnspit::ctl {

namespace {

const ServiceInfo* find(const QList<ServiceInfo>& services, const QString& name)
{
    const auto found = std::ranges::find(services, name, &ServiceInfo::name);
    return found == services.end() ? nullptr : &*found;
}

Error noSuchService(const QString& name)
{
    return {ErrorKind::NoSuchService, "there is no service `" + name.toStdString() + '`'};
}

Table::Cell sinceCell(const ServiceInfo& service, WallTime now)
{
    return {service.since == WallTime{} ? QString() : spanText(now - service.since)};
}

bool isHeld(const ServiceInfo& service)
{
    return service.flags.contains(QLatin1StringView("held"));
}

using HoldEnds = QHash<QString, WallTime>;

/// Asks only where something is held. A host that does not tell is none to complain about here.
Task<HoldEnds> holdEnds(Context& context, QList<ServiceInfo> services)
{
    HoldEnds ends;
    if (std::ranges::none_of(services, isHeld))
        co_return ends;
    if (const auto holds = co_await context.session.holds()) {
        for (const HoldInfo& hold : *holds)
            ends.insert(hold.name, hold.until);
    }
    co_return ends;
}

std::optional<WallTime> endOf(const HoldEnds& ends, const ServiceInfo& service)
{
    const auto end = ends.constFind(service.name);
    return isHeld(service) && end != ends.constEnd() ? std::optional(*end) : std::nullopt;
}

/// What `status` says besides the row, one for each of the services. Asks only where there is something to ask for.
Task<QList<More>> moreOf(Context& context, QList<ServiceInfo> services)
{
    const HoldEnds ends = co_await holdEnds(context, services);
    QList<QueueInfo> queues;
    if (std::ranges::find(services, ServiceKind::Queue, &ServiceInfo::kind) != services.end())
        queues = (co_await context.session.queues()).value_or(QList<QueueInfo>()); // an older host does not tell
    QList<More> list;
    for (const ServiceInfo& service : std::as_const(services)) {
        const auto queue = std::ranges::find(queues, service.name, &QueueInfo::name);
        list.append({endOf(ends, service), queue == queues.end() ? std::nullopt : std::optional(*queue)});
    }
    co_return list;
}

QString nextText(const ServiceInfo& service, const HoldEnds& ends, WallTime now)
{
    if (const auto end = endOf(ends, service))
        return QStringLiteral("resumes ") + relativeText(*end, now);
    return service.nextRun ? relativeText(*service.nextRun, now) : QString();
}

std::string listTable(const QList<ServiceInfo>& services, const HoldEnds& ends, WallTime now, const Style& style)
{
    using enum Table::Align;
    Table table({{QStringLiteral("STATE")},
                 {QStringLiteral("NAME")},
                 {QStringLiteral("GROUP")},
                 {QStringLiteral("KIND")},
                 {QStringLiteral("NEXT")},
                 {QStringLiteral("SINCE"), Right},
                 {QStringLiteral("CPU"), Right},
                 {QStringLiteral("MEM"), Right},
                 {QStringLiteral("LAST")}});
    for (const ServiceInfo& service : services) {
        table.addRow({stateCell(service),
                      {service.name},
                      {service.group},
                      {words(toString(service.kind))},
                      {nextText(service, ends, now)},
                      sinceCell(service, now),
                      {cpuText(service)},
                      {memoryText(service)},
                      {lastText(service)}});
    }
    return table.text(style.width, style.colour);
}

QString valueText(const QJsonValue& value)
{
    if (value.isString())
        return value.toString();
    if (value.isDouble() || value.isBool())
        return value.toVariant().toString();
    const QJsonDocument document = value.isArray() ? QJsonDocument(value.toArray()) : QJsonDocument(value.toObject());
    return QString::fromUtf8(document.toJson(QJsonDocument::Compact));
}

/// `restart.delay = 1s`, a line a key.
void printValues(OutputStream& out, const QJsonObject& values, const QString& prefix)
{
    for (auto value = values.begin(); value != values.end(); ++value) {
        const QString key = prefix + value.key();
        if (value->isObject())
            printValues(out, value->toObject(), key + u'.');
        else if (!value->isNull())
            printLine(out, QStringLiteral("  ") + printable(key + QStringLiteral(" = ") + valueText(*value)));
    }
}

} // namespace

Task<int> runList(Context& context)
{
    const auto snapshot = co_await context.session.snapshot();
    if (!snapshot)
        co_return report(context, snapshot.error());
    QList<ServiceInfo> services = snapshot->services;
    std::ranges::sort(services, {}, &ServiceInfo::name);
    if (context.json)
        printJson(context.out, toJson(services));
    else if (services.isEmpty())
        context.out.write("There are no services yet. Add one: turnspitctl add NAME -- COMMAND...\n");
    else
        context.out.write(
            listTable(services, co_await holdEnds(context, services), Clock::current().wallNow(), context.style));
    co_return exitcode::done;
}

Task<int> runStatus(Context& context, StatusCommand command)
{
    const auto snapshot = co_await context.session.snapshot();
    if (!snapshot)
        co_return report(context, snapshot.error());
    QList<ServiceInfo> services;
    for (const QString& name : command.names) {
        const ServiceInfo* service = find(snapshot->services, name);
        if (!service)
            co_return report(context, noSuchService(name));
        services.append(*service);
    }
    if (context.json) {
        printJson(context.out, toJson(services));
        co_return exitcode::done;
    }
    const QList<More> more = co_await moreOf(context, services);
    for (qsizetype i = 0; i < services.size(); ++i) {
        context.out.write(i > 0 ? "\n" : "");
        context.out.write(describe(services[i], more[i], Clock::current().wallNow(), context.style).toStdString());
    }
    co_return exitcode::done;
}

Task<int> runShow(Context& context, ShowCommand command)
{
    const auto snapshot = co_await context.session.snapshot();
    if (!snapshot)
        co_return report(context, snapshot.error());
    const ServiceInfo* service = find(snapshot->services, command.name);
    if (!service)
        co_return report(context, noSuchService(command.name));

    // A built-in service has no file, and an invalid one perhaps no values: that is shown, not a failure.
    const auto definition = co_await context.session.definition(command.name);
    if (!definition && definition.error().kind == ErrorKind::Unreachable)
        co_return report(context, definition.error());
    RunQuery query;
    query.service = command.name;
    query.limit = 10;
    const auto runs = co_await context.session.runs(query);
    if (!runs)
        co_return report(context, runs.error());

    const QList<More> more = co_await moreOf(context, {*service});
    if (context.json) {
        QJsonObject object = toJson(*service);
        const bool hasFile = definition && !definition->file.isEmpty();
        object.insert(QStringLiteral("definition"), definition ? QJsonValue(definition->values) : QJsonValue());
        object.insert(QStringLiteral("file"), hasFile ? QJsonValue(definition->file) : QJsonValue());
        object.insert(QStringLiteral("last_runs"), toJson(*runs));
        if (service->kind == ServiceKind::Queue)
            object.insert(QStringLiteral("queue"), more.first().queue ? QJsonValue(toJson(*more.first().queue)) : QJsonValue());
        printJson(context.out, object);
        co_return exitcode::done;
    }
    const WallTime now = Clock::current().wallNow();
    context.out.write(describe(*service, more.first(), now, context.style).toStdString());
    if (definition) {
        printLine(context.out, QStringLiteral("\n%1").arg(definition->file.isEmpty() ? QStringLiteral("Built in")
                                                                                     : definition->file));
        printValues(context.out, definition->values, QString());
    }
    if (!runs->isEmpty()) {
        context.out.write("\nLast runs\n");
        context.out.write(runsTable(*runs, false, now, context.style));
    }
    co_return exitcode::done;
}

Task<int> runRuns(Context& context, RunsCommand command)
{
    constexpr int page = 1000;
    QList<RunInfo> runs;
    RunQuery query;
    query.service = command.name;
    while (runs.size() < command.limit) {
        query.limit = std::min<int>(page, command.limit - static_cast<int>(runs.size()));
        const auto more = co_await context.session.runs(query);
        if (!more)
            co_return report(context, more.error());
        runs.append(*more);
        if (more->size() < query.limit)
            break;
        query.before = more->back().id;
    }
    if (context.json) {
        printJson(context.out, toJson(runs));
    } else if (runs.isEmpty()) {
        const auto snapshot = co_await context.session.snapshot();
        const ServiceInfo* service = snapshot ? find(snapshot->services, command.name) : nullptr;
        const bool builtIn = service && (service->kind == ServiceKind::BuiltIn || service->kind == ServiceKind::Queue);
        context.out.write(builtIn ? "No runs: they are kept of commands, not of what is part of a program. See `status` and `events`.\n"
                                  : "No runs yet.\n");
    } else {
        context.out.write(runsTable(runs, command.name.isEmpty(), Clock::current().wallNow(), context.style));
    }
    co_return exitcode::done;
}

Task<int> runNext(Context& context, NextCommand command)
{
    const auto planned = co_await context.session.nextRuns(command.count);
    if (!planned)
        co_return report(context, planned.error());
    if (context.json) {
        printJson(context.out, toJson(*planned));
        co_return exitcode::done;
    }
    if (planned->isEmpty()) {
        context.out.write("Nothing is planned.\n");
        co_return exitcode::done;
    }
    const WallTime now = Clock::current().wallNow();
    Table table({{QStringLiteral("AT")}, {QStringLiteral("IN")}, {QStringLiteral("SERVICE")}});
    for (const PlannedRun& run : *planned)
        table.addRow({{localText(run.at, context.style.zone)},
                      {spanText(std::max(run.at - now, WallTime::duration(0)))},
                      {run.service}});
    context.out.write(table.text(context.style.width, context.style.colour));
    co_return exitcode::done;
}

} // namespace turnspit::ctl
