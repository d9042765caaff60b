#pragma once

#include <turnspit/base/error.h>
#include <turnspit/base/units.h>
#include <turnspit/keep/logbudget.h>
#include <turnspit/keep/segmentwriter.h>
#include <turnspit/logging/logsink.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace turnspit {

/// What hosted services say, in a log of its own for each, as commands have theirs: FOLDER/SERVICE/00000001.log. Up to `info` it is
/// the stream `o` as it was said, with its named values; above, `e` after the level's word (`error: no network`), so is `debug: `. What
/// the host says about a service, by the number of an event of its own, is a mark (`h`). What is about no service is not kept here.
///
/// A line is on disk when write returns, whichever thread spoke: what was said last before a program is killed is what one looks for.
/// Before open what is said waits, bounded; after close nothing is kept.
class ServiceLogs final : public LogSink
{
public:
    /// `except`: the service that is the host itself, whose words are the host's own log.
    explicit ServiceLogs(std::string except = {}) : m_except(std::move(except)) {}

    struct Caps
    {
        std::uint64_t maxSize = 100'000'000;     ///< bytes, of one service
        std::uint64_t segmentSize = 16'000'000;  ///< bytes
        std::uint64_t totalSize = 500'000'000;   ///< bytes, of all together; 0: no limit
        Milliseconds maxAge = std::chrono::hours(30 * 24);
    };

    /// The caller has made sure that nobody else writes into `folder`, which may be missing.
    void open(const std::string& folder, const Caps& caps);
    void close();

    /// Called after a line of a service was written, in the thread that spoke. Before open; {} ends it.
    void onWritten(std::function<void(const std::string& service)> call);

    struct Upkeep
    {
        std::uint64_t bytes = 0; ///< of all logs; without a limit on all together, of those that were written to
        std::string trouble;     ///< "": none; why what is said is not kept
    };
    /// To be called now and then: keeps logs within their age, tries again what a full disk did not take.
    [[nodiscard]] Upkeep upkeep(WallTime now);

    void write(const LogRecord& record) noexcept override;
    bool isBesides() const noexcept override { return true; }

private:
    struct Early
    {
        WallTime time;
        LogLevel level;
        bool mark;
        std::string service;
        std::string text;
    };
    void put(const Early& record);
    keep::SegmentWriter& writer(const std::string& service);

    static constexpr std::size_t maxEarly = 1000; ///< lines before open

    const std::string m_except;
    std::mutex m_mutex; // guards all below
    std::string m_folder;
    Caps m_caps;
    bool m_open = false;
    std::deque<Early> m_early;
    std::unique_ptr<keep::LogBudget> m_budget;
    std::map<std::string, std::unique_ptr<keep::SegmentWriter>> m_writers; // before the budget goes
    std::function<void(const std::string&)> m_onWritten;
};

} // namespace turnspit
