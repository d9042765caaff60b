#pragma once

class QAccessibleInterface;
class QObject;
class QString;

namespace turnspit {

/// What those who do not see are told of a LogView: the lines that are on the screen, one below the other, and which of them are
/// selected. For QAccessible::installFactory; null for any other object.
QAccessibleInterface* logAccess(const QString& className, QObject* object);

} // namespace turnspit
