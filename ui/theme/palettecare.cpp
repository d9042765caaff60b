#include <ui/theme/palettecare.h>

#include <ui/theme/tones.h>

#include <QEvent>
#include <QGuiApplication>
#include <QPalette>

namespace turnspit {

PaletteCare::PaletteCare()
{
    qGuiApp->installEventFilter(this);
    mend();
}

bool PaletteCare::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == qGuiApp && event->type() == QEvent::ApplicationPaletteChange)
        mend();
    return QObject::eventFilter(watched, event);
}

void PaletteCare::mend()
{
    const QPalette palette = QGuiApplication::palette();
    const QPalette mended = tones::withReadableHints(palette);
    // What is readable is left alone, so this ends.
    if (mended.color(QPalette::PlaceholderText) != palette.color(QPalette::PlaceholderText))
        QGuiApplication::setPalette(mended);
}

} // namespace turnspit
