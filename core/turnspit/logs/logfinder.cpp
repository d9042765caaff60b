#include <turnspit/logs/logfinder.h>

#include <turnspit/logs/logcursor.h>

#include <algorithm>

namespace turnspit {
namespace {

constexpr std::size_t maxSpans = 20'000;
constexpr std::uint64_t blockBytes = 256 << 10;
constexpr std::size_t blockLines = 4096;

void append(std::vector<NumberSpan>& spans, std::uint64_t n)
{
    if (!spans.empty() && spans.back().first + spans.back().count == n)
        ++spans.back().count;
    else
        spans.push_back({n, 1});
}

} // namespace

Result<LineMatches> findLines(LogReader& log, const LineSearch& search, std::chrono::milliseconds time)
{
    const auto deadline = std::chrono::steady_clock::now() + time;
    if (search.end > log.endNumber()) {
        if (const auto refreshed = log.refresh(); !refreshed)
            return fail(refreshed.error());
    }
    LineMatches found;
    found.next = search.end;
    const std::uint64_t first = std::max(search.first, log.firstNumber());
    // A line that began before is not one that begins here.
    const std::uint64_t context = std::max(log.firstNumber(), first - std::min(first, maxPieceDistance));
    const auto seek = log.index().seek(context);
    if (!seek || first >= search.end)
        return found;

    LogRange range;
    range.begin = seek->position;
    LogFilter filter;
    filter.streams = search.streams;
    filter.pattern = search.pattern;
    filter.joined = true;
    filter.plain = true;
    filter.givenUp = search.givenUp;
    LogCursor cursor(log.folder(), range, std::move(filter), seek->number - seek->skip);
    std::uint64_t stop = search.end; // what begins behind it is for the next step
    const auto take = [&](const std::vector<LogEntry>& entries) {
        for (const LogEntry& entry : entries) {
            if (entry.n >= first && entry.n < stop)
                append(found.lines, entry.n);
        }
    };
    while (!cursor.atEnd() && (cursor.number() < stop || (cursor.isJoining() && cursor.number() < stop + maxPieceDistance))) {
        // What a line may still go on with is read entry by entry.
        auto entries = cursor.next(blockLines, cursor.number() < stop ? blockBytes : 1, deadline);
        if (!entries)
            return fail(entries.error());
        if (cursor.lostSegments()) {
            // The keeper removed what was to be read: go by what is left.
            const std::uint64_t before = log.firstNumber();
            if (const auto refreshed = log.refresh(); !refreshed)
                return fail(refreshed.error());
            found.next = log.firstNumber() > before ? std::min(search.end, std::max(first + 1, log.firstNumber())) : search.end;
            found.lines.clear();
            return found;
        }
        if (stop == search.end && cursor.number() > first && (std::chrono::steady_clock::now() >= deadline || found.lines.size() >= maxSpans))
            stop = std::min(stop, cursor.number());
        take(*entries);
    }
    take(cursor.takeOpen());
    // Lines are delivered where they end, not where they begin.
    std::sort(found.lines.begin(), found.lines.end(), [](const NumberSpan& a, const NumberSpan& b) { return a.first < b.first; });
    found.next = stop;
    return found;
}

} // namespace turnspit
