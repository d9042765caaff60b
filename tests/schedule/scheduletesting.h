#pragma once

#include <turnspit/schedule/schedule.h>

#include <stdexcept>
#include <string>
#include <string_view>

#include <QString>
#include <QtTest>

/// `2026-03-29T01:00:00Z`, or the same with any offset.
inline turnspit::WallTime wall(std::string_view text)
{
    const auto time = turnspit::parseRfc3339(text);
    if (!time)
        throw std::invalid_argument("not a time: " + std::string(text));
    return *time;
}

/// `2026-03-29T02:30:00`.
inline turnspit::LocalTime local(const std::string& text)
{
    return turnspit::LocalTime(std::chrono::floor<std::chrono::seconds>(wall(text + "Z")).time_since_epoch());
}

inline turnspit::TimeZone zoneOf(std::string_view id)
{
    auto zone = turnspit::TimeZone::find(id);
    if (!zone)
        throw std::invalid_argument(zone.error().message);
    return *zone;
}

inline turnspit::Cron cron(std::string_view text)
{
    auto parsed = turnspit::Cron::parse(text);
    if (!parsed)
        throw std::invalid_argument(parsed.error().message);
    return *parsed;
}

inline turnspit::Schedule cronSchedule(std::string_view text)
{
    turnspit::Schedule schedule;
    schedule.rule = cron(text);
    return schedule;
}

inline turnspit::Schedule everySchedule(turnspit::Milliseconds interval)
{
    turnspit::Schedule schedule;
    schedule.rule = turnspit::Every{interval};
    return schedule;
}

/// For QCOMPARE: times as text in the zone.
inline QString shown(const turnspit::TimeZone& zone, std::optional<turnspit::WallTime> time)
{
    return time ? QString::fromStdString(zone.format(*time)) : QStringLiteral("never");
}

inline QString shown(const turnspit::TimeZone& zone, const std::vector<turnspit::WallTime>& times)
{
    QStringList out;
    for (const auto time : times)
        out += shown(zone, time);
    return out.join(QLatin1Char(' '));
}
