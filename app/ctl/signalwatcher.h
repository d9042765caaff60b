#pragma once

#include <QObject>

#include <functional>

class QSocketNotifier;

namespace turnspit::ctl {

/// SIGINT and SIGTERM as calls from the event loop. One a process, in its main thread.
class SignalWatcher : public QObject
{
public:
    explicit SignalWatcher(std::function<void()> onSignal);
    ~SignalWatcher() override;

    /// A signal has come; also while the event loop is kept from turning by a reader that does not read. Any thread.
    [[nodiscard]] static int count() noexcept;

private:
    void drain();

    std::function<void()> m_onSignal;
    QSocketNotifier* m_notifier = nullptr;
};

} // namespace turnspit::ctl
