#pragma once

#include <turnspit/control/values.h>

/// The services that the contract suite asks for, and what it looks at.
namespace turnspit::contract {

[[nodiscard]] inline QString name(const char* text)
{
    return QString::fromLatin1(text);
}

inline const QString sleeper = QStringLiteral("command = [\"sleep\", \"1000\"]\nautostart = false\n");
inline const QString scheduled =
    QStringLiteral("command = [\"true\"]\nautostart = false\n\n[schedule]\nevery = \"1h\"\n");
inline const QString quick = QStringLiteral("command = [\"true\"]\nmanual = true\n");
inline const QString failing = QStringLiteral("command = [\"false\"]\nmanual = true\n");
inline const QString counting = QStringLiteral("command = [\"seq\", \"1\", \"50\"]\nmanual = true\n");

[[nodiscard]] inline ActionRequest request(Action action, const QStringList& names)
{
    ActionRequest out;
    out.action = action;
    out.names = names;
    return out;
}

[[nodiscard]] inline QStringList namesOf(const QList<ActionResult>& results)
{
    QStringList names;
    for (const ActionResult& result : results)
        names.append(result.name);
    return names;
}

[[nodiscard]] inline QList<QByteArray> textsOf(const QList<LogEntryInfo>& entries)
{
    QList<QByteArray> texts;
    for (const LogEntryInfo& entry : entries)
        texts.append(entry.text);
    return texts;
}

template <class T>
[[nodiscard]] ErrorKind kindOf(const Result<T>& result)
{
    return result ? ErrorKind::Cancelled : result.error().kind; // no call of this suite is cancelled with an answer
}

} // namespace turnspit::contract
