#include <turnspit/keep/logbudget.h>

#include <turnspit/keep/segmentformat.h>
#include <turnspit/keep/segmentwriter.h>

#include <algorithm>
#include <filesystem>
#include <vector>

namespace turnspit::keep {

namespace fs = std::filesystem;

namespace {

struct Found
{
    std::string folder;
    std::uint32_t number = 0;
    std::uint64_t size = 0;
    fs::file_time_type written;
};

std::vector<Found> segmentsBelow(const std::string& root)
{
    std::vector<Found> out;
    std::error_code error;
    fs::recursive_directory_iterator it(root, fs::directory_options::skip_permission_denied, error);
    for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
        const std::uint32_t number = segmentNumber(it->path().filename().native());
        if (number == 0)
            continue;
        std::error_code gone;
        Found found{it->path().parent_path().native(), number, it->file_size(gone), it->last_write_time(gone)};
        if (!gone)
            out.push_back(std::move(found));
    }
    return out;
}

} // namespace

void LogBudget::setLimit(std::uint64_t limit)
{
    m_limit = limit;
    m_total = 0;
    for (const Found& segment : segmentsBelow(m_root))
        m_total += segment.size;
}

void LogBudget::makeRoom(std::uint64_t bytes)
{
    std::vector<Found> segments = segmentsBelow(m_root);
    m_total = 0;
    for (const Found& segment : segments)
        m_total += segment.size;
    const std::uint64_t spare = m_limit / 50 + bytes;
    const std::uint64_t target = m_limit > spare ? m_limit - spare : 0;

    std::ranges::sort(segments, [](const Found& a, const Found& b) {
        return a.written != b.written ? a.written < b.written : a.number < b.number;
    });
    // Within a folder segments must go in the order of their numbers, whatever a copy did to their times: removeUpTo
    // does that, and the total is taken from what has really gone.
    for (const Found& segment : segments) {
        if (m_total <= target)
            return;
        if (const auto writer = m_writers.find(segment.folder); writer != m_writers.end()) {
            writer->second->removeUpTo(segment.number);
        } else {
            LogPlan plan;
            plan.folder = segment.folder;
            plan.maxSize = UINT64_MAX;
            SegmentWriter idle(std::move(plan), nullptr);
            const std::uint64_t before = idle.total();
            idle.removeUpTo(segment.number);
            idle.retry(wallClockNow());
            removed(before - std::min(before, idle.total()));
        }
    }
}

} // namespace turnspit::keep
