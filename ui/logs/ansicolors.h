#pragma once

#include <ui/logs/logtext.h>

#include <QColor>
#include <QHash>
#include <QPalette>

namespace turnspit {

/// Contrast of two colours after WCAG 2: 1 to 21.
[[nodiscard]] double contrast(const QColor& a, const QColor& b);

/// This colour, or the nearest lighter or darker one that can be read on the background: 4.5:1.
[[nodiscard]] QColor readableOn(const QColor& color, const QColor& background);

/// What a style looks like on the palette's Base, for text that can always be read.
class AnsiColors
{
public:
    explicit AnsiColors(const QPalette& palette);

    struct Colors
    {
        QColor text;
        QColor background; ///< invalid: what is behind stays
    };
    [[nodiscard]] Colors of(const AnsiStyle& style) const;

private:
    [[nodiscard]] QColor resolved(const AnsiColor& color, const QColor& otherwise) const;
    [[nodiscard]] QColor readable(const QColor& color, const QColor& background) const;

    QColor m_text;
    QColor m_base;
    mutable QHash<quint64, QColor> m_readable; ///< a log has few pairs, on very many lines
};

} // namespace turnspit
