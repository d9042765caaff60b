#include <turnspit/base/time.h>

#include <time.h>

namespace turnspit {

using namespace std::chrono;

BootClock::time_point BootClock::now() noexcept
{
    timespec ts{};
    clock_gettime(CLOCK_BOOTTIME, &ts);
    return time_point(seconds(ts.tv_sec) + nanoseconds(ts.tv_nsec));
}

WallTime wallClockNow() noexcept
{
    timespec ts{};
    clock_gettime(CLOCK_REALTIME, &ts);
    return WallTime(seconds(ts.tv_sec) + microseconds(ts.tv_nsec / 1000));
}

namespace {

void putDigits(char* out, int count, long long value) noexcept
{
    for (int i = count - 1; i >= 0; --i) {
        out[i] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
}

/// Reads exactly `count` digits and moves on; -1 where there are fewer.
int takeDigits(std::string_view& text, std::size_t count) noexcept
{
    if (text.size() < count)
        return -1;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(count);
    return value;
}

bool takeChar(std::string_view& text, char c) noexcept
{
    if (text.empty() || text.front() != c)
        return false;
    text.remove_prefix(1);
    return true;
}

} // namespace

void formatRfc3339(WallTime time, char* out) noexcept
{
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(time - day);
    putDigits(out, 4, static_cast<int>(date.year()));
    out[4] = '-';
    putDigits(out + 5, 2, static_cast<unsigned>(date.month()));
    out[7] = '-';
    putDigits(out + 8, 2, static_cast<unsigned>(date.day()));
    out[10] = 'T';
    putDigits(out + 11, 2, clock.hours().count());
    out[13] = ':';
    putDigits(out + 14, 2, clock.minutes().count());
    out[16] = ':';
    putDigits(out + 17, 2, clock.seconds().count());
    out[19] = '.';
    putDigits(out + 20, 6, clock.subseconds().count());
    out[26] = 'Z';
}

std::string formatRfc3339(WallTime time)
{
    std::string out(27, ' ');
    formatRfc3339(time, out.data());
    return out;
}

std::optional<WallTime> parseRfc3339(std::string_view text) noexcept
{
    const int y = takeDigits(text, 4);
    if (y < 0 || !takeChar(text, '-'))
        return std::nullopt;
    const int mo = takeDigits(text, 2);
    if (mo < 0 || !takeChar(text, '-'))
        return std::nullopt;
    const int d = takeDigits(text, 2);
    if (d < 0 || !(takeChar(text, 'T') || takeChar(text, 't') || takeChar(text, ' ')))
        return std::nullopt;
    const int h = takeDigits(text, 2);
    if (h < 0 || h > 23 || !takeChar(text, ':'))
        return std::nullopt;
    const int mi = takeDigits(text, 2);
    if (mi < 0 || mi > 59 || !takeChar(text, ':'))
        return std::nullopt;
    const int s = takeDigits(text, 2);
    if (s < 0 || s > 60)
        return std::nullopt;
    const year_month_day date(year(y), month(static_cast<unsigned>(mo)), day(static_cast<unsigned>(d)));
    if (!date.ok())
        return std::nullopt;

    microseconds fraction{0};
    if (takeChar(text, '.')) {
        long long value = 0;
        int digits = 0;
        while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
            if (digits < 6)
                value = value * 10 + (text.front() - '0');
            ++digits;
            text.remove_prefix(1);
        }
        if (digits == 0 || digits > 9)
            return std::nullopt;
        for (int i = digits; i < 6; ++i)
            value *= 10;
        fraction = microseconds(value);
    }

    minutes offset{0};
    if (!(takeChar(text, 'Z') || takeChar(text, 'z'))) {
        if (text.empty() || (text.front() != '+' && text.front() != '-'))
            return std::nullopt;
        const int sign = text.front() == '-' ? -1 : 1;
        text.remove_prefix(1);
        const int oh = takeDigits(text, 2);
        if (oh < 0 || oh > 23 || !takeChar(text, ':'))
            return std::nullopt;
        const int om = takeDigits(text, 2);
        if (om < 0 || om > 59)
            return std::nullopt;
        offset = sign * (hours(oh) + minutes(om));
    }
    if (!text.empty())
        return std::nullopt;
    return WallTime(sys_days(date).time_since_epoch() + hours(h) + minutes(mi) + seconds(s) + fraction - offset);
}

} // namespace turnspit
