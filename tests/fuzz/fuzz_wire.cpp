#include <ipc/heldchanges.h>
#include <ipc/methods.h>
#include <ipc/wire.h>
#include <support/fakesession.h>
#include <turnspit/async/mailbox.h>
#include <turnspit/async/taskscope.h>
#include <turnspit/control/json.h>

#include <QCoreApplication>
#include <QLoggingCategory>

#include <cstdlib>

using namespace turnspit;

namespace {

void require(bool holds)
{
    if (!holds)
        std::abort();
}

/// What is read from the peer is written in a form that is read as the same again.
template <class T>
void roundTrip(const QJsonObject& object)
{
    if (const auto value = fromJson<T>(object)) {
        const QJsonObject written = toJson(*value);
        const auto again = fromJson<T>(written);
        require(again.has_value() && toJson(*again) == written);
    }
}

Task<> serve(HostSession& session, wire::Request request, const wire::Method& method) // NOLINT(*-reference-coroutine-parameters)
{
    const auto result = co_await method.call(session, request.params);
    const QByteArray line = result ? wire::resultLine(request.id, *result) : wire::errorLine(request.id, result.error());
    require(line.count('\n') == 1 && wire::parseMessage(line.chopped(1)).has_value());
}

/// As the host sees it.
void asServer(const QByteArray& line)
{
    const auto request = wire::parseRequest(line);
    if (!request)
        return;
    const wire::Method* method = wire::findMethod(request->method);
    if (!method)
        return;
    FakeSession session;
    session.put(serviceNamed(QStringLiteral("a")));
    session.say(QStringLiteral("a"), "text");
    session.addPastRuns(QStringLiteral("a"), 2);
    TaskScope scope;
    scope.spawn(serve(session, *request, *method));
    for (int turn = 0; turn < 20; ++turn)
        QCoreApplication::processEvents();
}

/// As a client sees it.
void asClient(const QByteArray& line)
{
    const auto message = wire::parseMessage(line);
    if (!message)
        return;
    for (const QJsonObject& object : {message->params, message->result.toObject()}) {
        roundTrip<ServiceInfo>(object);
        roundTrip<HostInfo>(object);
        roundTrip<Snapshot>(object);
        roundTrip<Delta>(object);
        roundTrip<RunInfo>(object);
        roundTrip<RunQuery>(object);
        roundTrip<LogEntryInfo>(object);
        roundTrip<LogQuery>(object);
        roundTrip<LogPage>(object);
        roundTrip<ActionRequest>(object);
        roundTrip<ActionResult>(object);
        roundTrip<DefinitionInfo>(object);
        roundTrip<Diagnostic>(object);
        roundTrip<AddRequest>(object);
        roundTrip<UpdateRequest>(object);
        roundTrip<HostEvent>(object);
        roundTrip<EventQuery>(object);
        roundTrip<SchedulePreview>(object);
        roundTrip<PlannedRun>(object);
        roundTrip<StopInfo>(object);
        roundTrip<UsageSample>(object);
    }
}

} // namespace

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv)
{
    static QCoreApplication application(*argc, *argv);
    QLoggingCategory::setFilterRules(QStringLiteral("*=false")); // a bad regular expression is told to nobody
    return 0;
}

/// The bytes in pieces whose length the first byte says, through the framing, into both ends.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr qsizetype limit = 4096;
    if (size == 0)
        return 0;
    const auto step = static_cast<qsizetype>(data[0]) + 1;
    const QByteArray bytes(reinterpret_cast<const char*>(data) + 1, static_cast<qsizetype>(size) - 1);
    wire::LineBuffer lines(limit);
    QByteArray seen;
    for (qsizetype at = 0; at < bytes.size() && !lines.isTooLong(); at += step) {
        lines.feed(QByteArrayView(bytes).sliced(at, std::min(step, bytes.size() - at)));
        while (const auto line = lines.next()) {
            require(line->size() <= limit && !line->contains('\n'));
            seen += *line + '\n';
            asServer(*line);
            asClient(*line);
        }
    }
    require(bytes.startsWith(seen));
    return 0;
}
