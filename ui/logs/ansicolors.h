#pragma once

#include <ui/logs/logtext.h>

#include <QColor>
#include <QHash>
#include <QPalette>

namespace turnspit {

/// This colour, or the nearest lighter or darker one that can be read on the background: 4.5:1.
[[nodiscard]] QColor readableOn(const QColor& color, const QColor& background);

/// What a style looks like, for text that can always be read.
class AnsiColors
{
public:
    explicit AnsiColors(const QPalette& palette);

    struct Colors
    {
        QColor text;
        QColor background; ///< invalid: what is behind stays
    };
    [[nodiscard]] Colors of(const AnsiStyle& style) const { return of(style, m_base); }
    /// On another ground than the palette's Base.
    [[nodiscard]] Colors of(const AnsiStyle& style, const QColor& ground) const;

    /// readableOn, remembered.
    [[nodiscard]] QColor readable(const QColor& color, const QColor& background) const;

private:
    [[nodiscard]] QColor resolved(const AnsiColor& color, const QColor& otherwise) const;

    QColor m_text;
    QColor m_base;
    mutable QHash<quint64, QColor> m_readable; ///< a log has few pairs, on very many lines
};

} // namespace turnspit
