#pragma once

class QAction;
class QObject;

namespace turnspit {

/// The drawing for what an action does, found by its objectName; none where there is none, and an icon that it has stays.
void giveIcon(QAction& action);

/// To all actions below.
void giveIcons(const QObject& owner);

} // namespace turnspit
