#include "watchdog.h"

#include <QAbstractItemView>
#include <QCoreApplication>
#include <QEvent>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <utility>

namespace turnspit::desktop {
namespace {

constexpr int interval = 50; // ms

long long now()
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// CPU time of this thread, in ms.
double worked()
{
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

} // namespace

std::unique_ptr<Watchdog> Watchdog::fromEnvironment()
{
    return qEnvironmentVariableIsSet("TURNSPIT_WATCHDOG") ? std::make_unique<Watchdog>() : nullptr;
}

Watchdog::Watchdog()
{
    qApp->installEventFilter(this);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &Watchdog::check);
    m_timer.start(interval);
    m_since.start();
    m_second.start();
    m_worked = worked();
}

bool Watchdog::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Paint && watched->parent() && watched->parent()->objectName() == QLatin1String("serviceView")) {
        if (auto* const list = qobject_cast<QAbstractItemView*>(watched->parent()))
            look(*list);
    }
    return QObject::eventFilter(watched, event);
}

void Watchdog::look(QAbstractItemView& list)
{
    if (m_list != &list) {
        m_list = &list;
        m_rows = 0;
        connect(list.selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] { m_changed = true; });
        connect(list.model(), &QAbstractItemModel::dataChanged, this,
                [this](const QModelIndex& from) { m_changed = m_changed || from.column() == 0; });
    }
    if (!m_telling && (m_changed || list.model()->rowCount() != m_rows)) {
        m_telling = true;
        QMetaObject::invokeMethod(this, &Watchdog::painted, Qt::QueuedConnection);
    }
}

void Watchdog::painted()
{
    m_telling = false;
    if (!m_list)
        return;
    const long long at = now();
    if (std::exchange(m_changed, false))
        std::fprintf(stderr, "watchdog feedback %lld\n", at);
    const int rows = m_list->model()->rowCount();
    if (std::exchange(m_rows, rows) == rows)
        return;
    const QPoint place = m_list->viewport()->mapToGlobal(QPoint());
    const QRect row = m_list->visualRect(m_list->model()->index(0, 0));
    std::fprintf(stderr, "watchdog list %d %lld %d %d %d\n", rows, at, place.x(), place.y(), row.height());
}

void Watchdog::check()
{
    m_latest = std::max(m_latest, static_cast<double>(m_since.nsecsElapsed()) / 1e6 - interval);
    m_since.start();
    const double now = worked();
    m_hardest = std::max(m_hardest, now - std::exchange(m_worked, now));
    if (m_second.elapsed() < 1000)
        return;
    m_second.start();
    std::fprintf(stderr, "watchdog late %.1f %.1f\n", std::exchange(m_latest, 0), std::exchange(m_hardest, 0));
}

} // namespace turnspit::desktop
