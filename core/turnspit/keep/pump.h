#pragma once

#include <turnspit/base/time.h>
#include <turnspit/keep/messages.h>
#include <turnspit/keep/segmentwriter.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace turnspit::keep {

/// The read end of a child's stdout or stderr.
struct Pipe
{
    int fd = -1;
    LogStream stream = LogStream::Out;
    RunId run;
    SegmentWriter* writer = nullptr;
    bool ended = false; ///< end of file was read
    Instant lastRead{};
    std::size_t capacity = 64U << 10U;
    unsigned timesFull = 0; ///< reads in a row that found it full
    unsigned timesBusy = 0; ///< reads that found much in it, halved by each that did not
    bool waits = false;     ///< an unfinished line waits in the writer since lastRead
};

/// Moves what children write into their segments. All pipes are in one epoll set, which becomes readable when one of
/// them does, so that the loop above can leave all of them alone for a moment: after short reads that came close on one
/// another pauseUntil() says until when; 50 chatty writers are then drained by one wake-up
/// instead of 50, and one that writes a line at a time by one instead of hundreds.
///
/// A round is bounded (some MiB), whatever a child writes. One thread.
class Pump
{
public:
    Pump();
    ~Pump();
    Pump(const Pump&) = delete;
    Pump& operator=(const Pump&) = delete;

    /// Takes the descriptor, which must not block. The writer must outlive the pipe. `ended` of a pipe is told through
    /// onEnd.
    Pipe* add(int fd, LogStream stream, RunId run, SegmentWriter* writer);
    void remove(Pipe* pipe);

    /// Called within round() and drain() once a pipe has ended; must not remove pipes.
    std::function<void(RunId)> onEnd;

    [[nodiscard]] int descriptor() const { return m_epoll; }
    [[nodiscard]] bool isIdle() const { return m_pipes.empty(); }

    /// Reads from the pipes that are ready, each once. True: something came.
    bool round();

    /// Reads what is in the pipe now, at most 2 MiB.
    void drain(Pipe* pipe);

    /// Until then the pipes may wait.
    [[nodiscard]] std::optional<Instant> pauseUntil() const { return m_pauseUntil; }

    /// When tick() is due: unfinished lines after 200 ms of silence, grown pipes that have become quiet.
    [[nodiscard]] std::optional<Instant> tickAt() const;
    void tick();

private:
    enum class Read { Nothing, Some, End };
    Read readOnce(Pipe& pipe, Instant now);
    void end(Pipe& pipe);
    void planPause(Instant now);
    void considerGrowth(Pipe& pipe, std::size_t got);
    void resize(Pipe& pipe, std::size_t capacity);

    int m_epoll = -1;
    std::vector<std::unique_ptr<Pipe>> m_pipes;
    std::vector<Pipe*> m_waiting; ///< with an unfinished line
    std::vector<Pipe*> m_grown;
    std::size_t m_grownBytes = 0;
    std::unique_ptr<char[]> m_buffer;

    std::size_t m_largestRead = 0; ///< of this round
    long m_gathered = 0;           ///< of this round: the largest read by what a pause should gather, in 256ths
    Instant m_lastRound{};
    std::chrono::microseconds m_pause{0};
    unsigned m_closeRounds = 0;
    std::optional<Instant> m_pauseUntil;
    Instant m_shrinkAt{};
};

} // namespace turnspit::keep
