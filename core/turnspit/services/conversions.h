#pragma once

#include <turnspit/config/toml.h>
#include <turnspit/control/values.h>
#include <turnspit/history/records.h>
#include <turnspit/servicefile/check.h>

#include <QJsonObject>

namespace turnspit {

/// A run as clients see it.
[[nodiscard]] RunInfo infoOf(const Run& run);

/// The JSON form of a TOML table: dates and times as the text of a file has them.
[[nodiscard]] QJsonObject toJson(const TomlTable& table);

/// What clients are told of a file that is being written; whether its name is taken is not looked at.
[[nodiscard]] Inspection inspectionOf(const FileInspection& inspection);

} // namespace turnspit
