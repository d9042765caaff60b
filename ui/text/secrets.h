#pragma once

#include <QString>

/// What somebody who looks over a shoulder, or at a picture of the window, should not read.
namespace turnspit::secrets {

/// Does a variable of this name hold what nobody else should see?
[[nodiscard]] bool isSecret(const QString& variable);

/// Stands for a value, whatever its length.
[[nodiscard]] QString dots();

/// A service file's text with `dots` in the place of each secret value of its `environment`. Lines that a value went on over are gone
/// with it. What is no TOML is masked as far as it looks like it.
[[nodiscard]] QString masked(const QString& text);

/// A line of `DefinitionInfo::changes`; where it is about a secret, without the values.
[[nodiscard]] QString maskedChange(const QString& line);

} // namespace turnspit::secrets
