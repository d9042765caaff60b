#include <turnspit/logs/logruns.h>

#include <turnspit/logs/segmentlines.h>

#include <charconv>
#include <map>

namespace turnspit {

std::optional<RunMark> parseRunMark(std::string_view text) noexcept
{
    if (!text.starts_with("run "))
        return std::nullopt;
    RunMark mark;
    const char* begin = text.data() + 4;
    const char* end = text.data() + text.size();
    const auto [behind, error] = std::from_chars(begin, end, mark.run.value);
    if (error != std::errc())
        return std::nullopt;
    std::string_view rest(behind, static_cast<std::size_t>(end - behind));
    if (rest.starts_with(" began")) {
        mark.what = RunMark::What::Began;
    } else if (rest.starts_with(" ended")) {
        mark.what = RunMark::What::Ended;
    } else {
        return std::nullopt;
    }
    rest.remove_prefix(6);
    if (!rest.empty()) {
        if (rest.front() != ' ')
            return std::nullopt;
        rest.remove_prefix(1);
    }
    mark.rest = rest;
    return mark;
}

namespace {

Result<std::optional<RunSlice>> findBackwards(const std::string& folder, std::optional<RunId> wanted)
{
    const auto segments = listSegments(folder);
    if (!segments)
        return fail(segments.error());
    std::map<RunId, LogPosition> ends;
    for (auto number = segments->rbegin(); number != segments->rend(); ++number) {
        auto file = SegmentFile::open(folder, *number);
        if (!file)
            return fail(file.error());
        if (!*file)
            continue;
        const auto status = (*file)->status();
        if (!status)
            return fail(status.error());
        SegmentLinesBackwards lines(std::move(**file), status->size);
        for (;;) {
            const auto line = lines.next();
            if (!line)
                return fail(line.error());
            if (!*line)
                break;
            const auto prefix = parseLogPrefix(**line);
            if (!prefix || prefix->stream != 'h')
                continue;
            const auto mark = parseRunMark((*line)->substr(logPrefixSize));
            if (!mark || (wanted && mark->run != *wanted))
                continue;
            if (mark->what == RunMark::What::Ended) {
                ends.emplace(mark->run, LogPosition{*number, lines.lineEnd()});
                continue;
            }
            RunSlice slice{mark->run, parseLogTime(**line), {}, false};
            slice.range.begin = {*number, lines.lineOffset()};
            if (const auto end = ends.find(mark->run); end != ends.end()) {
                slice.range.end = end->second;
                slice.ended = true;
            }
            return slice;
        }
    }
    return std::nullopt;
}

} // namespace

Result<std::optional<RunSlice>> findLastRun(const std::string& folder)
{
    return findBackwards(folder, std::nullopt);
}

Result<std::optional<RunSlice>> findRun(const std::string& folder, RunId run)
{
    return findBackwards(folder, run);
}

} // namespace turnspit
