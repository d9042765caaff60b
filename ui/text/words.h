#pragma once

#include <turnspit/control/values.h>

#include <QDateTime>
#include <QString>

/// What people read, in the language of the application. `now` is the wall clock of the moment that is shown.
namespace turnspit::words {

[[nodiscard]] QString state(ServiceState state);       ///< "Backing off"
[[nodiscard]] QString kind(ServiceKind kind);          ///< "Kept running"
[[nodiscard]] QString outcome(Outcome outcome);        ///< "timed out"

/// "0.4 s", "12 s", "14 m 05 s", "3 h 12 m", "4 d 2 h"; negative as none.
[[nodiscard]] QString duration(std::chrono::microseconds time);

/// "in 14:05" within the next hour, else day and time: "today 18:00", "tomorrow 02:00", "Fri 24 Jul 02:00". Past: "now".
[[nodiscard]] QString upcoming(WallTime at, WallTime now);

/// Does not go stale while it is shown: "14:05" for today, else "yesterday 22:00", "tomorrow 02:00", or date and time.
[[nodiscard]] QString pointInTime(WallTime at, WallTime now);

/// The same of an end: "tomorrow" for the midnight that begins it.
[[nodiscard]] QString until(WallTime at, WallTime now);

/// A sentence of the host's with the times in it as a person reads them.
[[nodiscard]] QString withLocalTimes(const QString& text, WallTime now);

/// Date, time and zone: for tooltips.
[[nodiscard]] QString moment(WallTime at);

[[nodiscard]] QDateTime local(WallTime at);

[[nodiscard]] QString memory(qint64 bytes);  ///< "84 MB"
[[nodiscard]] QString percent(double value); ///< "2.1 %"

/// The cells of the list; "—" where there is nothing to say.
[[nodiscard]] QString nothing();
/// `heldUntil`, here and below: when its hold ends by itself.
[[nodiscard]] QString nextRun(const ServiceInfo& service, WallTime now, std::optional<WallTime> heldUntil = {});
[[nodiscard]] QString upTime(const ServiceInfo& service, WallTime now);
[[nodiscard]] QString lastResult(const ServiceInfo& service);

/// "SIGTERM sent, 7 s to SIGKILL", "… , then start".
[[nodiscard]] QString stopping(const StopInfo& stop, WallTime now);

/// State, since, reason and what happens next, in one line. `stop`: of one that is stopping, where its limit is known.
[[nodiscard]] QString why(const ServiceInfo& service, WallTime now, const StopInfo* stop = nullptr, std::optional<WallTime> heldUntil = {});

/// One sentence for those who hear the list: "mailer, backing off, retry in 14 seconds, last exit 1, fourth failure".
[[nodiscard]] QString rowSentence(const ServiceInfo& service, WallTime now, std::optional<WallTime> heldUntil = {});

/// "14 seconds", "5 minutes", "2 hours 10 minutes", "3 days": rounded to what a listener can keep.
[[nodiscard]] QString spokenDuration(std::chrono::seconds time);

/// Behind the header of numbers, which stand at the right, so that it does not touch the one after it.
inline constexpr QChar columnGap(0x2002);

[[nodiscard]] QString error(const Error& error);

/// Why something of a host could not be read; where it has gone, without the place at which it was.
[[nodiscard]] QString notRead(const Error& error);

} // namespace turnspit::words
