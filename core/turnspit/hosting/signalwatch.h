#pragma once

#include <csignal>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>

class QSocketNotifier;

namespace turnspit {

/// Hears signals, SIGINT, SIGTERM and SIGQUIT unless told, instead of dying of them, as long as it lives; one at a time in a program
/// for each signal. `onSignal` comes in the thread that makes it, from the event loop. Then the dispositions are as they were.
class SignalWatch
{
public:
    explicit SignalWatch(std::function<void(int signal)> onSignal, std::initializer_list<int> caught = {SIGINT, SIGTERM, SIGQUIT});
    ~SignalWatch();
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;

private:
    void read();

    std::function<void(int)> m_onSignal;
    int m_readEnd = -1;
    int m_writeEnd = -1;
    std::unique_ptr<QSocketNotifier> m_notifier;
    std::map<int, struct sigaction> m_before;
};

/// As long as it lives, a pipe or socket whose reader has gone ends nothing: what is written there is lost, and write says so. A handler
/// that does nothing rather than SIG_IGN: programs that are started begin with the default. What somebody else has chosen stays.
class PipesMayBreak
{
public:
    PipesMayBreak();
    ~PipesMayBreak();
    PipesMayBreak(const PipesMayBreak&) = delete;
    PipesMayBreak& operator=(const PipesMayBreak&) = delete;

private:
    struct sigaction m_before;
    bool m_ours;
};

} // namespace turnspit
