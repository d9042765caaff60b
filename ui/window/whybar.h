#pragma once

#include <turnspit/control/values.h>
#include <ui/window/remedies.h>

#include <QFrame>

#include <array>

class QLabel;
class QPushButton;

namespace turnspit {

class StateMark;

/// One line about the selected service: state, since when, why, and what happens next, with at most three buttons that fit; while it
/// is being stopped a ring burns down round its icon. What does not fit is in the tooltip.
///
/// objectNames: whyBar, whyText, whyButton1 to whyButton3.
class WhyBar final : public QFrame
{
    Q_OBJECT
public:
    explicit WhyBar(QWidget* parent = nullptr);

    /// `stop`: null where none is under way, or its limit is not known. `lastWords`: what a failed one said last, or "". `goodIsKept`: an older,
    /// good version of its broken file. `heldUntil`: when its hold ends by itself.
    void show(const ServiceInfo& service, const StopInfo* stop, const QString& lastWords = {}, bool goodIsKept = false,
              std::optional<WallTime> heldUntil = {});
    /// Where not exactly one is selected.
    void showText(const QString& text);
    /// The whole line, also where it is cut on screen.
    [[nodiscard]] QString text() const { return m_line; }

    /// Without a host that could be asked, only what needs none stays.
    /// `asOf`: when what is shown was true, where the host is gone or silent.
    void setLive(bool live, std::optional<WallTime> asOf = {})
    {
        m_live = live;
        m_asOf = asOf;
    }

Q_SIGNALS:
    void chosen(turnspit::Remedy remedy);

protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void setLine(const QString& text);
    void setRemedies(const QList<Remedy>& list);
    void elide();

    StateMark* m_mark;
    QLabel* m_text;
    std::array<QPushButton*, 3> m_buttons{};
    QList<Remedy> m_remedies;
    QString m_line;
    bool m_live = true;
    std::optional<WallTime> m_asOf;
    QString m_service; ///< as last shown, as the next
    ServiceState m_state = ServiceState::Stopped;
};

} // namespace turnspit
