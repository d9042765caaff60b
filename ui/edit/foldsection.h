#pragma once

#include <QWidget>

class QToolButton;
class QVBoxLayout;

namespace turnspit {

class RemarkLabel;

/// A part of a form that folds away under its title. Begins folded; what is wrong in it is said above its fields.
class FoldSection final : public QWidget
{
    Q_OBJECT
public:
    FoldSection(const QString& name, const QString& title, QWidget* content, QWidget* parent = nullptr);

    void setOpen(bool open);
    [[nodiscard]] bool isOpen() const { return m_open; }
    [[nodiscard]] RemarkLabel& remarks() const { return *m_remarks; }

private:
    QToolButton* m_head;
    QWidget* m_body;
    RemarkLabel* m_remarks;
    bool m_open = false;
};

} // namespace turnspit
