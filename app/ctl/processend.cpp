#include "processend.h"

#include <turnspit/async/taskscope.h>
#include <turnspit/async/wait.h>

#include <QSocketNotifier>

#include <sys/syscall.h>
#include <unistd.h>

namespace turnspit::ctl {

namespace {

constexpr std::chrono::seconds limit{10};

struct Descriptor
{
    explicit Descriptor(int opened) : number(opened) {}
    ~Descriptor() { ::close(number); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int number;
};

Task<> setAfterLimit(Event& event)
{
    co_await delay(limit);
    event.set();
}

} // namespace

Task<> waitForProcessEnd(int pid)
{
    const int opened = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (opened < 0)
        co_return; // it has ended already
    const Descriptor descriptor(opened);
    Event ended;
    QSocketNotifier notifier(descriptor.number, QSocketNotifier::Read);
    QObject::connect(&notifier, &QSocketNotifier::activated, &notifier, [&] {
        notifier.setEnabled(false);
        ended.set();
    });
    TaskScope scope;
    scope.spawn(setAfterLimit(ended));
    co_await ended.wait();
}

} // namespace turnspit::ctl
