#pragma once

#include <ctl/commands.h>
#include <support/await.h>
#include <support/fakesession.h>

#include <turnspit/async/fakeclock.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <string>

namespace turnspit::ctl {

/// A host in memory at noon of a day in 2026, and what commands write.
struct Fixture
{
    Fixture() = default;
    Fixture(const Fixture&) = delete;
    Fixture& operator=(const Fixture&) = delete;

    /// The exit code of the command.
    int run(Command command)
    {
        const int code = await(runCommand(context, std::move(command)));
        flush();
        return code;
    }

    /// What was asked on the command line, without `turnspitctl`.
    static CommandLine parsed(const std::vector<std::string>& arguments)
    {
        const auto now = Clock::current().wallNow();
        const ParsedCommandLine line = parseCommandLine(arguments, now, QTimeZone::utc(), "/here");
        if (!line.commandLine)
            qFatal("%s", line.text.c_str());
        return *line.commandLine;
    }

    int run(const std::vector<std::string>& arguments)
    {
        const CommandLine line = parsed(arguments);
        context.json = line.json;
        return run(line.command);
    }

    [[nodiscard]] Task<int> begin(const std::vector<std::string>& arguments)
    {
        const CommandLine line = parsed(arguments);
        context.json = line.json;
        return runCommand(context, line.command);
    }

    void flush()
    {
        out.flush();
        err.flush();
    }

    /// What was written since the last call.
    QString takeOut()
    {
        flush();
        return QString::fromStdString(std::exchange(outText, {}));
    }
    QString takeErr()
    {
        flush();
        return QString::fromStdString(std::exchange(errText, {}));
    }
    QJsonDocument takeJson()
    {
        QJsonParseError error;
        const auto document = QJsonDocument::fromJson(takeOut().toUtf8(), &error);
        if (error.error != QJsonParseError::NoError)
            qFatal("not JSON: %s", qPrintable(error.errorString()));
        return document;
    }

    void put(const QString& name, ServiceKind kind = ServiceKind::Kept, ServiceState state = ServiceState::Stopped,
             const QString& group = {})
    {
        ServiceInfo service;
        service.name = name;
        service.kind = kind;
        service.state = state;
        service.group = group;
        service.since = clock.wallNow();
        session.put(service);
    }

    FakeClock clock{parseRfc3339("2026-11-22T12:00:00Z").value()};
    struct ClockInUse
    {
        explicit ClockInUse(FakeClock& used) { Clock::setCurrent(&used); }
        ~ClockInUse() { Clock::setCurrent(nullptr); }
        ClockInUse(const ClockInUse&) = delete;
        ClockInUse& operator=(const ClockInUse&) = delete;
    } clockInUse{clock}; // before the session, which looks at it when it is made
    FakeSession session;
    std::string outText;
    std::string errText;
    OutputStream out{OutputStream::toString(outText)};
    OutputStream err{OutputStream::toString(errText)};
    Interrupts interrupts;
    Context context{session, out, err, interrupts, Style{.zone = QTimeZone::utc()}};
};

} // namespace turnspit::ctl
