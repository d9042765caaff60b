#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace turnspit {

/// What is shown where there is nothing to list: a title, what that means, and at most one thing to do about it.
class PlaceholderPage final : public QWidget
{
    Q_OBJECT
public:
    explicit PlaceholderPage(QWidget* parent = nullptr);

    /// `button` empty: none.
    void setTexts(const QString& title, const QString& text, const QString& button = {});

Q_SIGNALS:
    void triggered();

private:
    QLabel* m_title;
    QLabel* m_text;
    QPushButton* m_button;
};

} // namespace turnspit
