#pragma once

#include <QString>

class QWidget;

namespace turnspit {

/// Has a screen reader say something that happened while the focus is elsewhere: the widget takes it as its accessible name and
/// raises an alert. Says the same thing only once in a row. The widget is one that shows the fact, too.
void announce(QWidget& speaker, const QString& text);

} // namespace turnspit
