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

} // namespace turnspit
