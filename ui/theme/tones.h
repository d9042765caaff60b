#pragma once

#include <turnspit/base/states.h>

#include <QColor>

class QPalette;

/// The few colours that are not the palette's own, for light and for dark surroundings.
namespace turnspit::tones {

/// Judged from the palette's window colour: Qt 6.4 does not know the system's colour scheme.
[[nodiscard]] bool isDark(const QPalette& palette);

/// At least 4.3:1 on common light and 4.7:1 on common dark backgrounds; only the glyph has it, words have the text colour.
[[nodiscard]] QColor ofState(ServiceState state, bool dark);

/// The same, moved towards black or white where a palette's own backgrounds ask for it: at least 3:1 on all of them.
[[nodiscard]] QColor ofState(ServiceState state, const QPalette& palette);
[[nodiscard]] QColor ofOutcome(Outcome outcome, const QPalette& palette);

/// For words that say how serious something is: at least 4.5:1.
[[nodiscard]] QColor ofText(ServiceState state, const QPalette& palette);

/// The same on a button: 5.5:1, since styles shade buttons.
[[nodiscard]] QColor onButton(ServiceState state, const QPalette& palette);

/// What is seen where a colour that lets through lies on an opaque one.
[[nodiscard]] QColor over(const QColor& ground, const QColor& tint);

/// The palette with hints in empty fields that can be read: some desktops set every colour for a dark theme but this one.
[[nodiscard]] QPalette withReadableHints(QPalette palette);

/// As WCAG 2 reckons it: 1 to 21. Both are taken as opaque.
[[nodiscard]] double contrast(const QColor& a, const QColor& b);

/// Bar and tint beside lines of stderr. Says "other stream", not "error".
[[nodiscard]] QColor errorStreamBar(bool dark);
[[nodiscard]] QColor errorStreamTint(bool dark);

/// Behind what was found in a log, and around the place that was gone to; text keeps its colour on it.
[[nodiscard]] QColor findMark(bool dark);
[[nodiscard]] QColor findFrame(bool dark);

} // namespace turnspit::tones
