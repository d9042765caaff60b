#pragma once

#include <QString>
#include <QStringList>

#include <string>
#include <vector>

namespace turnspit::ctl {

/// How many columns of a terminal the text takes: combining marks none, East Asian wide characters and emoji two.
[[nodiscard]] int displayWidth(const QString& text);

/// Control characters, which could drive a terminal or break a line, replaced by a middle dot; tabs and line breaks by
/// a blank.
[[nodiscard]] QString printable(const QString& text);

/// `text` cut to at most `width` columns, with … at the end where something is missing.
[[nodiscard]] QString elided(const QString& text, int width);

/// Rows in aligned columns, two blanks apart; no frame, no blanks at the end of a line.
class Table
{
public:
    enum class Align { Left, Right };
    struct Column
    {
        QString title;
        Align align = Align::Left;
    };
    struct Cell
    {
        QString text;
        const char* colour = nullptr; ///< an SGR number, "32"; null: none
    };

    explicit Table(std::vector<Column> columns) : m_columns(std::move(columns)) {}

    /// One cell a column, made printable.
    void addRow(std::vector<Cell> cells);

    /// Lines with `\n`. `width` > 0: the last column is cut so that lines fit, down to 12 columns of it.
    /// A column without any text is left out.
    [[nodiscard]] std::string text(int width, bool colour) const;

private:
    std::vector<Column> m_columns;
    std::vector<std::vector<Cell>> m_rows;
};

} // namespace turnspit::ctl
