#pragma once

#include <ui/notices/notice.h>
#include <ui/notices/pastevents.h>

#include <turnspit/async/taskscope.h>
#include <turnspit/base/clock.h>
#include <turnspit/control/hostsession.h>

#include <QHash>
#include <QObject>

#include <memory>

namespace turnspit {

class HostMirror;
class WindowMemory;

/// Tells what happened while nobody looked, from the host's events: a host that ended unexpectedly, services that were killed at
/// quit, runs that were missed. Each once, also over restarts of the program: the memory knows what was told.
///
/// Keys of notices: `news/lost` and `news/killed` go to `band`, `news/missed` to `outlet`; each has the button `review`. All four that
/// are given must outlive it. Main thread; asks the session when the host is there, and two seconds after a planned time has moved.
class HostNews final : public QObject
{
    Q_OBJECT
public:
    HostNews(HostSession& session, const HostMirror& mirror, NoticeOutlet& band, NoticeOutlet& outlet, WindowMemory& memory,
             QObject* parent = nullptr);
    ~HostNews() override;

    /// Shows what the notice of this key is about: the runs of one service, else a list over `window`. Nothing for other keys.
    void review(const QString& key, QWidget& window);

Q_SIGNALS:
    void serviceRequested(const QString& service);

private:
    void look();
    Task<> lookBack();
    Task<> askMissed();
    void tell(const PastEvents& past);
    void tellMissed(const QList<HostEvent>& missed);
    void show(NoticeOutlet& outlet, Notice notice, const QList<HostEvent>& about);

    HostSession& m_session;
    const HostMirror& m_mirror;
    NoticeOutlet& m_band;
    NoticeOutlet& m_outlet;
    WindowMemory& m_memory;
    QHash<QString, std::optional<WallTime>> m_planned;
    QHash<QString, std::pair<QString, QList<HostEvent>>> m_about; ///< by key of the notice: its summary, and what happened
    bool m_attached = false;
    std::unique_ptr<ClockTimer> m_missedTimer;
    TaskScope m_tasks; ///< last: destroyed before what its tasks use
};

} // namespace turnspit
