#pragma once

#include <span>

namespace turnspit {

/// The steps from an empty file to the present schema: step n makes version n out of n - 1. Steps that were released never change.
[[nodiscard]] std::span<const char* const> historyMigrations();

} // namespace turnspit
