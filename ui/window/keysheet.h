#pragma once

#include <QDialog>

class QAction;

namespace turnspit {

/// All keys of the window with what they do: those of its actions, and those that are no action's. objectName keySheet.
class KeySheet final : public QDialog
{
    Q_OBJECT
public:
    struct Row
    {
        QString what;
        QString keys;
    };
    KeySheet(const QList<QAction*>& actions, const QList<Row>& others, QWidget* parent);
};

} // namespace turnspit
