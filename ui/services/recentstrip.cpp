#include <ui/services/recentstrip.h>

#include <ui/text/words.h>

#include <QCoreApplication>

#include <algorithm>

namespace turnspit {
namespace {

struct Strip
{
    Q_DECLARE_TR_FUNCTIONS(turnspit::RecentStrip)
};

} // namespace

std::optional<double> RecentStrip::medianDuration() const
{
    QList<double> durations;
    for (const Entry& entry : entries) {
        if (entry.duration)
            durations += *entry.duration;
    }
    if (durations.isEmpty())
        return std::nullopt;
    const auto middle = durations.begin() + durations.size() / 2;
    std::nth_element(durations.begin(), middle, durations.end());
    if (durations.size() % 2 == 1)
        return *middle;
    return (*middle + *std::max_element(durations.begin(), middle)) / 2;
}

QString RecentStrip::sentence() const
{
    if (entries.isEmpty())
        return {};
    const auto good = std::count_if(entries.begin(), entries.end(), [](const Entry& e) { return e.outcome == Outcome::Succeeded; });
    const QString share = Strip::tr("%1 of %n runs good", "%1 is how many were", static_cast<int>(entries.size())).arg(good);
    const auto median = medianDuration();
    if (!median)
        return share;
    const auto length = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::duration<double>(*median));
    return Strip::tr("%1, median %2", "how many runs were good, a duration").arg(share, words::duration(length));
}

RecentStrip RecentStrip::of(const QList<RunInfo>& newestFirst)
{
    RecentStrip strip;
    for (const RunInfo& run : newestFirst) {
        if (!run.outcome || strip.entries.size() == capacity)
            continue;
        const bool ran = *run.outcome != Outcome::Skipped && *run.outcome != Outcome::Missed;
        strip.entries.prepend({*run.outcome, ran ? run.duration : std::nullopt, ran ? run.end : std::nullopt});
    }
    return strip;
}

} // namespace turnspit
