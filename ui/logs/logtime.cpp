#include <ui/logs/logtime.h>

#include <ui/text/words.h>

#include <QCoreApplication>
#include <QRegularExpression>

using namespace std::chrono_literals;

namespace turnspit {
namespace {

constexpr int longestTime = 14; // "11-27 13:58:01"

WallTime ofLocal(const QDateTime& time)
{
    return WallTime(std::chrono::milliseconds(time.toMSecsSinceEpoch()));
}

std::optional<QTime> clockTime(const QString& text)
{
    for (const QString& format : {QStringLiteral("H:mm:ss.zzz"), QStringLiteral("H:mm:ss"), QStringLiteral("H:mm")}) {
        if (const QTime time = QTime::fromString(text, format); time.isValid())
            return time;
    }
    return std::nullopt;
}

std::optional<std::chrono::seconds> span(const QString& text)
{
    static const QRegularExpression whole(QStringLiteral("^(\\d+[dhms])+$"));
    static const QRegularExpression part(QStringLiteral("(\\d{1,9})([dhms])"));
    if (!whole.match(text).hasMatch())
        return std::nullopt;
    std::chrono::seconds sum{};
    for (auto parts = part.globalMatch(text); parts.hasNext();) {
        const auto match = parts.next();
        const char unit = match.captured(2).front().toLatin1();
        const std::chrono::seconds one = unit == 'd' ? 86400s : unit == 'h' ? 3600s : unit == 'm' ? 60s : 1s;
        sum += one * match.captured(1).toInt();
    }
    return sum;
}

} // namespace

QString logTimeText(WallTime time, LogTimes how, WallTime now)
{
    const auto absolute = [](const QDateTime& at, const QDateTime& today) {
        return at.toString(at.date() == today.date() ? QStringLiteral("HH:mm:ss.zzz") : QStringLiteral("MM-dd HH:mm:ss"));
    };
    switch (how) {
    case LogTimes::Local:
        return absolute(words::local(time), words::local(now));
    case LogTimes::Utc:
        return absolute(words::local(time).toUTC(), words::local(now).toUTC()) + QLatin1Char('Z');
    case LogTimes::Relative: {
        const auto age = std::chrono::duration_cast<std::chrono::microseconds>(now - time);
        return QCoreApplication::translate("turnspit::LogView", "%1 ago", "age of a line of output, such as 12 s")
            .arg(words::duration(std::max(age, std::chrono::microseconds(0))));
    }
    case LogTimes::Hidden:
        break;
    }
    return {};
}

int logTimeWidth(LogTimes how)
{
    return how == LogTimes::Hidden ? 0 : how == LogTimes::Utc ? longestTime + 1 : longestTime;
}

std::optional<WallTime> parseJump(const QString& text, WallTime now)
{
    const QString trimmed = text.simplified();
    if (trimmed.startsWith(QLatin1Char('-')) || trimmed.startsWith(QChar(0x2212))) {
        const auto back = span(trimmed.mid(1).remove(QLatin1Char(' ')).toLower());
        return back ? std::optional<WallTime>(now - *back) : std::nullopt;
    }
    const QDateTime local = words::local(now);
    if (const auto time = clockTime(trimmed)) {
        QDateTime at(local.date(), *time);
        if (at > local)
            at = at.addDays(-1);
        return ofLocal(at);
    }
    const QStringList parts = trimmed.split(QLatin1Char(' '));
    QDate date = QDate::fromString(parts.first(), Qt::ISODate);
    const QString day = parts.first().toLower();
    if (day == QCoreApplication::translate("turnspit::LogView", "yesterday", "a day that is typed, in small letters"))
        date = local.date().addDays(-1);
    else if (day == QCoreApplication::translate("turnspit::LogView", "today", "a day that is typed, in small letters"))
        date = local.date();
    if (!date.isValid() || parts.size() > 2)
        return std::nullopt;
    if (parts.size() == 1)
        return ofLocal(date.startOfDay());
    const auto time = clockTime(parts.last());
    return time ? std::optional(ofLocal(QDateTime(date, *time))) : std::nullopt;
}

} // namespace turnspit
