#include <ui/runs/runwords.h>

#include <ui/runs/outcomes.h>
#include <ui/text/words.h>

#include <QCoreApplication>
#include <QLocale>

using namespace std::chrono;

namespace turnspit::runwords {
namespace {

/// Translation context of the free functions here.
struct RunWords
{
    Q_DECLARE_TR_FUNCTIONS(turnspit::RunWords)
};

microseconds length(double secondsLong)
{
    return duration_cast<microseconds>(duration<double>(secondsLong));
}

QString withMeaning(const QString& fact, const QString& meaning)
{
    return meaning.isEmpty() ? fact : RunWords::tr("%1: %2", "a fact such as 'exit 127', what it means").arg(fact, meaning);
}

} // namespace

QString exitCode(int code)
{
    switch (code) {
    case 126:
        return RunWords::tr("command is not executable");
    case 127:
        return RunWords::tr("command not found");
    case 130:
        return RunWords::tr("interrupted (signal 2)");
    case 134:
        return RunWords::tr("aborted (signal 6)");
    case 137:
        return RunWords::tr("killed (signal 9), maybe out of memory");
    case 139:
        return RunWords::tr("crashed (signal 11)");
    case 143:
        return RunWords::tr("asked to end (signal 15)");
    default:
        return {};
    }
}

QString signal(const QString& name)
{
    if (name == QLatin1String("SIGKILL"))
        return RunWords::tr("killed, maybe out of memory");
    if (name == QLatin1String("SIGSEGV") || name == QLatin1String("SIGBUS") || name == QLatin1String("SIGILL"))
        return RunWords::tr("crashed");
    if (name == QLatin1String("SIGFPE"))
        return RunWords::tr("crashed on arithmetic");
    if (name == QLatin1String("SIGABRT"))
        return RunWords::tr("gave up by itself (abort)");
    if (name == QLatin1String("SIGTERM") || name == QLatin1String("SIGINT") || name == QLatin1String("SIGQUIT"))
        return RunWords::tr("somebody else ended it");
    if (name == QLatin1String("SIGHUP"))
        return RunWords::tr("its terminal went away");
    if (name == QLatin1String("SIGPIPE"))
        return RunWords::tr("nobody read its output");
    if (name == QLatin1String("SIGXCPU"))
        return RunWords::tr("used too much processor time");
    return {};
}

QString result(const RunInfo& run)
{
    if (!run.outcome)
        return RunWords::tr("running", "a run that has not ended");
    if (*run.outcome != Outcome::Failed)
        return words::outcome(*run.outcome);
    if (run.signal)
        return withMeaning(*run.signal, signal(*run.signal));
    if (run.exitCode)
        return withMeaning(RunWords::tr("exit %1", "exit code of a command").arg(*run.exitCode), exitCode(*run.exitCode));
    return words::outcome(*run.outcome);
}

QString trigger(Trigger trigger)
{
    switch (trigger) {
    case Trigger::Start:
        return RunWords::tr("at start");
    case Trigger::Schedule:
        return RunWords::tr("by schedule");
    case Trigger::CatchUp:
        return RunWords::tr("caught up");
    case Trigger::Restart:
        return RunWords::tr("restarted by policy");
    case Trigger::Dependency:
        return RunWords::tr("for a dependency");
    case Trigger::Window:
        return RunWords::tr("by hand (window)");
    case Trigger::Tray:
        return RunWords::tr("by hand (tray)");
    case Trigger::Ctl:
        return RunWords::tr("by hand (CLI)");
    }
    return {};
}

QString started(WallTime at, WallTime now)
{
    const QDateTime then = words::local(at);
    const QString time = then.time().toString(QStringLiteral("HH:mm:ss"));
    const auto days = then.date().daysTo(words::local(now).date());
    if (days == 0)
        return RunWords::tr("today %1").arg(time);
    if (days == 1)
        return RunWords::tr("yesterday %1").arg(time);
    return RunWords::tr("%1 %2", "date, time").arg(QLocale().toString(then.date(), QLocale::ShortFormat), time);
}

QString took(const RunInfo& run, WallTime now)
{
    if (!outcomes::hasRun(run))
        return words::nothing();
    if (run.duration)
        return words::duration(length(*run.duration));
    return run.end ? words::nothing() : words::duration(now - run.begin);
}

QString tookComparedTo(const RunInfo& run, std::optional<double> usual, WallTime now)
{
    if (!outcomes::hasRun(run))
        return {};
    const QString text = run.end ? RunWords::tr("took %1", "%1 is a duration").arg(took(run, now))
                                 : RunWords::tr("running for %1", "%1 is a duration").arg(words::duration(now - run.begin));
    return usual ? RunWords::tr("%1, usually %2", "'took 2 s', a duration").arg(text, words::duration(length(*usual))) : text;
}

QString cpu(const RunInfo& run)
{
    return run.cpuSeconds ? words::duration(length(*run.cpuSeconds)) : words::nothing();
}

QString peakMemory(const RunInfo& run)
{
    return run.peakMemoryBytes ? words::memory(*run.peakMemoryBytes) : words::nothing();
}

QString logLines(const RunInfo& run)
{
    // What a live run has written is counted at its end.
    return outcomes::hasRun(run) && run.end ? QLocale().toString(run.logLines) : words::nothing();
}

QString reason(const RunInfo& run, WallTime now)
{
    if (!run.reason || run.reason->isEmpty())
        return {};
    if (run.exitCode && (*run.reason == QStringLiteral("exit %1").arg(*run.exitCode) || *run.reason == QStringLiteral("exit code %1").arg(*run.exitCode)))
        return {};
    return words::withLocalTimes(*run.reason, now);
}

QString sentence(const RunInfo& run, WallTime now)
{
    QStringList parts{RunWords::tr("run %1", "number of a run").arg(run.id.value)};
    if (run.outcome == Outcome::Failed)
        parts += words::outcome(Outcome::Failed);
    parts += result(run);
    if (const QString why = reason(run, now); !why.isEmpty())
        parts += why;
    parts += started(run.begin, now);
    if (const QString time = tookComparedTo(run, std::nullopt, now); !time.isEmpty())
        parts += time;
    parts += trigger(run.trigger);
    parts.removeDuplicates();
    return parts.join(QStringLiteral(", "));
}

} // namespace turnspit::runwords
