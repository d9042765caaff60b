#include <ui/theme/tones.h>

#include <QPalette>

namespace turnspit::tones {

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

} // namespace turnspit::tones
