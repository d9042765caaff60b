#pragma once

#include <csignal>
#include <functional>
#include <map>
#include <memory>

class QSocketNotifier;

namespace turnspit {

/// Hears SIGINT, SIGTERM and SIGQUIT instead of dying of them, as long as it lives; one at a time in a program. Main thread: `onSignal`
/// comes there, from the event loop. Then the dispositions are as they were.
class SignalWatch
{
public:
    explicit SignalWatch(std::function<void(int signal)> onSignal);
    ~SignalWatch();
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;

private:
    void read();

    std::function<void(int)> m_onSignal;
    int m_readEnd = -1;
    std::unique_ptr<QSocketNotifier> m_notifier;
    std::map<int, struct sigaction> m_before;
};

} // namespace turnspit
