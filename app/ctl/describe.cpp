#include "describe.h"

#include "humantime.h"

namespace turnspit::ctl {

namespace {

const char* colourOf(ServiceState state)
{
    switch (state) {
    case ServiceState::Running:
        return "32"; // green
    case ServiceState::Failed:
    case ServiceState::Invalid:
        return "31"; // red
    case ServiceState::Starting:
    case ServiceState::Stopping:
    case ServiceState::BackingOff:
        return "33"; // yellow
    case ServiceState::Stopped:
    case ServiceState::Disabled:
        return "2"; // dim
    case ServiceState::Waiting:
    case ServiceState::Completed:
        break;
    }
    return nullptr;
}

QString endWords(Outcome outcome, const std::optional<int>& exitCode, const std::optional<QString>& signal,
                 const std::optional<QString>& reason)
{
    QString out = words(toString(outcome));
    const QString detail = signal                       ? *signal
                           : exitCode && *exitCode != 0 ? QStringLiteral("exit %1").arg(*exitCode)
                                                        : QString();
    // A reason that names the code makes it superfluous, and one that is nothing else is superfluous itself.
    const bool told = reason && reason->contains(detail);
    if (!detail.isEmpty() && (!told || *reason == detail))
        out += QStringLiteral(" (%1)").arg(detail);
    if (reason && !reason->isEmpty() && *reason != detail)
        out += QStringLiteral(": ") + *reason;
    return out;
}

void addLine(QString& out, const QString& label, const QString& value)
{
    constexpr int labelWidth = 10;
    if (!value.isEmpty())
        out += QStringLiteral("  ") + label.leftJustified(labelWidth) + printable(value) + u'\n';
}

} // namespace

QString words(std::string_view ascii)
{
    return QString::fromLatin1(ascii.data(), static_cast<qsizetype>(ascii.size()));
}

Table::Cell stateCell(const ServiceInfo& service)
{
    return {(QStringList(words(toString(service.state))) + service.flags).join(QStringLiteral(", ")),
            colourOf(service.state)};
}

QString lastText(const ServiceInfo& service)
{
    if (!service.lastOutcome)
        return service.reason.value_or(QString());
    return endWords(*service.lastOutcome, service.exitCode, service.signal, service.reason);
}

QString endText(const RunInfo& run)
{
    return run.outcome ? endWords(*run.outcome, run.exitCode, run.signal, run.reason) : QString();
}

QString cpuText(const ServiceInfo& service)
{
    return service.cpuPercent ? QString::number(*service.cpuPercent, 'f', *service.cpuPercent < 9.95 ? 1 : 0) + u'%'
                              : QString();
}

QString memoryText(const ServiceInfo& service)
{
    return service.memoryBytes ? sizeText(*service.memoryBytes) : QString();
}

QString describe(const ServiceInfo& service, const More& more, WallTime now, const Style& style)
{
    const Table::Cell state = stateCell(service);
    QString shown = state.text;
    if (style.colour && state.colour)
        shown = QStringLiteral("\x1b[") + QLatin1String(state.colour) + u'm' + shown + QStringLiteral("\x1b[0m");

    QString out = printable(service.name) + QStringLiteral(": ") + shown;
    if (service.since != WallTime{}) {
        out += QStringLiteral(" for ") + spanText(now - service.since) + QStringLiteral(" (since ") +
               localText(service.since, style.zone) + u')';
    }
    out += u'\n';
    addLine(out, QStringLiteral("kind"), words(toString(service.kind)));
    addLine(out, QStringLiteral("group"), service.group);
    addLine(out, QStringLiteral("pid"), service.pid ? QString::number(*service.pid) : QString());
    if (service.nextRun) {
        addLine(out, QStringLiteral("next run"),
                localText(*service.nextRun, style.zone) + QStringLiteral(" (") + relativeText(*service.nextRun, now) +
                    u')');
    }
    if (more.heldUntil) {
        addLine(out, QStringLiteral("held"),
                QStringLiteral("until ") + localText(*more.heldUntil, style.zone) + QStringLiteral(" (") +
                    relativeText(*more.heldUntil, now) + u')');
    }
    addLine(out, QStringLiteral("restarts"), service.restarts > 0 ? QString::number(service.restarts) : QString());
    addLine(out, QStringLiteral("cpu"), cpuText(service));
    addLine(out, QStringLiteral("memory"), memoryText(service));
    if (const auto& queue = more.queue) {
        addLine(out, QStringLiteral("queue"),
                QStringLiteral("waiting %1, delayed %2, in flight %3, dead letters %4")
                    .arg(queue->depth)
                    .arg(queue->delayed)
                    .arg(queue->inFlight)
                    .arg(queue->deadLetters));
        addLine(out, QStringLiteral("work"),
                QStringLiteral("in hand %1, acked %2, nacked %3, dead %4, released %5")
                    .arg(queue->inHand)
                    .arg(queue->acked)
                    .arg(queue->nacked)
                    .arg(queue->dead)
                    .arg(queue->released));
        addLine(out, QStringLiteral("error"), queue->lastError);
    }
    addLine(out, service.lastOutcome ? QStringLiteral("last run") : QStringLiteral("reason"), lastText(service));
    return out;
}

std::string runsTable(const QList<RunInfo>& runs, bool withService, WallTime now, const Style& style)
{
    using enum Table::Align;
    std::vector<Table::Column> columns{{QStringLiteral("RUN"), Right}};
    if (withService)
        columns.push_back({QStringLiteral("SERVICE")});
    columns.insert(columns.end(), {{QStringLiteral("TRIGGER")},
                                   {QStringLiteral("TRY"), Right},
                                   {QStringLiteral("BEGAN")},
                                   {QStringLiteral("TOOK"), Right},
                                   {QStringLiteral("LINES"), Right},
                                   {QStringLiteral("END")}});
    Table table(std::move(columns));
    for (const RunInfo& run : runs) {
        const auto took = run.end ? *run.end - run.begin : now - run.begin;
        std::vector<Table::Cell> cells{{QString::number(run.id.value)}};
        if (withService)
            cells.push_back({run.service});
        const bool bad = run.outcome && *run.outcome != Outcome::Succeeded && *run.outcome != Outcome::Stopped;
        cells.insert(cells.end(), {{words(toString(run.trigger))},
                                   {QString::number(run.attempt)},
                                   {localText(run.begin, style.zone)},
                                   {spanText(took)},
                                   {QString::number(run.logLines)},
                                   {run.outcome ? endText(run) : QStringLiteral("running"), bad ? "31" : nullptr}});
        table.addRow(std::move(cells));
    }
    return table.text(style.width, style.colour);
}

} // namespace turnspit::ctl
