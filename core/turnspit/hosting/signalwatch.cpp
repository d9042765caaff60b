#include <turnspit/hosting/signalwatch.h>

#include <QSocketNotifier>

#include <array>
#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace turnspit {

namespace {

/// By signal, one more than the descriptor to write to; 0: not watched.
std::array<std::atomic<int>, NSIG> writeEnds{};

// Nothing but a write: all that a handler may do.
void onSignalHandler(int signal)
{
    const int saved = errno;
    const auto byte = static_cast<unsigned char>(signal);
    (void)!::write(writeEnds[byte].load(std::memory_order_relaxed) - 1, &byte, 1); // NOLINT: at() may throw
    errno = saved;
}

} // namespace

SignalWatch::SignalWatch(std::function<void(int signal)> onSignal, std::initializer_list<int> caught) : m_onSignal(std::move(onSignal))
{
    for (const int signal : caught) {
        if (writeEnds.at(static_cast<std::size_t>(signal)).load() != 0)
            throw std::logic_error("SignalWatch: signals are watched already; only one host can run() at a time");
    }
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        throw std::system_error(errno, std::generic_category(), "cannot make a pipe for signals");
    m_readEnd = ends[0];
    m_writeEnd = ends[1];
    m_notifier = std::make_unique<QSocketNotifier>(m_readEnd, QSocketNotifier::Read);
    QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(), [this] { read(); });
    struct sigaction action
    {};
    action.sa_handler = onSignalHandler;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    for (const int signal : caught) {
        writeEnds.at(static_cast<std::size_t>(signal)).store(m_writeEnd + 1);
        ::sigaction(signal, &action, &m_before[signal]);
    }
}

SignalWatch::~SignalWatch()
{
    for (const auto& [signal, before] : m_before) {
        ::sigaction(signal, &before, nullptr);
        writeEnds.at(static_cast<std::size_t>(signal)).store(0);
    }
    m_notifier.reset();
    ::close(m_writeEnd);
    ::close(m_readEnd);
}

void SignalWatch::read()
{
    std::array<unsigned char, 16> bytes{};
    const auto got = ::read(m_readEnd, bytes.data(), bytes.size());
    for (ssize_t i = 0; i < got; ++i)
        m_onSignal(bytes.at(static_cast<std::size_t>(i)));
}

PipesMayBreak::PipesMayBreak()
{
    ::sigaction(SIGPIPE, nullptr, &m_before);
    m_ours = (m_before.sa_flags & SA_SIGINFO) == 0 && m_before.sa_handler == SIG_DFL;
    if (!m_ours)
        return;
    struct sigaction nothing
    {};
    nothing.sa_handler = [](int) {};
    nothing.sa_flags = SA_RESTART;
    sigemptyset(&nothing.sa_mask);
    ::sigaction(SIGPIPE, &nothing, nullptr);
}

PipesMayBreak::~PipesMayBreak()
{
    if (m_ours)
        ::sigaction(SIGPIPE, &m_before, nullptr);
}

} // namespace turnspit
