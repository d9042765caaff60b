#pragma once

#include <turnspit/base/clock.h>

#include <QFrame>

#include <functional>
#include <memory>

class QHBoxLayout;
class QLabel;
class QPushButton;

namespace turnspit {

/// A line at the bottom of a window that says what was done and how to take it back, and goes by itself. One at a time: what it says
/// next replaces what it said. Waits while the pointer or the focus is on it. Takes no focus by itself.
///
/// objectNames: toast, toastText, toastButton0, toastButton1, ..., toastClose.
class Toast final : public QFrame
{
    Q_OBJECT
public:
    static constexpr std::chrono::seconds usual{10};

    struct Button
    {
        QString text;
        std::function<void()> press; ///< the toast has gone then
    };

    /// Over `window`, at its bottom; hidden until it has something to say.
    explicit Toast(QWidget& window);
    ~Toast() override;

    /// `time` zero: until somebody closes it.
    void say(const QString& text, const QList<Button>& buttons = {}, std::chrono::seconds time = usual);
    [[nodiscard]] QString text() const;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    void place();
    void wait();
    void timeUp();

    QWidget& m_window;
    QLabel* m_text;
    QHBoxLayout* m_layout;
    QPushButton* m_close;
    QList<QPushButton*> m_buttons;
    std::chrono::seconds m_time{0};
    std::unique_ptr<ClockTimer> m_timer;
};

} // namespace turnspit
