#pragma once

#include <turnspit/control/values.h>

#include <ui/theme/icons.h>

#include <QHash>
#include <QString>
#include <QStringList>

namespace turnspit {

/// All services of a host in one word: what the tray icon shows.
enum class Overall {
    NothingRunning,
    AllWell,
    Working,     ///< something starts, stops or backs off
    Failed,      ///< and nobody has looked at it yet
    Held,        ///< every schedule is held, or notices are
    Unreachable, ///< no host is there, or it does not answer
};

/// What the overall state is made of.
struct OverallInput
{
    QList<ServiceInfo> services;
    QStringList unseen;                     ///< failures, newest first
    bool live = true;                       ///< a host is connected
    bool silent = false;                    ///< ... and does not answer
    QHash<QString, WallTime> holdEnds = {}; ///< of the holds that end by themselves
    std::optional<WallTime> noticesHeldUntil = {};
    bool quitting = false; ///< services are being stopped because the program ends
};

[[nodiscard]] Overall overall(const OverallInput& input);

/// What the icon of the tray shows of it.
[[nodiscard]] TrayShape shapeOf(Overall state);

/// One line that does not go stale while nothing changes: times are points in time.
[[nodiscard]] QString overallText(const OverallInput& input, WallTime now);

/// How many services quitting would stop.
[[nodiscard]] int liveCount(const QList<ServiceInfo>& services);

/// Something of it runs, or is about to again without being asked.
[[nodiscard]] bool isLive(const ServiceInfo& service);

} // namespace turnspit
