#include "hosts.h"

#include "describe.h"
#include "humantime.h"

#include <turnspit/control/jsonfields.h>

namespace turnspit::ctl {

namespace {

constexpr const char* green = "32";
constexpr const char* red = "31";
constexpr const char* yellow = "33";

QString stateText(const FoundHost& host)
{
    switch (host.state) {
    case FoundHost::State::Answers: return QStringLiteral("answers");
    case FoundHost::State::Silent: return QStringLiteral("does not answer");
    case FoundHost::State::Gone: return QStringLiteral("gone");
    }
    return {};
}

/// `3: 1 running, 1 waiting, 1 failed`
QString servicesText(const FoundHost& host)
{
    if (host.state != FoundHost::State::Answers)
        return host.error;
    QStringList parts;
    if (host.counts.running > 0)
        parts.append(QStringLiteral("%1 running").arg(host.counts.running));
    if (host.counts.waiting > 0)
        parts.append(QStringLiteral("%1 waiting").arg(host.counts.waiting));
    if (host.counts.failed > 0)
        parts.append(QStringLiteral("%1 failed").arg(host.counts.failed));
    QString text = QString::number(host.counts.services);
    if (!parts.isEmpty())
        text += QStringLiteral(": ") + parts.join(QStringLiteral(", "));
    return text;
}

QJsonObject toJson(const FoundHost& host)
{
    const bool answers = host.state == FoundHost::State::Answers;
    const auto figure = [answers](int value) { return answers ? QJsonValue(value) : QJsonValue(); };
    return {
        {QStringLiteral("name"), host.name},
        {QStringLiteral("what"), host.what},
        {QStringLiteral("state"), stateWord(host.state)},
        {QStringLiteral("pid"), host.pid ? QJsonValue(*host.pid) : QJsonValue()},
        {QStringLiteral("version"), answers ? QJsonValue(host.version) : QJsonValue()},
        {QStringLiteral("since"), host.since ? timeToJson(*host.since) : QJsonValue()},
        {QStringLiteral("services"), figure(host.counts.services)},
        {QStringLiteral("running"), figure(host.counts.running)},
        {QStringLiteral("waiting"), figure(host.counts.waiting)},
        {QStringLiteral("failed"), figure(host.counts.failed)},
        {QStringLiteral("socket"), host.socket},
        {QStringLiteral("error"), host.error.isEmpty() ? QJsonValue() : QJsonValue(host.error)},
    };
}

} // namespace

QString stateWord(FoundHost::State state)
{
    switch (state) {
    case FoundHost::State::Answers: return QStringLiteral("answers");
    case FoundHost::State::Silent: return QStringLiteral("silent");
    case FoundHost::State::Gone: return QStringLiteral("gone");
    }
    return {};
}

void printHosts(OutputStream& out, QList<FoundHost> hosts, bool json, WallTime now, const Style& style)
{
    std::ranges::sort(hosts, {}, [](const FoundHost& host) { return std::pair(host.what == u"worker", host.name); });
    if (json) {
        QJsonArray array;
        for (const FoundHost& host : hosts)
            array.append(toJson(host));
        printJson(out, array);
        return;
    }
    if (hosts.isEmpty()) {
        out.write("No host is running. Start turnspitd or the desktop.\n");
        return;
    }
    using enum Table::Align;
    Table table({{QStringLiteral("NAME")},
                 {QStringLiteral("WHAT")},
                 {QStringLiteral("STATE")},
                 {QStringLiteral("PID"), Right},
                 {QStringLiteral("VERSION")},
                 {QStringLiteral("SINCE"), Right},
                 {QStringLiteral("SERVICES")}});
    for (const FoundHost& host : hosts) {
        const char* colour = host.state == FoundHost::State::Answers ? green : host.state == FoundHost::State::Silent ? yellow : red;
        table.addRow({{host.name},
                      {host.what},
                      {stateText(host), colour},
                      {host.pid ? QString::number(*host.pid) : QString()},
                      {host.version},
                      {host.since ? spanText(now - *host.since) : QString()},
                      {servicesText(host)}});
    }
    out.write(table.text(style.width, style.colour));
}

} // namespace turnspit::ctl
