#pragma once

#include <QList>
#include <QStringList>

/// What two outputs have in common, line by line.
namespace turnspit {

struct DiffRow
{
    enum class Kind { Same, Changed, OnlyLeft, OnlyRight, Skipped };

    Kind kind = Kind::Same;
    int left = -1;   ///< index of the line; -1: none in this row
    int right = -1;
    int skipped = 0; ///< Skipped: so many rows that are the same

    bool operator==(const DiffRow&) const = default;
};

/// As few rows that differ as can be found; where the outputs differ in more than some thousand lines, what lies between their common
/// beginning and end counts as different altogether. What was taken out and what came in its place are beside each other.
/// `ignoreFigures`: lines that differ in their digits only are the same, so that times and durations do not hide the rest.
[[nodiscard]] QList<DiffRow> diffLines(const QStringList& left, const QStringList& right, bool ignoreFigures);

/// Without what is the same, but for so many rows around what is not.
[[nodiscard]] QList<DiffRow> onlyDifferences(const QList<DiffRow>& rows, int context);

} // namespace turnspit
