#include <ui/window/screenfit.h>

#include <QScreen>
#include <QWidget>

namespace turnspit {

void resizeOnScreen(QWidget& window, const QSize& wanted)
{
    const int line = window.fontMetrics().lineSpacing();
    const QScreen* const screen = window.screen();
    window.resize(screen ? wanted.boundedTo(screen->availableSize() - QSize(2 * line, 4 * line)) : wanted);
}

} // namespace turnspit
