#pragma once

namespace turnspit {

/// Numbers of what a host says in its log, category `turnspit::Host`. 1 to 11 as in .NET (B92); every event about a service names it,
/// in LogRecord::service and in the text (T17).
enum HostEventId {
    HostStarting = 1,             ///< debug
    HostStarted = 2,              ///< debug
    HostStopping = 3,             ///< debug
    HostStopped = 4,              ///< debug
    HostStoppedWithException = 5, ///< debug
    StartedCallbackFailed = 6,    ///< critical, as the next two
    StoppingCallbackFailed = 7,
    StoppedCallbackFailed = 8,
    ServiceFailed = 9,            ///< error: out of execute
    ServiceStopsHost = 10,        ///< critical
    ServiceStartFailed = 11,      ///< error: out of a constructor, starting, start or started

    ServiceStarted = 20,          ///< debug
    ServiceStopped = 21,          ///< debug
    ServiceCompleted = 22,        ///< debug
    ServiceStopFailed = 23,       ///< error: out of stopping, stop or stopped
    ServiceAbandoned = 24,        ///< error
    ServiceAbandonedEnded = 25,   ///< warning: what was left of an abandoned one has ended
    ServiceRestarts = 26,         ///< warning: when, and how often
    ServiceGaveUp = 27,           ///< error
    ServiceTickFailed = 28,       ///< error
    ServiceBlocksThread = 29,     ///< warning
    ServiceAnswersAgain = 30,     ///< info
    HostIdle = 31,                ///< info: HostOptions::stopWhenIdle

    OptionsChanged = 40,          ///< info: a file of the configuration was changed, and its options count
    OptionsRefused = 41,          ///< error: something is wrong with the changed file; the options stay as they were
};

/// Programs number their events from here on.
inline constexpr int firstProgramEvent = 1000;

} // namespace turnspit
