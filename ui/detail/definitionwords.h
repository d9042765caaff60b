#pragma once

#include <QJsonObject>
#include <QString>
#include <QStringList>

/// What the values of a service file mean, in sentences for people. `values` as DefinitionInfo has them: every key, defaults too.
namespace turnspit::definitionwords {

/// As one would type it into a shell; "" where there is none.
[[nodiscard]] QString command(const QJsonObject& values);

/// "~/shop"; "~ (home folder)" where none is given.
[[nodiscard]] QString folder(const QJsonObject& values);

/// "2 set here, 1 masked, and those of .env, all masked".
[[nodiscard]] QString environment(const QJsonObject& values);

/// `NAME=value`, a line each; values that look like secrets are masked.
[[nodiscard]] QStringList environmentLines(const QJsonObject& values);

/// "on failure, after 1 s, doubling up to 60 s; gives up after failing 10 × in 10 m".
[[nodiscard]] QString restart(const QJsonObject& values);

/// "SIGTERM, then killed after 10 s".
[[nodiscard]] QString stop(const QJsonObject& values);

/// What happens where two runs would meet, and where one was missed; "" without a schedule.
[[nodiscard]] QString turns(const QJsonObject& values);

/// `1h30m` as "1 h 30 m"; anything else as it is.
[[nodiscard]] QString span(const QString& text);

/// `restart.delay` -> `1s` and so on, sorted by key; values that look like secrets are masked.
[[nodiscard]] QList<std::pair<QString, QString>> table(const QJsonObject& values);

} // namespace turnspit::definitionwords
