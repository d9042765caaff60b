#include <ui/logs/ansicolors.h>

#include <ui/theme/tones.h>

#include <algorithm>
#include <array>

namespace turnspit {
namespace {

constexpr double wanted = 4.5;
constexpr int manyPairs = 4096;

/// The 16 colours of a terminal, as most terminals have them; what cannot be read on the background is moved from there.
constexpr std::array<QRgb, 16> named{
    0xff000000, 0xffcd3131, 0xff0dbc79, 0xffc5a000, 0xff2472c8, 0xffbc3fbc, 0xff11a8cd, 0xffc8c8c8,
    0xff767676, 0xfff14c4c, 0xff23d18b, 0xfff5e543, 0xff3b8eea, 0xffd670d6, 0xff29b8db, 0xffffffff,
};

QColor mixed(const QColor& from, const QColor& to, double part)
{
    const auto channel = [part](float a, float b) { return static_cast<float>(a + (b - a) * part); };
    return QColor::fromRgbF(channel(from.redF(), to.redF()), channel(from.greenF(), to.greenF()), channel(from.blueF(), to.blueF()));
}

} // namespace

QColor readableOn(const QColor& color, const QColor& background)
{
    if (tones::contrast(color, background) >= wanted)
        return color;
    // Towards white or black, whichever gives more contrast in the end.
    const QColor white = QColor::fromRgb(255, 255, 255);
    const QColor black = QColor::fromRgb(0, 0, 0);
    const QColor goal = tones::contrast(white, background) > tones::contrast(black, background) ? white : black;
    double near = 0;
    double far = 1;
    for (int i = 0; i < 12; ++i) {
        const double middle = (near + far) / 2;
        (tones::contrast(QColor::fromRgb(mixed(color, goal, middle).rgb()), background) < wanted ? near : far) = middle;
    }
    return QColor::fromRgb(mixed(color, goal, far).rgb());
}

AnsiColors::AnsiColors(const QPalette& palette) : m_text(palette.color(QPalette::Text)), m_base(palette.color(QPalette::Base)) {}

QColor AnsiColors::resolved(const AnsiColor& color, const QColor& otherwise) const
{
    switch (color.kind) {
    case AnsiColor::Kind::Default: return otherwise;
    case AnsiColor::Kind::Named: return QColor::fromRgb(named.at(color.value % named.size()));
    case AnsiColor::Kind::Exact: return QColor::fromRgb(color.value);
    }
    return otherwise;
}

QColor AnsiColors::readable(const QColor& color, const QColor& background) const
{
    if (m_readable.size() > manyPairs)
        m_readable.clear();
    QColor& known = m_readable[(quint64{color.rgb()} << 32) | background.rgb()];
    if (!known.isValid())
        known = readableOn(color, background);
    return known;
}

AnsiColors::Colors AnsiColors::of(const AnsiStyle& style, const QColor& ground) const
{
    QColor text = resolved(style.text, m_text);
    QColor background = resolved(style.background, ground);
    bool painted = style.background.kind != AnsiColor::Kind::Default;
    if (style.inverse) {
        std::swap(text, background);
        painted = true;
    }
    return {readable(text, background), painted ? background : QColor()};
}

} // namespace turnspit
