#include <ui/detail/refresher.h>

#include <turnspit/async/wait.h>

#include <QEvent>
#include <QWidget>

namespace turnspit {

Refresher::Refresher(QWidget& shown, std::function<void()> refresh, Milliseconds interval)
    : QObject(&shown), m_shown(shown), m_refresh(std::move(refresh)), m_interval(interval),
      m_last(Clock::current().now() - interval)
{
    shown.installEventFilter(this);
}

Refresher::~Refresher() = default;

void Refresher::request()
{
    m_wanted = true;
    if (m_waiting || !m_shown.isVisible())
        return;
    const auto sinceLast = std::chrono::duration_cast<Milliseconds>(Clock::current().now() - m_last);
    if (sinceLast >= m_interval) {
        run();
    } else {
        m_waiting = true;
        m_tasks.spawn(later(m_interval - sinceLast));
    }
}

void Refresher::forget()
{
    m_last = Clock::current().now() - m_interval;
}

void Refresher::run()
{
    m_wanted = false;
    m_last = Clock::current().now();
    m_refresh();
}

Task<> Refresher::later(Milliseconds delayed)
{
    co_await delay(delayed);
    m_waiting = false;
    if (m_wanted)
        request();
}

bool Refresher::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == &m_shown && (event->type() == QEvent::Show || event->type() == QEvent::WindowActivate)) {
        // Posted, so that both at once are one, and the widget is laid out by then.
        m_wanted = true;
        if (!m_waiting) {
            m_waiting = true;
            m_tasks.spawn(later(Milliseconds(0)));
        }
    }
    return QObject::eventFilter(watched, event);
}

} // namespace turnspit
