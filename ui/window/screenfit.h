#pragma once

class QSize;
class QWidget;

namespace turnspit {

/// Makes a window as large as it wants to be, and no larger than its screen has room for, frame and panels of the desktop included.
void resizeOnScreen(QWidget& window, const QSize& wanted);

} // namespace turnspit
