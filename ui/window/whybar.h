#pragma once

#include <turnspit/control/values.h>

#include <QFrame>

class QLabel;

namespace turnspit {

/// One line about the selected service: state, since when, why, and what happens next. objectName whyBar.
class WhyBar final : public QFrame
{
    Q_OBJECT
public:
    explicit WhyBar(QWidget* parent = nullptr);

    void show(const ServiceInfo& service);
    /// Where not exactly one is selected.
    void showText(const QString& text);
    [[nodiscard]] QString text() const;

protected:
    void changeEvent(QEvent* event) override;

private:
    void updateIcon();

    QLabel* m_icon;
    QLabel* m_text;
    std::optional<ServiceState> m_state;
};

} // namespace turnspit
