#pragma once

#include <turnspit/async/taskscope.h>

#include <QAbstractEventDispatcher>
#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QThread>
#include <QTimer>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <type_traits>

namespace turnspit {

/// Turns the event loop until `done` holds; false after ten seconds, which no passing test sees.
template <class Condition>
[[nodiscard]] bool spinUntil(Condition done)
{
    QTimer wake; // the loop sleeps between events, and still sees the deadline
    wake.start(std::chrono::milliseconds(200));
    const QDeadlineTimer deadline(std::chrono::seconds(10));
    while (!done()) {
        if (deadline.hasExpired())
            return false;
        QCoreApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents);
    }
    return true;
}

/// A task that was begun and may be looked at while it runs.
template <class T>
class Begun
{
public:
    explicit Begun(Task<T> task) { m_scope.spawn(keep(std::move(task), *this)); }
    Begun(const Begun&) = delete;
    Begun& operator=(const Begun&) = delete;

    [[nodiscard]] bool isDone() const { return m_value || m_cancelled; }
    [[nodiscard]] bool wasCancelled() const { return m_cancelled; }

    /// Turns the event loop until the task has ended.
    [[nodiscard]] T& value()
    {
        if (!spinUntil([this] { return isDone(); }))
            throw std::runtime_error("the task does not end");
        if (m_cancelled)
            throw OperationCancelled{};
        return *m_value;
    }

private:
    static Task<> keep(Task<T> task, Begun& out) // NOLINT(cppcoreguidelines-avoid-reference-coroutine-parameters)
    {
        try {
            out.m_value.emplace(co_await std::move(task));
        } catch (const OperationCancelled&) {
            out.m_cancelled = true;
        }
    }

    std::optional<T> m_value;
    bool m_cancelled = false;
    TaskScope m_scope; // last: its task writes to the rest
};

/// Begins the task and turns the event loop until it has ended.
template <class T>
[[nodiscard]] T await(Task<T> task)
{
    Begun<T> begun(std::move(task));
    return std::move(begun.value());
}

} // namespace turnspit
