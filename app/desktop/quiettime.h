#pragma once

#include <ui/notices/noticehold.h>
#include <ui/services/holdspan.h>

#include <QObject>
#include <QPointer>

#include <array>

class QAction;

namespace turnspit {
class MainWindow;
class WindowMemory;
} // namespace turnspit

namespace turnspit::desktop {

/// The person's end of holding notices: actions for it in the window, and the end of the hold remembered with the
/// window, so that it outlives the program.
///
/// objectNames: actionHoldNoticesHour, actionHoldNoticesTomorrow, actionResumeNotices.
class QuietTime final : public QObject
{
    Q_OBJECT
public:
    /// The hold must outlive it.
    explicit QuietTime(NoticeHold& hold, QObject* parent = nullptr);
    ~QuietTime() override;

    /// Into the menus of this window, and on with what it remembers.
    void addTo(MainWindow& window);

    void hold(HoldSpan span);

private:
    void changed();

    NoticeHold& m_hold;
    std::array<QAction*, 3> m_actions{}; ///< the last one ends it
    QPointer<WindowMemory> m_memory;
};

} // namespace turnspit::desktop
