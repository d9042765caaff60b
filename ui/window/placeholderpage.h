#pragma once

#include <QWidget>

class QHBoxLayout;
class QLabel;
class QPushButton;

namespace turnspit {

/// What is shown where there is nothing to list: a title, what that means, and what to do about it.
class PlaceholderPage final : public QWidget
{
    Q_OBJECT
public:
    explicit PlaceholderPage(QWidget* parent = nullptr);

    /// `button` empty: none.
    void setTexts(const QString& title, const QString& text, const QString& button = {});

    /// One more thing to do, beside the others.
    void addButton(QPushButton* button);

Q_SIGNALS:
    void triggered();

private:
    QLabel* m_title;
    QLabel* m_text;
    QPushButton* m_button;
    QHBoxLayout* m_buttons;
};

} // namespace turnspit
