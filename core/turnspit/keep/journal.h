#pragma once

#include <turnspit/keep/messages.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace turnspit::keep {

/// What is known of a run before it runs, and of one whose end nobody saw.
struct BeginRecord
{
    RunId run;
    std::string service;
    std::string boot;
    std::string key; ///< value of TURNSPIT_KEY in the environment of the run
    Trigger trigger = Trigger::Start;
    std::uint32_t attempt = 1;
    WallTime began;
    LogPosition logBegin;
    LogPlan log;
    std::int32_t pid = 0;
    std::uint64_t start = 0;
};

/// The memory of the keeper beyond its own life: one line of text for each begin (written by the child itself, before
/// exec), end and acknowledgement. Appended with one write each; rewritten when it has grown. A line that cannot be
/// written (disk full) is written with the next rewriting, which retry() tries.
class Journal
{
public:
    explicit Journal(std::string path) : m_path(std::move(path)) {}
    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    struct Contents
    {
        std::vector<BeginRecord> open; ///< begun, not ended
        std::vector<Ended> ends;       ///< not acknowledged
    };
    /// Reads what the keeper before has left, and opens the file for appending. Lines that are torn or unknown are
    /// skipped.
    Contents open();

    /// For children: O_APPEND; -1 if the file cannot be opened.
    [[nodiscard]] int descriptor() const { return m_fd; }

    /// The line of a begin without pid and start, which the child appends.
    [[nodiscard]] static std::string beginText(const BeginRecord& record);

    /// The child with this record runs. `written`: by itself.
    void begun(const BeginRecord& record, bool written);
    /// There is no such run after all; `written`: its begin is in the file.
    void annul(RunId run, bool written);
    void ended(const Ended& end);
    void acknowledged(RunId run);

    [[nodiscard]] bool failing() const { return m_failing; }
    void retry();

private:
    void append(const std::string& line);
    void shrink();
    bool rewrite();

    std::string m_path;
    int m_fd = -1;
    std::uint64_t m_size = 0;
    bool m_failing = false;
    std::map<RunId, std::string> m_open; ///< the lines that still count
    std::map<RunId, std::string> m_ends;
};

} // namespace turnspit::keep
