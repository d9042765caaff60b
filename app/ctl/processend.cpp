#include "processend.h"

#include <turnspit/async/taskscope.h>
#include <turnspit/async/wait.h>

#include <QSocketNotifier>

#include <sys/syscall.h>
#include <unistd.h>

namespace turnspit::ctl {

namespace {

constexpr std::chrono::seconds limit{10};

Task<> setAfterLimit(Event& event)
{
    co_await delay(limit);
    event.set();
}

} // namespace

Task<> waitForProcessEnd(int pid)
{
    const int descriptor = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (descriptor < 0)
        co_return; // it has ended already
    {
        Event ended;
        QSocketNotifier notifier(descriptor, QSocketNotifier::Read);
        QObject::connect(&notifier, &QSocketNotifier::activated, &notifier, [&] {
            notifier.setEnabled(false);
            ended.set();
        });
        TaskScope scope;
        scope.spawn(setAfterLimit(ended));
        co_await ended.wait();
    }
    ::close(descriptor);
}

} // namespace turnspit::ctl
