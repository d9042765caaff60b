#pragma once

#include <QStringView>

namespace turnspit {

/// How well what was typed fits a text; both in lower case. Negative: not at all. Best is the whole text, then its beginning, the
/// beginning of a word in it, its inside, and last its letters in order, with gaps, from the beginning of a word.
[[nodiscard]] int fuzzyScore(QStringView typed, QStringView text);

} // namespace turnspit
