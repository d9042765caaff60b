#include "table.h"

#include <algorithm>
#include <array>

namespace turnspit::ctl {

namespace {

/// Blocks whose characters terminals draw two columns wide (Unicode's East Asian Width W and F, with the emoji).
struct Range
{
    char32_t first;
    char32_t last;
};
constexpr std::array wideRanges{
    Range{0x1100, 0x115F},   Range{0x231A, 0x231B},   Range{0x23E9, 0x23EC},   Range{0x25FD, 0x25FE},
    Range{0x2614, 0x2615},   Range{0x26A1, 0x26A1},   Range{0x2705, 0x2705},   Range{0x274C, 0x274C},
    Range{0x2E80, 0x303E},   Range{0x3041, 0x33FF},   Range{0x3400, 0x4DBF},   Range{0x4E00, 0xA4CF},
    Range{0xA960, 0xA97F},   Range{0xAC00, 0xD7A3},   Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE6F},
    Range{0xFF00, 0xFF60},   Range{0xFFE0, 0xFFE6},   Range{0x1F300, 0x1F64F}, Range{0x1F680, 0x1F6FF},
    Range{0x1F900, 0x1F9FF}, Range{0x1FA70, 0x1FAFF}, Range{0x20000, 0x3FFFD},
};

int widthOf(char32_t character)
{
    if (character < 0x300)
        return 1;
    switch (QChar::category(character)) {
    case QChar::Mark_NonSpacing:
    case QChar::Mark_Enclosing:
    case QChar::Other_Format:
        return 0;
    default:
        break;
    }
    const auto found = std::ranges::upper_bound(wideRanges, character, {}, &Range::first);
    return found != wideRanges.begin() && character <= std::prev(found)->last ? 2 : 1;
}

QString padded(const QString& text, int width, Table::Align align)
{
    const QString blanks(std::max(0, width - displayWidth(text)), u' ');
    return align == Table::Align::Right ? blanks + text : text + blanks;
}

} // namespace

int displayWidth(const QString& text)
{
    int width = 0;
    for (const char32_t character : text.toUcs4())
        width += widthOf(character);
    return width;
}

QString printable(const QString& text)
{
    QString out = text;
    for (QChar& character : out) {
        if (character == u'\n' || character == u'\r' || character == u'\t')
            character = u' ';
        else if (character.category() == QChar::Other_Control)
            character = u'\u00b7';
    }
    return out;
}

QString elided(const QString& text, int width)
{
    if (displayWidth(text) <= width)
        return text;
    QString out;
    int used = 1; // the ellipsis
    for (const char32_t character : text.toUcs4()) {
        used += widthOf(character);
        if (used > width)
            break;
        out += QString::fromUcs4(&character, 1);
    }
    return out + QChar(u'\u2026');
}

void Table::addRow(std::vector<Cell> cells)
{
    cells.resize(m_columns.size());
    for (Cell& cell : cells)
        cell.text = printable(cell.text);
    m_rows.push_back(std::move(cells));
}

std::string Table::text(int width, bool colour) const
{
    std::vector<int> widths(m_columns.size());
    std::vector<std::size_t> shown;
    for (std::size_t i = 0; i < m_columns.size(); ++i) {
        bool used = false;
        widths[i] = displayWidth(m_columns[i].title);
        for (const auto& row : m_rows) {
            used = used || !row[i].text.isEmpty();
            widths[i] = std::max(widths[i], displayWidth(row[i].text));
        }
        if (used)
            shown.push_back(i);
    }
    if (shown.empty())
        return {};

    constexpr int gap = 2;
    constexpr int leastLast = 12;
    const std::size_t last = shown.back();
    if (width > 0) {
        int before = 0;
        for (const std::size_t i : shown)
            before += i == last ? 0 : widths[i] + gap;
        widths[last] = std::min(widths[last], std::max(width - before, leastLast));
    }

    QString out;
    const auto addCell = [&](std::size_t i, const QString& text, const char* sgr) {
        const QString cell = padded(elided(text, widths[i]), widths[i], m_columns[i].align);
        if (colour && sgr)
            out += QStringLiteral("\x1b[") + QLatin1String(sgr) + u'm' + cell + QStringLiteral("\x1b[0m");
        else
            out += cell;
        if (i != last)
            out += QString(gap, u' ');
    };
    const auto endLine = [&out] {
        while (out.endsWith(u' '))
            out.chop(1);
        out += u'\n';
    };
    for (const std::size_t i : shown)
        addCell(i, m_columns[i].title, nullptr);
    endLine();
    for (const auto& row : m_rows) {
        for (const std::size_t i : shown)
            addCell(i, row[i].text, row[i].colour);
        endLine();
    }
    return out.toStdString();
}

} // namespace turnspit::ctl
