#pragma once

#include <QByteArrayView>
#include <QString>

namespace turnspit {

/// A line of output as one row of text: UTF-8 (what is not becomes U+FFFD), what a carriage return overwrites is gone, tabs go to
/// columns of eight, control sequences and other control characters are dropped. The log keeps every byte.
[[nodiscard]] QString logText(QByteArrayView bytes);

} // namespace turnspit
