#include <ui/theme/tones.h>

#include <QPalette>

#include <algorithm>
#include <cmath>

namespace turnspit::tones {
namespace {

constexpr double leastForGlyphs = 3;
constexpr double leastForText = 4.5;
constexpr double leastOnButtons = 5.5;

double luminance(const QColor& color)
{
    const auto linear = [](double part) { return part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4); };
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF());
}

/// `share` of `over`, the rest of `under`.
QColor mixed(const QColor& over, const QColor& under, double share)
{
    const auto mix = [share](double a, double b) { return static_cast<float>(b + (a - b) * share); };
    return QColor::fromRgbF(mix(over.redF(), under.redF()), mix(over.greenF(), under.greenF()), mix(over.blueF(), under.blueF()));
}

using Roles = std::initializer_list<QPalette::ColorRole>;
constexpr Roles grounds{QPalette::Base, QPalette::AlternateBase, QPalette::Window};

/// The least contrast with what the palette puts behind text.
double worst(const QColor& color, const QPalette& palette, Roles roles)
{
    double least = 21;
    for (const auto role : roles)
        least = std::min(least, contrast(color, palette.color(role)));
    return least;
}

QColor readable(const QColor& color, const QPalette& palette, double least, Roles roles = grounds)
{
    const QColor end = isDark(palette) ? Qt::white : Qt::black;
    QColor moved = color;
    for (int step = 1; step <= 10 && worst(moved, palette, roles) < least; ++step)
        moved = mixed(end, color, step / 10.0);
    return moved;
}

ServiceState stateLike(Outcome outcome)
{
    switch (outcome) {
    case Outcome::Succeeded:
        return ServiceState::Completed;
    case Outcome::Failed:
    case Outcome::Killed:
    case Outcome::Abandoned:
        return ServiceState::Failed;
    case Outcome::TimedOut:
    case Outcome::Missed:
        return ServiceState::BackingOff;
    case Outcome::Stopped:
    case Outcome::Unknown:
        return ServiceState::Stopped;
    case Outcome::Skipped:
        return ServiceState::Disabled;
    }
    return ServiceState::Disabled;
}

} // namespace

double contrast(const QColor& a, const QColor& b)
{
    const auto [darker, lighter] = std::minmax({luminance(a), luminance(b)});
    return (lighter + 0.05) / (darker + 0.05);
}

QColor ofState(ServiceState state, const QPalette& palette)
{
    return readable(ofState(state, isDark(palette)), palette, leastForGlyphs);
}

QColor ofOutcome(Outcome outcome, const QPalette& palette)
{
    return ofState(stateLike(outcome), palette);
}

QColor ofText(ServiceState state, const QPalette& palette)
{
    return readable(ofState(state, isDark(palette)), palette, leastForText);
}

QColor onButton(ServiceState state, const QPalette& palette)
{
    return readable(ofState(state, isDark(palette)), palette, leastOnButtons, {QPalette::Button});
}

QColor over(const QColor& ground, const QColor& tint)
{
    return QColor::fromRgb(mixed(tint, ground, tint.alphaF()).rgb());
}

QPalette withReadableHints(QPalette palette)
{
    const QColor base = palette.color(QPalette::Base);
    const QColor text = palette.color(QPalette::Text);
    const QColor hint = palette.color(QPalette::PlaceholderText);
    const auto canBeRead = [&](const QColor& color) {
        return std::ranges::all_of(grounds, [&](auto role) {
            const QColor ground = palette.color(role);
            return contrast(over(ground, color), ground) >= leastForText;
        });
    };
    if (canBeRead(hint))
        return palette;
    // Weaker than text, as hints are, and no weaker than can be read.
    for (const double share : {0.6, 0.65, 0.7, 0.75, 0.8, 0.9, 1.0}) {
        palette.setColor(QPalette::PlaceholderText, mixed(text, base, share));
        if (canBeRead(palette.color(QPalette::PlaceholderText)))
            break;
    }
    return palette;
}

bool isDark(const QPalette& palette)
{
    return palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness();
}

QColor ofState(ServiceState state, bool dark)
{
    const auto choose = [dark](QRgb light, QRgb darkOne) { return QColor::fromRgb(dark ? darkOne : light); };
    switch (state) {
    case ServiceState::Stopped:
        return choose(0x5F6368, 0xA6ACB3);
    case ServiceState::Starting:
    case ServiceState::Waiting:
        return choose(0x0067A3, 0x56B4E9);
    case ServiceState::Running:
    case ServiceState::Completed:
        return choose(0x007A5C, 0x2FC79E);
    case ServiceState::BackingOff:
        return choose(0x9A5B00, 0xE69F00);
    case ServiceState::Stopping:
        return choose(0x8A3E78, 0xD98BC0);
    case ServiceState::Failed:
    case ServiceState::Invalid:
        return choose(0xB53D00, 0xFF7A45);
    case ServiceState::Disabled:
        return choose(0x6F7479, 0x8F969D);
    }
    return {};
}

QColor errorStreamBar(bool dark)
{
    return ofState(ServiceState::BackingOff, dark);
}

QColor errorStreamTint(bool dark)
{
    QColor tint = errorStreamBar(dark);
    tint.setAlpha(dark ? 34 : 22);
    return tint;
}

QColor findMark(bool dark)
{
    return QColor::fromRgb(dark ? 0x5C4A00 : 0xFFE58A);
}

QColor findFrame(bool dark)
{
    return QColor::fromRgb(dark ? 0xF2C744 : 0x8A6A00);
}

} // namespace turnspit::tones
