#pragma once

#include <QByteArrayView>
#include <QList>
#include <QRgb>
#include <QString>

#include <optional>

namespace turnspit {

/// A colour as a program asks for it: one of the 16 of the terminal, which are ours to choose, or an exact one.
struct AnsiColor
{
    enum class Kind : quint8 { Default, Named, Exact };
    Kind kind = Kind::Default;
    QRgb value = 0; ///< 0 to 15, or the colour
    bool operator==(const AnsiColor&) const = default;
};

struct AnsiStyle
{
    AnsiColor text;
    AnsiColor background;
    bool bold = false;
    bool underline = false;
    bool inverse = false;
    bool operator==(const AnsiStyle&) const = default;
};

/// A line of output as it is shown, on a grid of cells as in a terminal.
struct LogText
{
    struct Style
    {
        qsizetype begin = 0; ///< in `text`, up to the next one
        AnsiStyle style;
    };
    QString text;
    QList<Style> styles;     ///< empty: all plain
    QList<int> cells;        ///< cell of each QChar, and behind the last; empty: QChar i is cell i

    [[nodiscard]] int cellOf(qsizetype index) const { return static_cast<int>(cells.isEmpty() ? index : cells.at(index)); }
    [[nodiscard]] int width() const { return cellOf(text.size()); }
    /// The first QChar that is not before this cell.
    [[nodiscard]] qsizetype indexAt(int cell) const;
};

/// UTF-8 (what is not becomes U+FFFD); what a carriage return overwrites is gone, tabs go to columns of eight, colours (SGR) become
/// styles, other control sequences and control characters are dropped. The log keeps every byte.
[[nodiscard]] LogText logText(QByteArrayView bytes);

} // namespace turnspit
