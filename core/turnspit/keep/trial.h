#pragma once

#include <turnspit/keep/messages.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// A command that is tried once: no run, no record, no segment, no file.
///
/// Each has a guardian, `turnspit-keep --try`, between the host and the command: it is the subreaper of whatever the command
/// starts, so that nothing of it outlives the trial, whatever becomes of the host; and it reads all output, however much that is,
/// so that a flood is no work for the host.
///
/// The host writes to its standard input a Spawn (as to a keeper; its log plan is not looked at), then any number of Stop; the end of
/// that stream means: kill everything, now. It reads frames from its standard output: `b` or `f` first, then `o` and `e` in the
/// order of reading, `x` last, when nothing of the command is left; then the guardian exits.
namespace turnspit::keep {

/// At most so many bytes of output are handed on; the rest is read and counted.
inline constexpr std::uint64_t trialOutputLimit = 256U << 10U;

/// How a trial ended.
struct TrialEnd
{
    enum Why : std::uint8_t {
        ByItself,
        Stopped, ///< after we asked
        Killed,  ///< did not end within the limit of the stop
        TooLong,
    };
    std::int32_t exitCode = -1; ///< -1: by a signal
    std::int32_t signal = 0;
    std::uint64_t dropped = 0; ///< bytes of output that were not handed on
    Why why = ByItself;
};

struct TrialFrame
{
    char type = 0;       ///< `b` began, `f` failed, `o`, `e`, `x`
    std::string payload; ///< output; of `f` and `x` what failedOf and endOf read
};

/// Takes bytes in pieces of any size and yields the frames in them.
class TrialDecoder
{
public:
    void feed(std::string_view bytes) { m_buffer += bytes; }
    /// nullopt: the next frame is not complete yet.
    [[nodiscard]] std::optional<TrialFrame> next();

private:
    std::string m_buffer;
};

[[nodiscard]] SpawnFailed failedOf(const TrialFrame& frame);
[[nodiscard]] TrialEnd endOf(const TrialFrame& frame);

/// The guardian's whole life: standard input and output are as above. `limit`: of the command's life. The exit code of the program.
[[nodiscard]] int guardTrial(Milliseconds limit);

} // namespace turnspit::keep
