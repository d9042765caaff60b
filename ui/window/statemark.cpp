#include <ui/window/statemark.h>

#include <turnspit/base/clock.h>
#include <ui/services/servicedelegates.h>
#include <ui/theme/stateicon.h>
#include <ui/theme/tones.h>

#include <QPainter>
#include <QStyle>

#include <algorithm>

namespace turnspit {

StateMark::StateMark(QWidget* parent) : QWidget(parent), m_timer(this)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    m_timer.setInterval(std::chrono::milliseconds(250));
    connect(&m_timer, &QTimer::timeout, this, qOverload<>(&QWidget::update));
}

QSize StateMark::sizeHint() const
{
    const int side = style()->pixelMetric(QStyle::PM_SmallIconSize, nullptr, this) + 4;
    return {side, side};
}

void StateMark::show(std::optional<ServiceState> state, const QStringList& flags, std::optional<StopInfo> stop, WallTime began)
{
    m_state = state;
    m_flags = flags;
    m_stop = std::move(stop);
    m_began = began;
    setVisible(state.has_value());
    updateTimer();
    update();
}

void StateMark::updateTimer()
{
    if (!m_stop || !isVisible())
        m_timer.stop();
    else if (!m_timer.isActive())
        m_timer.start();
}

void StateMark::paintEvent(QPaintEvent*)
{
    if (!m_state)
        return;
    QPainter painter(this);
    if (!m_stop)
        return stateIcon(*m_state, m_flags).paint(&painter, rect().adjusted(2, 2, -2, -2));
    const std::chrono::duration<double> whole = m_stop->killAt - m_began;
    const std::chrono::duration<double> left = m_stop->killAt - Clock::current().wallNow();
    paintFuse(painter, QRectF(rect()), whole.count() > 0 ? std::clamp(left / whole, 0.0, 1.0) : 0.0, tones::ofState(*m_state, palette()));
}

void StateMark::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    updateTimer();
}

void StateMark::hideEvent(QHideEvent* event)
{
    QWidget::hideEvent(event);
    updateTimer();
}

} // namespace turnspit
