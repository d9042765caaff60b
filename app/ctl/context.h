#pragma once

#include "outputstream.h"

#include <turnspit/async/event.h>
#include <turnspit/async/task.h>
#include <turnspit/control/hostsession.h>

#include <QJsonArray>
#include <QJsonObject>
#include <QTimeZone>

#include <functional>
#include <string_view>

namespace turnspit::ctl {

namespace exitcode {
inline constexpr int done = 0;
inline constexpr int failed = 1;
inline constexpr int usage = 2;
inline constexpr int unreachable = 3;
inline constexpr int noSuchService = 4;
inline constexpr int timedOut = 5;
inline constexpr int ourFault = 125; ///< of `run`: not the command but Turnspit failed
inline constexpr int notExecutable = 126;
inline constexpr int notFound = 127;
inline constexpr int signalBase = 128;
inline constexpr int interrupted = 130; ///< of `run`: left by a second Ctrl+C
} // namespace exitcode

/// Ctrl+C as commands see it: one gate a press.
class Interrupts
{
public:
    /// In the thread of the commands.
    void raise() { (m_first.isSet() ? m_second : m_first).set(); }

    [[nodiscard]] Event& first() { return m_first; }
    [[nodiscard]] Event& second() { return m_second; }

private:
    Event m_first;
    Event m_second;
};

/// How text is to look.
struct Style
{
    int width = 0; ///< columns of the terminal; 0: not one, lines are as long as they are
    bool colour = false;
    QTimeZone zone = QTimeZone::systemTimeZone();
};

/// What a command works with; outlives it. One thread.
struct Context
{
    HostSession& session;
    OutputStream& out;
    OutputStream& err;
    Interrupts& interrupts;
    Style style;
    bool json = false;
    /// Answers when the process has ended, or after a while; not given: at once.
    std::function<Task<>(int pid)> processEnd = {};
};

[[nodiscard]] int exitCodeOf(const Error& error);

/// `turnspitctl: message` on standard error.
void complain(OutputStream& err, std::string_view message);

/// Complains and answers with the exit code that belongs to the error.
int report(Context& context, const Error& error);

/// One JSON document, indented.
void printJson(OutputStream& out, const QJsonArray& array);
void printJson(OutputStream& out, const QJsonObject& object);

/// One object on a line of its own.
void printJsonLine(OutputStream& out, const QJsonObject& object);

void printLine(OutputStream& out, const QString& line);

/// The code of `body`, or `code` when the gate opens first; the body is then given up where it waits.
[[nodiscard]] Task<int> unless(Event& gate, int code, Task<int> body);

} // namespace turnspit::ctl
