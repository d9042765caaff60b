#include "humantime.h"

#include <turnspit/base/units.h>

#include <QDateTime>

#include <array>
#include <utility>

namespace turnspit::ctl {

namespace {

using namespace std::chrono;

QDate dateOf(WallTime time, const QTimeZone& zone)
{
    return QDateTime::fromMSecsSinceEpoch(floor<milliseconds>(time).time_since_epoch().count(), zone).date();
}

/// `HH:MM` or `HH:MM:SS`.
QTime readClock(const QString& text)
{
    const QTime minutes = QTime::fromString(text, QStringLiteral("HH:mm"));
    return minutes.isValid() ? minutes : QTime::fromString(text, QStringLiteral("HH:mm:ss"));
}

WallTime at(QDate date, QTime time, const QTimeZone& zone)
{
    const QDateTime found(date, time, zone);
    // Qt takes the later one of a time that comes twice; a day before, the offset is that of the first.
    const QDateTime first = found.addSecs(found.offsetFromUtc() - found.addDays(-1).offsetFromUtc());
    const bool comesTwice = first < found && first.date() == date && first.time() == time;
    return WallTime(milliseconds((comesTwice ? first : found).toMSecsSinceEpoch()));
}

} // namespace

Result<WallTime> parseTime(const std::string& text, WallTime now, const QTimeZone& zone)
{
    if (const auto time = parseRfc3339(text))
        return *time;
    if (const auto ago = parseDuration(text))
        return now - *ago;

    const QString words = QString::fromStdString(text);
    if (const QTime time = readClock(words); time.isValid())
        return at(dateOf(now, zone), time, zone);
    constexpr int dateLength = 10;
    const QDate date = QDate::fromString(words.left(dateLength), QStringLiteral("yyyy-MM-dd"));
    if (date.isValid() && words.size() == dateLength)
        return WallTime(milliseconds(date.startOfDay(zone).toMSecsSinceEpoch()));
    if (date.isValid() && words.at(dateLength) == u' ') {
        if (const QTime time = readClock(words.mid(dateLength + 1)); time.isValid())
            return at(date, time, zone);
    }
    return fail("\"" + text +
                "\" is not a time: write 2026-11-22T08:44:24Z, \"2026-11-22 08:44\", 2026-11-22, 08:44 (today) or a "
                "duration ago "
                "(10m, 1h30m)");
}

QString spanText(microseconds span)
{
    if (span < microseconds(0))
        span = -span;
    if (span < seconds(1))
        return QString::number(duration_cast<milliseconds>(span).count()) + QStringLiteral("ms");
    constexpr std::array<std::pair<qint64, char>, 4> units{{{86400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}}};
    const qint64 total = duration_cast<seconds>(span).count();
    for (std::size_t i = 0; i < units.size(); ++i) {
        const auto [size, letter] = units[i];
        if (total < size)
            continue;
        QString out = QString::number(total / size) + QLatin1Char(letter);
        if (i + 1 < units.size()) {
            const auto [lesser, lesserLetter] = units[i + 1];
            if (const qint64 rest = total % size / lesser; rest > 0)
                out += u' ' + QString::number(rest) + QLatin1Char(lesserLetter);
        }
        return out;
    }
    return QStringLiteral("0s");
}

QString relativeText(WallTime time, WallTime now)
{
    const auto distance = time - now;
    if (distance > -seconds(1) && distance < seconds(1))
        return QStringLiteral("now");
    return distance > seconds(0) ? QStringLiteral("in ") + spanText(distance)
                                 : spanText(distance) + QStringLiteral(" ago");
}

QString localText(WallTime time, const QTimeZone& zone)
{
    const auto local = QDateTime::fromMSecsSinceEpoch(floor<milliseconds>(time).time_since_epoch().count(), zone);
    return local.toString(QStringLiteral("yyyy-MM-dd HH:mm:ss"));
}

QString sizeText(qint64 bytes)
{
    if (bytes < 1000)
        return QString::number(bytes) + QStringLiteral(" B");
    double value = static_cast<double>(bytes);
    constexpr std::array units{"KB", "MB", "GB", "TB", "PB", "EB"};
    std::size_t unit = 0;
    for (value /= 1000; value >= 999.5 && unit + 1 < units.size(); ++unit)
        value /= 1000;
    return QString::number(value, 'f', value < 9.95 ? 1 : 0) + u' ' + QLatin1String(units[unit]);
}

} // namespace turnspit::ctl
