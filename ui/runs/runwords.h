#pragma once

#include <turnspit/control/values.h>

#include <QString>

/// What people read about one run, in the language of the application. `now` is the wall clock of the moment that is shown.
namespace turnspit::runwords {

/// How it ended, with the number where there is one: "succeeded", "exit 127: command not found", "crashed (SIGSEGV)", "running".
[[nodiscard]] QString result(const RunInfo& run);

/// What a common exit code means; empty for those that are the program's own business.
[[nodiscard]] QString exitCode(int code);

/// What a signal that ended a program means: "crashed", "killed, perhaps out of memory".
[[nodiscard]] QString signal(const QString& name);

[[nodiscard]] QString trigger(Trigger trigger); ///< "by schedule", "by hand (tray)"

/// "today 13:50:02", "yesterday 22:14:00", "20/11/2026 04:00:00".
[[nodiscard]] QString started(WallTime at, WallTime now);

/// How long it took, so far where it runs; "—" where nothing ran.
[[nodiscard]] QString took(const RunInfo& run, WallTime now);

/// "took 2.1 s, usually 0.7 s"; `usual` in seconds, if it is known.
[[nodiscard]] QString tookComparedTo(const RunInfo& run, std::optional<double> usual, WallTime now);

[[nodiscard]] QString cpu(const RunInfo& run);        ///< "1.2 s"
[[nodiscard]] QString peakMemory(const RunInfo& run); ///< "212 MB"
[[nodiscard]] QString logLines(const RunInfo& run);   ///< "4,102"

/// The reason, where it says more than the result does; else empty.
[[nodiscard]] QString reason(const RunInfo& run, WallTime now);

/// One sentence for those who hear the table: "run 41, failed, exit 1, started today 13:50:02, took 2 s, by schedule".
[[nodiscard]] QString sentence(const RunInfo& run, WallTime now);

} // namespace turnspit::runwords
