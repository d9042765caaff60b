#include <turnspit/keep/pump.h>

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

namespace turnspit::keep {

using namespace std::chrono;

namespace {

constexpr std::size_t bufferSize = 256U << 10U;
constexpr int eventsARound = 64;
constexpr milliseconds silence{200};

// The pause: only after short reads that follow one another closely, so that a quiet service is shown at once and a
// flood is not slowed down.
constexpr std::size_t shortRead = 32U << 10U;
constexpr milliseconds closely{2};
constexpr microseconds firstPause{200};
constexpr microseconds longestPause{1000};
constexpr unsigned shortRoundsBeforePause = 4;

// A user without privileges has 64 MiB of pipes in all; beyond that each new pipe of all his programs is 8 KiB.
constexpr std::size_t usualCapacity = 64U << 10U;
constexpr std::size_t largeCapacity = 256U << 10U;
constexpr std::size_t largestCapacity = 1U << 20U;
constexpr std::size_t maxGrownBytes = 24U << 20U;
constexpr unsigned timesFullBeforeGrowth = 4;
constexpr seconds quietBeforeShrink{5};

} // namespace

Pump::Pump() : m_epoll(::epoll_create1(EPOLL_CLOEXEC)), m_buffer(new char[bufferSize]) {}

Pump::~Pump()
{
    while (!m_pipes.empty())
        remove(m_pipes.back().get());
    ::close(m_epoll);
}

Pipe* Pump::add(int fd, LogStream stream, RunId run, SegmentWriter* writer)
{
    auto pipe = std::make_unique<Pipe>();
    pipe->fd = fd;
    pipe->stream = stream;
    pipe->run = run;
    pipe->writer = writer;
    if (const int capacity = ::fcntl(fd, F_GETPIPE_SZ); capacity > 0)
        pipe->capacity = static_cast<std::size_t>(capacity);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = pipe.get();
    ::epoll_ctl(m_epoll, EPOLL_CTL_ADD, fd, &event);
    m_pipes.push_back(std::move(pipe));
    return m_pipes.back().get();
}

void Pump::remove(Pipe* pipe)
{
    if (pipe->fd >= 0)
        ::close(pipe->fd);
    std::erase(m_waiting, pipe);
    if (std::erase(m_grown, pipe) > 0)
        m_grownBytes -= pipe->capacity;
    const auto at = std::ranges::find(m_pipes, pipe, [](const auto& p) { return p.get(); });
    if (at != m_pipes.end()) {
        std::swap(*at, m_pipes.back());
        m_pipes.pop_back();
    }
}

bool Pump::round()
{
    epoll_event events[eventsARound];
    const int count = ::epoll_wait(m_epoll, events, eventsARound, 0);
    if (count <= 0)
        return false;
    const Instant now = BootClock::now();
    m_largestRead = 0;
    for (int i = 0; i < count; ++i) {
        auto& pipe = *static_cast<Pipe*>(events[i].data.ptr);
        if (readOnce(pipe, now) == Read::End)
            end(pipe);
    }

    m_shortRounds = m_largestRead < shortRead && now - m_lastRound < closely ? m_shortRounds + 1 : 0;
    m_lastRound = now;
    m_pauseUntil.reset();
    if (m_shortRounds < shortRoundsBeforePause) {
        m_pause = {};
        return true;
    }
    // Settles where a pause gathers about a quarter of a pipe: far from one that is full and holds up its writer.
    m_pause = m_largestRead < usualCapacity / 4 ? std::clamp(2 * m_pause, firstPause, longestPause) : m_pause / 2;
    m_pauseUntil = now + m_pause;
    return true;
}

Pump::Read Pump::readOnce(Pipe& pipe, Instant now)
{
    ssize_t got = 0;
    do
        got = ::read(pipe.fd, m_buffer.get(), bufferSize);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return errno == EAGAIN ? Read::Nothing : Read::End;
    if (got == 0)
        return Read::End;
    const auto size = static_cast<std::size_t>(got);
    m_largestRead = std::max(m_largestRead, size);
    pipe.lastRead = now;
    pipe.writer->append(pipe.stream, {m_buffer.get(), size}, wallClockNow());
    if (!pipe.waits && pipe.writer->hasPartial()) {
        pipe.waits = true;
        m_waiting.push_back(&pipe);
    }
    considerGrowth(pipe, size);
    return Read::Some;
}

void Pump::end(Pipe& pipe)
{
    if (pipe.ended)
        return;
    pipe.ended = true;
    ::epoll_ctl(m_epoll, EPOLL_CTL_DEL, pipe.fd, nullptr);
    if (onEnd)
        onEnd(pipe.run);
}

void Pump::drain(Pipe* pipe)
{
    const Instant now = BootClock::now();
    for (std::size_t reads = 0; reads < (2U << 20U) / bufferSize * 4 && !pipe->ended; ++reads) {
        const Read result = readOnce(*pipe, now);
        if (result == Read::End)
            end(*pipe);
        if (result == Read::Nothing)
            return;
    }
}

void Pump::considerGrowth(Pipe& pipe, std::size_t got)
{
    // A pipe holds pages: one that refuses the next write is rarely filled to the last byte.
    if (got + 4096 <= std::min(pipe.capacity, bufferSize)) {
        pipe.timesFull = 0;
        return;
    }
    if (++pipe.timesFull < timesFullBeforeGrowth || pipe.capacity >= largestCapacity)
        return;
    pipe.timesFull = 0;
    const std::size_t wanted = pipe.capacity < largeCapacity ? largeCapacity : largestCapacity;
    if (m_grownBytes + wanted <= maxGrownBytes)
        resize(pipe, wanted);
}

void Pump::resize(Pipe& pipe, std::size_t capacity)
{
    const int granted = ::fcntl(pipe.fd, F_SETPIPE_SZ, static_cast<int>(capacity));
    if (granted <= 0)
        return;
    if (std::erase(m_grown, &pipe) > 0)
        m_grownBytes -= pipe.capacity;
    pipe.capacity = static_cast<std::size_t>(granted);
    if (pipe.capacity > usualCapacity) {
        if (m_grown.empty())
            m_shrinkAt = BootClock::now() + quietBeforeShrink;
        m_grown.push_back(&pipe);
        m_grownBytes += pipe.capacity;
    }
}

std::optional<Instant> Pump::tickAt() const
{
    std::optional<Instant> at;
    for (const Pipe* pipe : m_waiting)
        at = std::min(at.value_or(Instant::max()), pipe->lastRead + silence);
    if (!m_grown.empty())
        at = std::min(at.value_or(Instant::max()), m_shrinkAt);
    return at;
}

void Pump::tick()
{
    const Instant now = BootClock::now();
    std::erase_if(m_waiting, [now](Pipe* pipe) {
        if (now < pipe->lastRead + silence)
            return false;
        pipe->writer->flushPartial(pipe->stream, wallClockNow());
        pipe->waits = false;
        return true;
    });
    if (m_grown.empty() || now < m_shrinkAt)
        return;
    m_shrinkAt = now + quietBeforeShrink;
    const std::vector<Pipe*> grown = m_grown;
    for (Pipe* pipe : grown)
        if (now - pipe->lastRead >= quietBeforeShrink)
            resize(*pipe, usualCapacity);
}

} // namespace turnspit::keep
