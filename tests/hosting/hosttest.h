#pragma once

#include "support/said.h"

#include <turnspit/async/event.h>
#include <turnspit/async/fakeclock.h>
#include <turnspit/async/taskscope.h>
#include <turnspit/async/thread.h>
#include <turnspit/async/wait.h>
#include <turnspit/async/aggregateerror.h>
#include <turnspit/hosting/backgroundservice.h>
#include <turnspit/hosting/host.h>
#include <turnspit/hosting/hostbuilder.h>
#include <turnspit/hosting/hostevents.h>
#include <turnspit/hosting/servicecontrollers.h>

#include <QStringList>
#include <QTest>

#include <mutex>
#include <optional>
#include <stdexcept>

namespace turnspit::test {

/// What happened, in order; any thread.
class Journal
{
public:
    void add(const std::string& line)
    {
        const std::lock_guard lock(m_mutex);
        m_lines.push_back(line);
    }
    [[nodiscard]] QStringList lines() const
    {
        const std::lock_guard lock(m_mutex);
        QStringList out;
        for (const auto& line : m_lines)
            out << QString::fromStdString(line);
        return out;
    }
    [[nodiscard]] QString text() const { return lines().join(QLatin1Char(' ')); }

private:
    mutable std::mutex m_mutex;
    std::vector<std::string> m_lines; // not shared implicitly: ThreadSanitizer cannot see how Qt counts
};

/// Fails when it is told to, after an await.
class FailsWhenTold final : public BackgroundService
{
public:
    explicit FailsWhenTold(Event& fail) : m_fail(fail) {}

protected:
    Task<> execute(std::stop_token) override
    {
        co_await m_fail.wait();
        throw std::runtime_error("broken");
    }

private:
    Event& m_fail;
};

/// Keeps log lines; any thread.
class MemorySink final : public LogSink
{
public:
    struct Line
    {
        LogLevel level;
        int event;
        QString service;
        QString text;
    };

    void write(const LogRecord& record) noexcept override
    {
        const std::lock_guard lock(m_mutex);
        m_lines.push_back({record.level, record.eventId, QString::fromUtf8(record.service.data(), qsizetype(record.service.size())),
                        QString::fromUtf8(record.text.data(), qsizetype(record.text.size()))});
    }
    [[nodiscard]] std::vector<Line> lines() const
    {
        const std::lock_guard lock(m_mutex);
        return m_lines;
    }
    [[nodiscard]] QList<int> events() const
    {
        QList<int> out;
        for (const auto& line : lines()) {
            if (line.event != 0)
                out.append(line.event);
        }
        return out;
    }
    [[nodiscard]] std::optional<Line> find(int event) const
    {
        for (const auto& line : lines()) {
            if (line.event == event)
                return line;
        }
        return std::nullopt;
    }

private:
    mutable std::mutex m_mutex;
    std::vector<Line> m_lines;
};

/// What a task ended with.
template <class T>
struct Outcomes
{
    bool ended = false;
    std::optional<T> value;
    std::exception_ptr error;
    [[nodiscard]] QString what() const { return QString::fromStdString(describe(error)); }
};
template <>
struct Outcomes<void>
{
    bool ended = false;
    std::exception_ptr error;
    [[nodiscard]] QString what() const { return QString::fromStdString(describe(error)); }
};

template <class T>
Task<> observe(Task<T> task, std::shared_ptr<Outcomes<T>> out)
{
    try {
        if constexpr (std::is_void_v<T>)
            co_await std::move(task);
        else
            out->value = co_await std::move(task);
    } catch (...) {
        out->error = std::current_exception();
    }
    out->ended = true;
}

/// The services that were abandoned, in the order of the result.
inline QStringList abandoned(const HostStopResult& result)
{
    QStringList out;
    for (const auto& each : result.services) {
        if (each.kind == ServiceStopResult::Abandoned)
            out << QString::fromStdString(each.service);
    }
    return out;
}

/// A host on the test's own thread and a fake clock: exact.
class InlineHost
{
public:
    InlineHost()
    {
        builder.useClock(clock).useInlineThreads().addLogSink(log).setLogLevel(LogLevel::Debug).useRandom([] { return 0.5; });
    }
    ~InlineHost()
    {
        host.reset();
        clock.settle();
    }

    template <class T>
    std::shared_ptr<Outcomes<T>> launch(Task<T> task)
    {
        auto out = std::make_shared<Outcomes<T>>();
        tasks.spawn(observe(std::move(task), out));
        clock.settle();
        return out;
    }

    void build() { host = builder.build(); }
    std::shared_ptr<Outcomes<void>> start(std::stop_token cancelled = {})
    {
        if (!host)
            build();
        return launch(host->start(std::move(cancelled)));
    }
    std::shared_ptr<Outcomes<HostStopResult>> stop(std::stop_token hurry = {}) { return launch(host->stop(std::move(hurry))); }
    ServiceController& controller(const char* name) const { return *host->controllers().find(name); }
    [[nodiscard]] ServiceState state(const char* name) const { return controller(name).status().state; }

    FakeClock clock;
    std::shared_ptr<MemorySink> log = std::make_shared<MemorySink>();
    Journal journal;
    HostBuilder builder;
    std::unique_ptr<Host> host;
    TaskScope tasks;
};

} // namespace turnspit::test

Q_DECLARE_METATYPE(turnspit::ServiceState)
