#include <turnspit/schedule/timezone.h>

#include <filesystem>
#include <limits>

#include <QByteArray>
#include <QDateTime>

namespace turnspit {

using namespace std::chrono;

namespace {

/// What QTimeZone is asked about: there is no zone before there were clocks, and rounding has room at both ends.
QDateTime toQtSecond(WallTime time)
{
    constexpr WallTime first = sys_days(year(1) / 1 / 1);
    constexpr WallTime last = sys_days(year(9999) / 12 / 31);
    return QDateTime::fromSecsSinceEpoch(floor<seconds>(std::clamp(time, first, last)).time_since_epoch().count(), Qt::UTC);
}

WallTime fromQt(const QDateTime& time)
{
    return WallTime(milliseconds(time.toMSecsSinceEpoch()));
}

std::string printable(std::string_view text)
{
    std::string out(text.substr(0, 64));
    for (char& c : out) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            c = '?';
    }
    return out;
}

} // namespace

LocalTime TimeZone::Segment::local(WallTime time) const
{
    return LocalTime(floor<seconds>(time).time_since_epoch() + offset);
}

TimeZone::TimeZone() : m_zone(QTimeZone::utc())
{
}

TimeZone::TimeZone(QTimeZone zone) : m_zone(std::move(zone))
{
}

Result<TimeZone> TimeZone::find(std::string_view id)
{
    if (id == "system") {
        const QTimeZone zone = QTimeZone::systemTimeZone();
        return zone.isValid() ? TimeZone(zone) : TimeZone();
    }
    const QByteArray bytes(id.data(), static_cast<qsizetype>(id.size()));
    // A POSIX rule ("CET-1CEST") makes a valid QTimeZone too: only what the zone data lists is an id.
    if (id.empty() || !QTimeZone::isTimeZoneIdAvailable(bytes))
        return fail(unknown(id));
    QTimeZone zone(bytes);
    if (!zone.isValid())
        return fail(unknown(id));
    return TimeZone(std::move(zone));
}

Error TimeZone::unknown(std::string_view id, const std::string& folder)
{
    std::error_code ignored;
    if (!std::filesystem::is_directory(folder, ignored))
        return {ErrorKind::InvalidDefinition, "time zone data (tzdata) is not installed"};
    return {ErrorKind::InvalidDefinition,
            "unknown time zone \"" + printable(id) + "\": write \"system\" or a name such as \"Europe/Berlin\""};
}

std::string TimeZone::id() const
{
    return m_zone.id().toStdString();
}

TimeZone::Segment TimeZone::segmentAt(WallTime time) const
{
    // Transitions are at whole seconds. Half a second past one is asked about, because Qt knows none after the last that the zone
    // file lists if it is asked at exactly that one; a moment later it goes on with the rule.
    const QDateTime at = toQtSecond(time).addMSecs(500);
    Segment out;
    out.offset = seconds(m_zone.offsetFromUtc(at));
    out.previousOffset = out.offset;
    if (!m_zone.hasTransitions())
        return out;
    if (const auto next = m_zone.nextTransition(at); next.atUtc.isValid())
        out.end = fromQt(next.atUtc);
    if (const auto last = m_zone.previousTransition(at); last.atUtc.isValid()) {
        out.begin = fromQt(last.atUtc);
        out.previousOffset = seconds(m_zone.offsetFromUtc(last.atUtc.addMSecs(-500)));
    }
    return out;
}

WallTime TimeZone::toWall(LocalTime time) const
{
    // No offset is larger: the first segment begins before the first instant that could be meant.
    constexpr hours largestOffset{26};
    Segment segment = segmentAt(WallTime(time.time_since_epoch() - largestOffset));
    for (;;) {
        const WallTime wall(time.time_since_epoch() - segment.offset);
        if (!segment.end || wall < *segment.end)
            return wall;
        const WallTime transition = *segment.end;
        segment = segmentAt(transition);
        if (time < segment.local(transition))
            return transition;
    }
}

std::string TimeZone::format(WallTime time) const
{
    const Segment segment = segmentAt(time);
    const minutes offset = duration_cast<minutes>(abs(segment.offset));
    std::string out = formatRfc3339(WallTime(segment.local(time).time_since_epoch())).substr(0, 19);
    const auto twoDigits = [](long long n) { return std::string(n < 10 ? "0" : "") + std::to_string(n); };
    out += segment.offset < seconds(0) ? '-' : '+';
    out += twoDigits(offset / hours(1));
    out += ':';
    out += twoDigits((offset % hours(1)).count());
    return out;
}

} // namespace turnspit
