#include <ui/edit/cronshape.h>

#include <QRegularExpression>
#include <QStringList>

#include <algorithm>

namespace turnspit {
namespace {

constexpr int daysInWeek = 7;

std::optional<int> number(const QString& text, int first, int last)
{
    bool isNumber = false;
    const int value = text.toInt(&isNumber);
    if (!isNumber || value < first || value > last || text.startsWith(QLatin1Char('+')))
        return std::nullopt;
    return value;
}

/// 0 to 7, as cron counts.
std::optional<int> weekday(const QString& text)
{
    static const QStringList names{QStringLiteral("sun"), QStringLiteral("mon"), QStringLiteral("tue"), QStringLiteral("wed"),
                                   QStringLiteral("thu"), QStringLiteral("fri"), QStringLiteral("sat")};
    if (const auto name = names.indexOf(text.toLower()); name >= 0)
        return static_cast<int>(name);
    return number(text, 0, daysInWeek);
}

std::optional<QList<int>> weekdays(const QString& field)
{
    QList<int> days;
    const QStringList parts = field.split(QLatin1Char(','));
    for (const QString& part : parts) {
        const auto first = weekday(part.section(QLatin1Char('-'), 0, 0));
        const auto last = part.contains(QLatin1Char('-')) ? weekday(part.section(QLatin1Char('-'), 1)) : first;
        if (!first || !last || *last < *first)
            return std::nullopt;
        for (int day = *first; day <= *last; ++day)
            days.append(day % daysInWeek == 0 ? daysInWeek : day % daysInWeek);
    }
    std::sort(days.begin(), days.end());
    days.erase(std::unique(days.begin(), days.end()), days.end());
    return days;
}

} // namespace

std::optional<CronShape> cronShape(const QString& expression)
{
    static const QRegularExpression space(QStringLiteral("\\s+"));
    const QStringList fields = expression.trimmed().split(space);
    const QString any(QLatin1Char('*'));
    if (fields.size() != 5 || fields.at(3) != any)
        return std::nullopt;
    const auto minute = number(fields.at(0), 0, 59);
    const auto hour = number(fields.at(1), 0, 23);
    if (!minute || !hour)
        return std::nullopt;
    CronShape shape;
    shape.time = QTime(*hour, *minute);
    if (fields.at(2) == any && fields.at(4) == any)
        return shape;
    if (fields.at(2) == any) {
        const auto days = weekdays(fields.at(4));
        if (!days)
            return std::nullopt;
        shape.kind = CronShape::Weekly;
        shape.weekdays = *days;
        return shape;
    }
    const auto day = number(fields.at(2), 1, 31);
    if (!day || fields.at(4) != any)
        return std::nullopt;
    shape.kind = CronShape::Monthly;
    shape.day = *day;
    return shape;
}

QString toCron(const CronShape& shape)
{
    const QString time = QStringLiteral("%1 %2").arg(shape.time.minute()).arg(shape.time.hour());
    switch (shape.kind) {
    case CronShape::Daily:
        return time + QStringLiteral(" * * *");
    case CronShape::Weekly: {
        QStringList days;
        for (const int day : shape.weekdays)
            days += QString::number(day % daysInWeek);
        return time + QStringLiteral(" * * ") + days.join(QLatin1Char(','));
    }
    case CronShape::Monthly:
        return time + QStringLiteral(" %1 * *").arg(shape.day);
    }
    return {};
}

} // namespace turnspit
