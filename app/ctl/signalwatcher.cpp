#include "signalwatcher.h"

#include <QSocketNotifier>

#include <array>
#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace turnspit::ctl {

namespace {

std::atomic<int> signalCount = 0;
std::array<int, 2> wakePipe{-1, -1};

void handle(int)
{
    const int before = errno;
    signalCount.fetch_add(1, std::memory_order_relaxed);
    const char byte = 0;
    [[maybe_unused]] const ssize_t written = ::write(wakePipe[1], &byte, 1); // full: it will wake anyway
    errno = before;
}

constexpr std::array watched{SIGINT, SIGTERM};

void setHandlers(void (*handler)(int))
{
    struct sigaction action = {};
    action.sa_handler = handler;
    sigemptyset(&action.sa_mask);
    for (const int number : watched)
        ::sigaction(number, &action, nullptr); // no SA_RESTART: a blocked write returns
}

} // namespace

SignalWatcher::SignalWatcher(std::function<void()> onSignal) : m_onSignal(std::move(onSignal))
{
    if (::pipe2(wakePipe.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        return; // signals keep their default: they end the program
    m_notifier = new QSocketNotifier(wakePipe[0], QSocketNotifier::Read, this);
    connect(m_notifier, &QSocketNotifier::activated, this, [this] { drain(); });
    setHandlers(handle);
}

SignalWatcher::~SignalWatcher()
{
    if (!m_notifier)
        return;
    setHandlers(SIG_DFL);
    delete m_notifier;
    for (int& end : wakePipe)
        ::close(std::exchange(end, -1));
}

int SignalWatcher::count() noexcept
{
    return signalCount.load(std::memory_order_relaxed);
}

void SignalWatcher::drain()
{
    std::array<char, 16> bytes{};
    const ssize_t count = ::read(wakePipe[0], bytes.data(), bytes.size());
    for (ssize_t i = 0; i < count; ++i)
        m_onSignal();
}

} // namespace turnspit::ctl
