#include "fakesession.h"

#include <turnspit/control/json.h>
#include <turnspit/servicefile/check.h>
#include <turnspit/servicefile/parse.h>
#include <turnspit/services/conversions.h>

/// What dialogs ask of a host while a service file is written. Files are read as the product reads them; nothing is started.
namespace turnspit {

namespace {

using Key = QLatin1StringView;

constexpr auto followLimit = std::chrono::seconds(20);

} // namespace

Task<Result<Inspection>> FakeSession::inspect(InspectRequest request)
{
    if (const auto entered = co_await enter(QStringLiteral("inspect"), toJson(request)); !entered)
        co_return fail(entered.error());
    CheckContext context;
    for (auto variable = m_environment.cbegin(); variable != m_environment.cend(); ++variable)
        context.environment[variable.key().toStdString()] = variable.value().toStdString();
    context.now = now();
    std::vector<Change> edits;
    for (const KeyEdit& edit : request.edits)
        edits.push_back({edit.key.toStdString(), edit.value.toStdString()});
    const std::string name = request.name.toStdString();
    Inspection out = inspectionOf(inspectServiceFile(request.text.toStdString(), edits, name + ".toml", name, context));
    if (request.name != request.original && m_services.contains(request.name)) {
        out.isValid = false;
        out.remarks.prepend({true, QStringLiteral("name"), QStringLiteral("there is already a service `%1`").arg(request.name), 0, 0, {}});
    }
    co_return out;
}

Task<Result<quint64>> FakeSession::beginTry(TryRequest request)
{
    if (const auto entered = co_await enter(QStringLiteral("beginTry"), toJson(request)); !entered)
        co_return fail(entered.error());
    const auto parsed = parseDefinition(request.text.toStdString(), "try.toml", "try");
    if (!parsed)
        co_return fail(parsed.error().front());
    const quint64 id = static_cast<quint64>(m_tries.size()) + 1;
    m_tries.insert(id, {{}, now()});
    const std::vector<std::string>& command = parsed->command;
    if (command.front() == "true" || command.front() == "false") {
        endTry(id, command.front() == "true" ? 0 : 1);
    } else if (command.front() == "seq" && command.size() == 3) {
        for (int n = std::stoi(command[1]); n <= std::stoi(command[2]); ++n)
            sayInTry(id, QByteArray::number(n) + '\n');
        endTry(id, 0);
    }
    co_return id;
}

Task<Result<TryPage>> FakeSession::followTry(quint64 id, qint64 cursor)
{
    if (const auto entered = co_await enter(QStringLiteral("followTry"), {{Key("id"), static_cast<qint64>(id)}, {Key("cursor"), cursor}}); !entered)
        co_return fail(entered.error());
    if (!m_tries.contains(id))
        co_return fail("nothing is tried under the number " + std::to_string(id));
    bool expired = false;
    const auto timer = Clock::current().createTimer([this, &expired, alive = std::weak_ptr(m_alive)] {
        expired = true;
        if (!alive.expired())
            m_changes.wake();
    });
    timer->startOnce(followLimit);
    for (;;) {
        TryPage page = m_tries[id].page;
        qint64 at = 0;
        QList<TryOutput> rest;
        for (const TryOutput& piece : std::as_const(page.output)) {
            if (at + piece.bytes.size() > cursor)
                rest.append({piece.stream, piece.bytes.mid(std::max<qint64>(0, cursor - at))});
            at += piece.bytes.size();
        }
        page.output = rest;
        if (!rest.isEmpty() || page.ended || expired)
            co_return page;
        co_await nextChange();
    }
}

Task<Result<>> FakeSession::stopTry(quint64 id)
{
    if (const auto entered = co_await enter(QStringLiteral("stopTry"), {{Key("id"), static_cast<qint64>(id)}}); !entered)
        co_return fail(entered.error());
    if (const auto found = m_tries.find(id); found != m_tries.end() && !found->page.ended) {
        found->page.ended = true;
        found->page.signal = QStringLiteral("SIGTERM");
        found->page.reason = QStringLiteral("stopped");
        m_changes.wake();
    }
    co_return Result<>();
}

void FakeSession::sayInTry(quint64 id, const QByteArray& text, char stream)
{
    TryPage& page = m_tries[id].page;
    page.output.append({stream, text});
    page.cursor += text.size();
    m_changes.wake();
}

void FakeSession::endTry(quint64 id, int exitCode)
{
    Try& tried = m_tries[id];
    tried.page.ended = true;
    tried.page.exitCode = exitCode;
    tried.page.seconds = std::chrono::duration<double>(now() - tried.begin).count();
    m_changes.wake();
}

} // namespace turnspit
