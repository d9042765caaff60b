#include <ui/tray/windowpresence.h>

#include <QEvent>
#include <QWidget>

using namespace std::chrono_literals;

namespace turnspit {
namespace {

constexpr auto patienceAtStart = 30s; // panels take their time at login
constexpr auto patienceLater = 10s;   // one that is restarted is back by then

} // namespace

WindowPresence::WindowPresence(QWidget& window, QObject* parent)
    : QObject(parent), m_window(window), m_timer(Clock::current().createTimer([this] {
          if (m_away && !m_trayVisible)
              m_window.showMinimized();
      }))
{
    window.installEventFilter(this);
}

WindowPresence::~WindowPresence() = default;

void WindowPresence::setTrayVisible(bool visible)
{
    m_trayVisible = visible;
    if (visible)
        m_timer->stop();
    else if (m_away)
        m_timer->startOnce(patienceLater);
}

void WindowPresence::putAway()
{
    if (!m_trayVisible)
        return m_window.showMinimized();
    m_away = true;
    m_window.hide();
}

void WindowPresence::startAway()
{
    m_away = true;
    if (!m_trayVisible)
        m_timer->startOnce(patienceAtStart);
}

bool WindowPresence::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == &m_window && event->type() == QEvent::Show) {
        m_away = false;
        m_timer->stop();
    }
    return QObject::eventFilter(watched, event);
}

} // namespace turnspit
