#pragma once

class QLineEdit;

namespace turnspit {

/// Gives the line a button that clears it, with a name for those who do not see the drawing.
void addClearButton(QLineEdit& edit);

} // namespace turnspit
