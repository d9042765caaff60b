#pragma once

#include <QDialog>

class QCheckBox;
class QRadioButton;

namespace turnspit {

/// What the window's X means; asked once. objectNames: closeQuestion, closeToTray, closeAndQuit, closeRemember.
class CloseQuestion final : public QDialog
{
    Q_OBJECT
public:
    /// `stops`: how many services quitting stops; `inProcess` false: none, they belong to another host.
    CloseQuestion(int stops, bool inProcess, QWidget* parent = nullptr);

Q_SIGNALS:
    void answered(bool quit, bool remember);

private:
    QRadioButton* m_toTray;
    QRadioButton* m_quit;
    QCheckBox* m_remember;
};

} // namespace turnspit
