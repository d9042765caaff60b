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

// The pause: begins after short reads that follow one another closely, so that a quiet service is shown at once and a
// flood is not slowed down; lasts as long as gathers half of a pipe, so that no writer has to wait.
constexpr std::size_t shortRead = 32U << 10U;
constexpr std::size_t wantedRead = 128U << 10U;
constexpr milliseconds closely{4};
constexpr microseconds firstPause{200};
constexpr microseconds shortestPause{100};
constexpr microseconds longestPause{2000};
constexpr unsigned closeRoundsBeforePause = 4;
constexpr unsigned maxCloseRounds = 16; ///< each gap halves them, so that a busy time survives two
constexpr long enough = 256;            ///< as m_gathered counts

// A user without privileges has 64 MiB of pipes in all; beyond that each new pipe of all his programs is 8 KiB.
constexpr std::size_t usualCapacity = 64U << 10U;
constexpr std::size_t largeCapacity = 256U << 10U;
constexpr std::size_t largestCapacity = 1U << 20U;
constexpr std::size_t maxGrownBytes = 24U << 20U;
constexpr unsigned timesFullBeforeGrowth = 4;
constexpr unsigned timesBusyBeforeGrowth = 16;
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
    if (count <= 0) {
        m_pauseUntil.reset(); // nothing came within it
        return false;
    }
    const Instant now = BootClock::now();
    m_largestRead = 0;
    m_gathered = 0;
    for (int i = 0; i < count; ++i) {
        auto& pipe = *static_cast<Pipe*>(events[i].data.ptr);
        if (readOnce(pipe, now) == Read::End)
            end(pipe);
    }
    planPause(now);
    return true;
}

void Pump::planPause(Instant now)
{
    const auto since = duration_cast<microseconds>(now - std::exchange(m_lastRound, now));
    // On a busy machine rounds are late; then it counts that there is much to read, or something at the end of a pause.
    const bool close = since < closely || m_pauseUntil || m_gathered >= enough / 2;
    m_closeRounds = close ? std::min(m_closeRounds + 1, maxCloseRounds) : m_closeRounds / 2;
    m_pauseUntil.reset();
    if (m_closeRounds < closeRoundsBeforePause) {
        m_pause = {};
        return;
    }
    // As long as it took to gather so much, for as much as is wanted; never more than twice or half of the one before,
    // as writers are not that even.
    if (m_pause == microseconds(0)) {
        m_pause = m_largestRead < shortRead ? firstPause : microseconds(0);
    } else {
        m_pause = std::clamp(since * enough / (m_gathered + 1), m_pause / 2, m_pause * 2);
        m_pause = std::min(m_pause, longestPause);
    }
    if (m_pause >= shortestPause) {
        m_pauseUntil = now + m_pause;
    } else {
        m_pause = {};
        m_closeRounds = 0;
    }
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
    m_gathered = std::max(m_gathered, static_cast<long>(size) * enough /
                                          static_cast<long>(std::min(pipe.capacity / 2, wantedRead)));
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
    // A pipe holds pages: one that refuses the next write is rarely filled to the last byte. One from which much comes
    // again and again is worth a larger one, too: the pause can then be four times as long.
    const bool full = got + 4096 > std::min(pipe.capacity, bufferSize);
    const bool busy = pipe.capacity < largeCapacity && got >= pipe.capacity / 8;
    pipe.timesFull = full ? pipe.timesFull + 1 : 0;
    pipe.timesBusy = busy ? pipe.timesBusy + 1 : pipe.timesBusy / 2;
    if ((pipe.timesFull < timesFullBeforeGrowth && pipe.timesBusy < timesBusyBeforeGrowth) ||
        pipe.capacity >= largestCapacity)
        return;
    pipe.timesFull = pipe.timesBusy = 0;
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
