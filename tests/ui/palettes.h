#pragma once

#include <QApplication>
#include <QPalette>
#include <QStyle>
#include <QStyleFactory>

#include <array>
#include <utility>

/// The surroundings in which pictures are taken and contrast is measured.
namespace turnspit::palettes {

struct Colors
{
    QRgb window;
    QRgb base;
    QRgb alternate;
    QRgb button;
    QRgb text;
    QRgb highlight;
    QRgb highlighted;
};

[[nodiscard]] inline QPalette of(const Colors& colors)
{
    QPalette palette{QColor(colors.button), QColor(colors.window)};
    palette.setColor(QPalette::Base, QColor(colors.base));
    palette.setColor(QPalette::AlternateBase, QColor(colors.alternate));
    palette.setColor(QPalette::ToolTipBase, QColor(colors.button));
    palette.setColor(QPalette::Highlight, QColor(colors.highlight));
    palette.setColor(QPalette::HighlightedText, QColor(colors.highlighted));
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::ToolTipText})
        palette.setColor(role, QColor(colors.text));
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, QColor(0x777777));
    return palette;
}

[[nodiscard]] inline QPalette light()
{
    return of({0xefefef, 0xffffff, 0xf7f7f7, 0xefefef, 0x1a1a1a, 0x308cc6, 0xffffff});
}

[[nodiscard]] inline QPalette dark()
{
    QPalette palette = of({0x2b2b2b, 0x1e1e1e, 0x262626, 0x353535, 0xe6e6e6, 0x2a5f9e, 0xe6e6e6});
    palette.setColor(QPalette::Mid, QColor(0x555555));
    palette.setColor(QPalette::Midlight, QColor(0x3a3a3a));
    palette.setColor(QPalette::PlaceholderText, QColor(0x9a9a9a));
    return palette;
}

/// Every kind of surroundings that desktops come with.
[[nodiscard]] inline std::array<std::pair<const char*, QPalette>, 7> all()
{
    return {{{"light", light()},
             {"dark", dark()},
             {"blue dark", of({0x31363b, 0x232629, 0x31363b, 0x31363b, 0xfcfcfc, 0x3daee9, 0xfcfcfc})},
             {"mid grey", of({0x6a6a6a, 0x5a5a5a, 0x606060, 0x6a6a6a, 0xffffff, 0x308cc6, 0xffffff})},
             {"high contrast black", of({0x000000, 0x000000, 0x101010, 0x000000, 0xffffff, 0x800080, 0xffffff})},
             {"high contrast yellow", of({0x000000, 0x000000, 0x000000, 0x000000, 0xffff00, 0x008000, 0xffffff})},
             {"high contrast white", of({0xffffff, 0xffffff, 0xffffff, 0xffffff, 0x000000, 0x000000, 0xffffff})}}};
}

/// Fusion as it comes, for pictures.
[[nodiscard]] inline QPalette fusion()
{
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    return QApplication::style()->standardPalette();
}

} // namespace turnspit::palettes
