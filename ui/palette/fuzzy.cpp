#include <ui/palette/fuzzy.h>

namespace turnspit {
namespace {

bool beginsWord(QStringView text, qsizetype at)
{
    return at == 0 || !text[at - 1].isLetterOrNumber();
}

/// Letters in order from `at`, which holds the first; the number of those skipped, or -1.
qsizetype gaps(QStringView typed, QStringView text, qsizetype at)
{
    qsizetype skipped = 0;
    for (qsizetype letter = 1; letter < typed.size(); ++letter) {
        const qsizetype found = text.indexOf(typed[letter], at + 1);
        if (found < 0)
            return -1;
        skipped += found - at - 1;
        at = found;
    }
    return skipped;
}

} // namespace

int fuzzyScore(QStringView typed, QStringView text)
{
    int best = -1;
    for (qsizetype at = text.indexOf(typed); at >= 0; at = text.indexOf(typed, at + 1)) {
        const int place = at == 0 ? 100 : beginsWord(text, at) ? 80 : 50;
        best = std::max(best, place + (typed.size() == text.size() ? 20 : 0));
    }
    if (best >= 0 || typed.size() < 2)
        return best;
    for (qsizetype at = text.indexOf(typed.front()); at >= 0; at = text.indexOf(typed.front(), at + 1)) {
        if (!beginsWord(text, at))
            continue;
        if (const qsizetype skipped = gaps(typed, text, at); skipped >= 0)
            best = std::max(best, std::max(1, 30 - static_cast<int>(skipped)));
    }
    return best;
}

} // namespace turnspit
