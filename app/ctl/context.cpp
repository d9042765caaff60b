#include "context.h"

#include <turnspit/async/taskscope.h>

#include <QJsonDocument>

#include <optional>

namespace turnspit::ctl {

namespace {

struct Race
{
    Event decided;
    std::optional<int> code;
    std::exception_ptr error;

    void decide(int result)
    {
        if (!code)
            code = result;
        decided.set();
    }
};

Task<> runBody(Race& race, Task<int> body)
{
    try {
        race.decide(co_await std::move(body));
    } catch (...) {
        race.error = std::current_exception();
        race.decided.set();
    }
}

Task<> watchGate(Race& race, Event& gate, int code)
{
    co_await gate.wait();
    race.decide(code);
}

} // namespace

int exitCodeOf(const Error& error)
{
    switch (error.kind) {
    case ErrorKind::NoSuchService:
        return exitcode::noSuchService;
    case ErrorKind::TimedOut:
        return exitcode::timedOut;
    case ErrorKind::Unreachable:
        return exitcode::unreachable;
    case ErrorKind::Failed:
    case ErrorKind::Refused:
    case ErrorKind::InvalidDefinition:
    case ErrorKind::Protocol:
    case ErrorKind::Cancelled:
        break;
    }
    return exitcode::failed;
}

void complain(OutputStream& err, std::string_view message)
{
    err.write("turnspitctl: ");
    err.write(message);
    err.write("\n");
}

int report(Context& context, const Error& error)
{
    complain(context.err, error.text());
    return exitCodeOf(error);
}

void printJson(OutputStream& out, const QJsonArray& array)
{
    out.write(QJsonDocument(array).toJson(QJsonDocument::Indented).toStdString());
}

void printJson(OutputStream& out, const QJsonObject& object)
{
    out.write(QJsonDocument(object).toJson(QJsonDocument::Indented).toStdString());
}

void printJsonLine(OutputStream& out, const QJsonObject& object)
{
    out.write(QJsonDocument(object).toJson(QJsonDocument::Compact).toStdString());
    out.write("\n");
}

void printLine(OutputStream& out, const QString& line)
{
    out.write(line.toStdString());
    out.write("\n");
}

Task<int> unless(Event& gate, int code, Task<int> body)
{
    Race race;
    TaskScope scope;
    scope.spawn(watchGate(race, gate, code));
    scope.spawn(runBody(race, std::move(body)));
    co_await race.decided.wait();
    if (race.error)
        std::rethrow_exception(race.error);
    co_return *race.code;
}

} // namespace turnspit::ctl
