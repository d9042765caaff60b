#include <ui/text/clearbutton.h>

#include <QCoreApplication>
#include <QLineEdit>
#include <QToolButton>

namespace turnspit {

void addClearButton(QLineEdit& edit)
{
    const auto before = edit.findChildren<QToolButton*>();
    edit.setClearButtonEnabled(true);
    for (QToolButton* const button : edit.findChildren<QToolButton*>()) {
        if (!before.contains(button))
            button->setAccessibleName(QCoreApplication::translate("turnspit::addClearButton", "Clear"));
    }
}

} // namespace turnspit
