#pragma once

#include <turnspit/control/values.h>

#include <QList>
#include <QString>

namespace turnspit {

/// What happened between the present start of the host and the one before it, from the host's own events.
struct PastEvents
{
    std::optional<WallTime> start;  ///< of the present host; null: not among the events
    std::optional<HostEvent> lost;  ///< the host before it was not ended properly; its time is the last sign of life
    QList<HostEvent> wentOn;        ///< since it was lost, one a run, as the next
    QList<HostEvent> ended;
    QList<HostEvent> killedAtQuit;

    /// `events`: oldest first.
    [[nodiscard]] static PastEvents of(const QList<HostEvent>& events);
};

/// One record of runs that were not made.
struct MissedEvent
{
    int count = 1;
    std::optional<WallTime> first; ///< planned times
    std::optional<WallTime> last;
    bool asleep = false;           ///< else the host was not running

    /// Of an event `runs-missed`.
    [[nodiscard]] static MissedEvent of(const HostEvent& event);
};

namespace words {

/// What the event says without its kind, for people: "did not stop within 20s".
[[nodiscard]] QString eventReason(const HostEvent& event);

/// The event as one line: "ended meanwhile: exit 1".
[[nodiscard]] QString event(const HostEvent& event, WallTime now);

} // namespace words
} // namespace turnspit
