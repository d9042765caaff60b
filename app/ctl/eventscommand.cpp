#include "commands.h"
#include "describe.h"
#include "humantime.h"

#include <turnspit/base/clock.h>
#include <turnspit/control/json.h>

#include <deque>
#include <map>

namespace turnspit::ctl {

namespace {

void printEvent(Context& context, const HostEvent& event)
{
    if (context.json) {
        printJsonLine(context.out, toJson(event));
        return;
    }
    QStringList parts{localText(event.time, context.style.zone), event.service, event.kind, printable(event.text)};
    parts.removeAll(QString());
    printLine(context.out, parts.join(QStringLiteral("  ")));
}

/// What is worth a line: not the samples, which change all the time.
ServiceInfo withoutSamples(ServiceInfo service)
{
    service.cpuPercent.reset();
    service.memoryBytes.reset();
    return service;
}

QString changeText(const ServiceInfo& service)
{
    QString text = stateCell(service).text;
    if (service.pid)
        text += QStringLiteral(", pid %1").arg(*service.pid);
    if (const QString last = lastText(service); !last.isEmpty() && !service.pid)
        text += QStringLiteral("; last run: ") + last;
    return text;
}

/// Prints what changes, one line a change. Signals of the session are kept until the command gets to them, so that
/// nothing comes before the stored events.
class ChangeView : public QObject
{
public:
    explicit ChangeView(Context& context) : m_context(context)
    {
        connect(&context.session, &HostSession::deltaArrived, this, [this](const Delta& delta) {
            m_deltas.push_back(delta);
            m_arrived.set();
        });
        connect(&context.session, &HostSession::snapshotReplaced, this, [this](const Snapshot& snapshot) {
            m_replacement = snapshot;
            m_deltas.clear(); // all of them are in it
            m_arrived.set();
        });
        connect(&context.session, &HostSession::connectionChanged, this, [this](HostSession::Connection connection) {
            m_lost = m_lost || connection != HostSession::Connection::Connected;
            m_arrived.set();
        });
    }

    /// What is known already.
    void begin(const Snapshot& snapshot)
    {
        for (const ServiceInfo& service : snapshot.services)
            m_known.insert_or_assign(service.name, withoutSamples(service));
        m_host = snapshot.host;
        m_revision = snapshot.revision;
        m_replacement.reset();
    }

    /// Ends when the connection or the reader is lost.
    Task<int> follow()
    {
        while (m_context.out.isOpen()) {
            printAll();
            m_context.out.flush();
            if (m_lost) {
                complain(m_context.err, "the connection to the host has ended");
                co_return exitcode::unreachable;
            }
            co_await m_arrived.wait();
            m_arrived.reset();
        }
        co_return exitcode::done;
    }

private:
    void printAll()
    {
        if (const auto snapshot = std::exchange(m_replacement, std::nullopt)) {
            QStringList gone;
            for (const auto& [name, service] : m_known) {
                if (std::ranges::find(snapshot->services, name, &ServiceInfo::name) == snapshot->services.end())
                    gone.append(name);
            }
            print(Delta{snapshot->revision, snapshot->services, gone, snapshot->host});
            m_revision = snapshot->revision;
        }
        for (const Delta& delta : std::exchange(m_deltas, {})) {
            if (delta.revision > m_revision)
                print(delta);
        }
    }

    void print(const Delta& delta)
    {
        for (const ServiceInfo& service : delta.changed) {
            const ServiceInfo shown = withoutSamples(service);
            const auto known = m_known.find(service.name);
            if (known != m_known.end() && known->second == shown)
                continue;
            m_known.insert_or_assign(service.name, shown);
            printChange(QStringLiteral("service-changed"), service.name, changeText(service), &service);
        }
        for (const QString& name : delta.removed) {
            if (m_known.erase(name) > 0)
                printChange(QStringLiteral("service-removed"), name, QStringLiteral("removed"), nullptr);
        }
        if (delta.host) {
            if (delta.host->shuttingDown && !m_host.shuttingDown)
                printChange(QStringLiteral("host-changed"), QString(), QStringLiteral("the host is shutting down"),
                            nullptr);
            for (const QString& problem : delta.host->problems) {
                if (!m_host.problems.contains(problem))
                    printChange(QStringLiteral("host-changed"), QString(), problem, nullptr);
            }
            m_host = *delta.host;
        }
    }

    void printChange(const QString& kind, const QString& service, const QString& text, const ServiceInfo* change)
    {
        const HostEvent event{Clock::current().wallNow(), kind, service, text};
        if (!m_context.json) {
            printEvent(m_context, event);
            return;
        }
        QJsonObject object = toJson(event);
        if (change) {
            object.insert(QStringLiteral("state"), words(toString(change->state)));
            object.insert(QStringLiteral("change"), toJson(*change));
        }
        printJsonLine(m_context.out, object);
    }

    Context& m_context;
    Event m_arrived;
    std::deque<Delta> m_deltas;
    std::optional<Snapshot> m_replacement;
    bool m_lost = false;
    Revision m_revision;
    std::map<QString, ServiceInfo> m_known;
    HostInfo m_host;
};

Task<int> printStored(Context& context, EventsCommand command)
{
    const auto events = co_await context.session.events(command.query);
    if (!events)
        co_return report(context, events.error());
    for (const HostEvent& event : *events)
        printEvent(context, event);
    co_return exitcode::done;
}

Task<int> follow(Context& context, EventsCommand command)
{
    ChangeView changes(context);
    if (const auto subscribed = co_await context.session.subscribe(); !subscribed)
        co_return report(context, subscribed.error());
    const auto snapshot = co_await context.session.snapshot();
    if (!snapshot)
        co_return report(context, snapshot.error());
    changes.begin(*snapshot);
    if (const int code = co_await printStored(context, command))
        co_return code;
    co_return co_await changes.follow();
}

} // namespace

Task<int> runEvents(Context& context, EventsCommand command)
{
    if (!command.follow)
        co_return co_await printStored(context, command);
    co_return co_await unless(context.interrupts.first(), exitcode::done, follow(context, command));
}

} // namespace turnspit::ctl
