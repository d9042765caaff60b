#include <ui/text/announce.h>

#include <QAccessible>
#include <QWidget>

namespace turnspit {

void announce(QWidget& speaker, const QString& text)
{
    if (speaker.accessibleName() == text)
        return;
    speaker.setAccessibleName(text); // tells of the changed name
    QAccessibleEvent alert(&speaker, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
}

} // namespace turnspit
