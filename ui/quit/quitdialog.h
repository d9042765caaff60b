#pragma once

#include <turnspit/async/taskscope.h>

#include <QDialog>

#include <memory>

class QLabel;
class QPushButton;
class QTreeWidget;
class QTreeWidgetItem;

namespace turnspit {

class QuitPlan;

/// Who is still stopping, how long they have, and what can be done about it. Closing it (Esc, X) means: don't quit. The
/// plan must outlive it; the dialog decides nothing, its owner reacts to the signals.
///
/// objectNames: quitDialog, quitList, quitKill/NAME for each row, quitExtend, quitStay, quitHide, quitKillAll.
class QuitDialog final : public QDialog
{
    Q_OBJECT
public:
    explicit QuitDialog(QuitPlan& plan, QWidget* parent = nullptr);
    ~QuitDialog() override;

    /// Lets the owner tell Hide from "don't quit" where no tray would show that it goes on.
    void setCanHide(bool canHide, const QString& why = {});

Q_SIGNALS:
    void stay();          ///< don't quit
    void hideRequested(); ///< finish in the background

protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void refresh();
    void refreshRow(QTreeWidgetItem& item, int row);
    void fitColumns();
    void tintButtons();
    Task<> tick();

    QuitPlan& m_plan;
    QLabel* m_title;
    QTreeWidget* m_list;
    QLabel* m_limit;
    QPushButton* m_extend;
    QPushButton* m_hide;
    QPushButton* m_killAll;
    QPushButton* m_stay;
    std::unique_ptr<TaskScope> m_ticking; ///< while visible; last: destroyed before what its task uses
};

} // namespace turnspit
