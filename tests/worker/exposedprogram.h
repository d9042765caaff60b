#pragma once

#include <turnspit/worker/exposecontrol.h>

#include <support/await.h>
#include <support/said.h>

#include <ipc/remotesession.h>
#include <turnspit/async/wait.h>
#include <turnspit/async/aggregateerror.h>
#include <turnspit/config/tomlreader.h>
#include <turnspit/di/optionsmonitor.h>
#include <turnspit/hosting/backgroundservice.h>
#include <turnspit/hosting/host.h>
#include <turnspit/hosting/periodicservice.h>
#include <turnspit/hosting/servicecontrollers.h>
#include <turnspit/logging/logger.h>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/// A program that shows itself, as a test of its control socket needs it.
namespace turnspit::test {

using namespace std::chrono_literals;

/// What an expression that tries all ways needs long for.
class Mumbler final : public HostedService
{
public:
    explicit Mumbler(Logger<Mumbler> log) : m_log(std::move(log)) {}

    Task<> start(std::stop_token) override
    {
        for (int i = 0; i < 2000; ++i)
            m_log.info("{}", std::string(60, 'x'));
        co_return;
    }
    Task<> stop(std::stop_token) override { co_return; }

private:
    Logger<Mumbler> m_log;
};

class Sink final : public LogSink
{
    void write(const LogRecord&) noexcept override {}
};

/// Says one line and waits.
class Talker final : public BackgroundService
{
public:
    explicit Talker(Logger<Talker> log) : m_log(std::move(log)) {}

protected:
    Task<> execute(std::stop_token stopping) override
    {
        m_log.info("here I am");
        co_await untilStopped(stopping);
        m_log.warning("leaving");
    }

private:
    Logger<Talker> m_log;
};

inline std::atomic<int> ticks = 0;

class Hourly final : public PeriodicService
{
public:
    explicit Hourly(Logger<Hourly> log) : PeriodicService(1h), m_log(std::move(log)) {}

protected:
    Task<> tick(std::stop_token) override
    {
        ++ticks;
        m_log.info("tick");
        co_return;
    }

private:
    Logger<Hourly> m_log;
};

inline std::atomic<int> brokenStarts = 0;

class Broken final : public HostedService
{
public:
    Task<> start(std::stop_token) override
    {
        ++brokenStarts;
        throw std::runtime_error("broken on purpose");
    }
    Task<> stop(std::stop_token) override { co_return; }
};

struct Shelf
{
    int length = 1;

    void bind(TomlReader& from) { from.readInteger("length", length, 0, 9); }
};

inline Task<QString> started(Host& host)
{
    try {
        co_await host.start();
    } catch (...) {
        co_return QString::fromStdString(describe(std::current_exception()));
    }
    co_return QString();
}

/// A program with two services that shows itself as `shop`.
struct Program
{
    explicit Program(const QString& root, const char* name = "shop", bool broken = false, const QString& optionsFile = {}, bool mumbles = false)
    {
        auto builder = HostBuilder({.arguments = {"--host.reload-on-change=false"}});
        if (!optionsFile.isEmpty()) {
            builder.addConfigurationFile(optionsFile.toStdString());
            builder.configure<Shelf>("shelf");
        }
        builder.addLogSink(std::make_shared<Sink>());
        builder.services().addHostedService<Talker>("talker");
        builder.services().addHostedService<Hourly>("hourly");
        if (mumbles)
            builder.services().addHostedService<Mumbler>("mumbler");
        if (broken)
            builder.services().addHostedService<Broken>("broken");
        ControlOptions options;
        options.folders.stateDir = root.toStdString() + "/s";
        options.folders.runtimeDir = root.toStdString() + "/r";
        exposeControl(builder, name, options);
        host = builder.build();
        error = await(started(*host));
    }
    ~Program()
    {
        if (host)
            (void)await(host->stop());
    }
    [[nodiscard]] Result<> connect(const QString& root, const char* name = "shop")
    {
        const auto greeting = await(session.open(root + QStringLiteral("/r/workers/") + QLatin1String(name) + QStringLiteral(".sock")));
        if (!greeting)
            return fail(greeting.error());
        return {};
    }

    std::unique_ptr<Host> host;
    QString error;
    RemoteSession session{RemoteSession::Options{}};
};

inline ActionRequest request(Action action, const char* name)
{
    ActionRequest out;
    out.action = action;
    out.names = {QString::fromLatin1(name)};
    return out;
}

inline const QString talker = QStringLiteral("talker");

inline LogQuery logOf(const char* name)
{
    LogQuery query;
    query.service = QString::fromLatin1(name);
    return query;
}

} // namespace turnspit::test
