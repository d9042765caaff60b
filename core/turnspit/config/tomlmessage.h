#pragma once

#include <turnspit/config/toml.h>

namespace turnspit {

/// Puts what the parser said (`description`, met at `where`) into words that tell a person what to change: words
/// without quotes, durations without quotes, strings that are not closed, keys that are there twice. `where` may move
/// to the beginning of the offending word or string.
[[nodiscard]] Error explainTomlError(std::string_view text, std::string_view description, const TextOrigin& where);

} // namespace turnspit
