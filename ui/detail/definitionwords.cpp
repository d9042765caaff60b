#include <ui/detail/definitionwords.h>

#include <ui/text/secrets.h>

#include <QCoreApplication>
#include <QJsonArray>
#include <QRegularExpression>

#include <algorithm>

namespace turnspit::definitionwords {
namespace {

/// Translation context of the free functions here.
struct DefinitionWords
{
    Q_DECLARE_TR_FUNCTIONS(turnspit::DefinitionWords)
};

using Key = QLatin1String;

QString quoted(const QString& word)
{
    static const QRegularExpression plain(QStringLiteral("^[A-Za-z0-9_@%+=:,./~-]+$"));
    if (plain.match(word).hasMatch())
        return word;
    return QLatin1Char('\'') + QString(word).replace(QLatin1String("'"), QLatin1String("'\\''")) + QLatin1Char('\'');
}

QString words(const QJsonValue& value)
{
    if (value.isString())
        return value.toString();
    QStringList out;
    const QJsonArray array = value.toArray();
    for (const QJsonValue& word : array)
        out += quoted(word.toString());
    return out.join(QLatin1Char(' '));
}

QString shown(const QJsonValue& value)
{
    if (value.isBool())
        return value.toBool() ? QStringLiteral("true") : QStringLiteral("false");
    if (value.isDouble())
        return QString::number(value.toInteger());
    if (value.isArray()) {
        QStringList items;
        const QJsonArray array = value.toArray();
        for (const QJsonValue& item : array)
            items += item.isString() ? quoted(item.toString()) : shown(item);
        return items.join(QLatin1Char(' '));
    }
    return value.toString();
}

void flatten(const QJsonObject& object, const QString& path, QList<std::pair<QString, QString>>& out)
{
    for (auto it = object.begin(); it != object.end(); ++it) {
        const QString key = path + it.key();
        if (it->isObject())
            flatten(it->toObject(), key + QLatin1Char('.'), out);
        else
            out.append({key, path == Key("environment.") && secrets::isSecret(it.key()) ? secrets::dots() : shown(*it)});
    }
}

} // namespace

QString span(const QString& text)
{
    static const QRegularExpression part(QStringLiteral("(\\d+)(ms|[smhdw])"));
    static const QRegularExpression whole(QStringLiteral("^(?:\\d+(?:ms|[smhdw]))+$"));
    if (!whole.match(text).hasMatch())
        return text;
    return QString(text).replace(part, QStringLiteral("\\1\u00a0\\2 ")).trimmed();
}

QString command(const QJsonObject& values)
{
    return words(values.value(Key("command")));
}

QString folder(const QJsonObject& values)
{
    const QString folder = values.value(Key("working_directory")).toString();
    return folder.isEmpty() ? DefinitionWords::tr("~ (home folder)") : folder;
}

QString environment(const QJsonObject& values)
{
    const QJsonObject own = values.value(Key("environment")).toObject();
    const QStringList names = own.keys();
    const auto secret = std::count_if(names.begin(), names.end(), secrets::isSecret);
    const QString file = values.value(Key("environment_file")).toString();
    QStringList parts;
    if (!own.isEmpty())
        parts += DefinitionWords::tr("%1 set here", "a number of variables").arg(own.size());
    if (secret > 0)
        parts += DefinitionWords::tr("%1 masked", "a number of variables").arg(secret);
    if (!file.isEmpty())
        parts += parts.isEmpty() ? DefinitionWords::tr("the variables of %1, all masked", "%1 is a file").arg(file)
                                 : DefinitionWords::tr("and those of %1, all masked", "%1 is a file").arg(file);
    return parts.isEmpty() ? DefinitionWords::tr("as the host has it") : parts.join(QStringLiteral(", "));
}

QStringList environmentLines(const QJsonObject& values)
{
    QStringList lines;
    const QJsonObject own = values.value(Key("environment")).toObject();
    for (auto it = own.begin(); it != own.end(); ++it)
        lines += it.key() + QLatin1Char('=') + (secrets::isSecret(it.key()) ? secrets::dots() : it->toString());
    return lines;
}

QString restart(const QJsonObject& values)
{
    const QJsonObject restart = values.value(Key("restart")).toObject();
    const QString policy = restart.value(Key("policy")).toString();
    if (policy.isEmpty())
        return {};
    if (policy == Key("never"))
        return values.contains(Key("schedule")) ? DefinitionWords::tr("a failed run is not repeated; the next turn comes all the same")
                                                : DefinitionWords::tr("never");
    const QString delay = restart.value(Key("delay")).toString();
    const QString most = restart.value(Key("max_delay")).toString();
    QStringList parts{policy == Key("always") ? DefinitionWords::tr("whenever it ends") : DefinitionWords::tr("on failure")};
    if (delay == Key("0s"))
        parts += DefinitionWords::tr("at once");
    else if (delay == most)
        parts += DefinitionWords::tr("after %1", "a duration").arg(span(delay));
    else
        parts += DefinitionWords::tr("after %1, doubling up to %2", "two durations").arg(span(delay), span(most));
    const QString text = parts.join(QStringLiteral(", "));
    const int limit = restart.value(Key("limit")).toInt();
    if (limit <= 0)
        return DefinitionWords::tr("%1; never gives up", "what goes before").arg(text);
    return DefinitionWords::tr("%1; gives up after failing %2 × in %3", "what goes before, a number, a duration")
        .arg(text, QString::number(limit), span(restart.value(Key("window")).toString()));
}

QString stop(const QJsonObject& values)
{
    const QJsonObject stop = values.value(Key("stop")).toObject();
    if (stop.isEmpty())
        return {};
    const QString by = words(stop.value(Key("command")));
    const QString how = by.isEmpty() ? stop.value(Key("signal")).toString() : DefinitionWords::tr("runs %1", "a command").arg(by);
    const QString timeout = stop.value(Key("timeout")).toString();
    if (timeout == Key("0s"))
        return DefinitionWords::tr("killed at once");
    return DefinitionWords::tr("%1, then killed after %2", "how it is asked, a duration").arg(how, span(timeout));
}

QString turns(const QJsonObject& values)
{
    const QJsonObject schedule = values.value(Key("schedule")).toObject();
    if (schedule.isEmpty())
        return {};
    const QString overlap = schedule.value(Key("overlap")).toString();
    const QString missed = schedule.value(Key("missed")).toString();
    QStringList parts;
    if (overlap == Key("skip"))
        parts += DefinitionWords::tr("while it still runs, a turn is skipped");
    else if (overlap == Key("queue"))
        parts += DefinitionWords::tr("while it still runs, the next turn waits");
    else if (overlap == Key("replace"))
        parts += DefinitionWords::tr("a new turn ends the run before it");
    else if (overlap == Key("parallel"))
        parts += DefinitionWords::tr("runs may be beside each other");
    if (missed == Key("once"))
        parts += DefinitionWords::tr("missed turns are caught up by one run, if less than %1 late", "a duration")
                     .arg(span(schedule.value(Key("missed_limit")).toString()));
    else if (missed == Key("skip"))
        parts += DefinitionWords::tr("missed turns are not caught up");
    else if (missed == Key("all"))
        parts += DefinitionWords::tr("missed turns are all caught up");
    return parts.join(QStringLiteral("; "));
}

QList<std::pair<QString, QString>> table(const QJsonObject& values)
{
    QList<std::pair<QString, QString>> rows;
    flatten(values, {}, rows);
    // What stands above the first table of a file stands above here, too.
    std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
        const bool deepA = a.first.contains(QLatin1Char('.'));
        const bool deepB = b.first.contains(QLatin1Char('.'));
        return deepA != deepB ? deepB : a.first < b.first;
    });
    return rows;
}

} // namespace turnspit::definitionwords
