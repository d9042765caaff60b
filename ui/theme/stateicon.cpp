#include <ui/theme/stateicon.h>

#include <ui/theme/glyph.h>
#include <ui/theme/tones.h>

#include <QPalette>

#include <array>

namespace turnspit {
namespace {

QString nameOf(ServiceState state)
{
    const std::string_view word = toString(state);
    return QStringLiteral("state/") + QLatin1String(word.data(), static_cast<int>(word.size()));
}

struct Mark
{
    const char* flag;
    std::optional<ServiceState> tone; ///< none: the colour of text
};

// The most urgent first: there is room for one.
constexpr std::array<Mark, 5> marks{{{"unhealthy", ServiceState::Failed},
                                     {"file-broken", ServiceState::Failed},
                                     {"changed", ServiceState::BackingOff},
                                     {"held", std::nullopt},
                                     {"adopted", std::nullopt}}};

const Mark* urgent(const QStringList& flags)
{
    const auto found =
        std::find_if(marks.begin(), marks.end(), [&](const Mark& mark) { return flags.contains(QLatin1String(mark.flag)); });
    return found == marks.end() ? nullptr : &*found;
}

} // namespace

QIcon stateIcon(ServiceState state)
{
    return stateIcon(state, {});
}

QIcon stateIcon(ServiceState state, const QStringList& flags)
{
    return glyphIcon([state, mark = urgent(flags)](const QPalette& palette) {
        GlyphLook look{nameOf(state), {}, tones::ofState(state, palette), {}};
        if (mark) {
            look.badge = QStringLiteral("badge/") + QLatin1String(mark->flag);
            look.badgeColor = mark->tone ? tones::ofState(*mark->tone, palette) : palette.color(QPalette::Text);
        }
        return look;
    });
}

void paintState(QPainter& painter, const QRectF& square, ServiceState state, const QColor& color)
{
    paintGlyph(painter, square, nameOf(state), color);
}

} // namespace turnspit
