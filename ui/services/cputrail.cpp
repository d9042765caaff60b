#include <ui/services/cputrail.h>

#include <ui/text/words.h>

#include <QCoreApplication>

#include <algorithm>

namespace turnspit {
namespace {

struct Trail
{
    Q_DECLARE_TR_FUNCTIONS(turnspit::CpuTrail)
};

} // namespace

double CpuTrail::most() const
{
    double most = 0;
    for (const UsageSample& sample : samples)
        most = std::max(most, sample.cpuPercent.value_or(0));
    return most;
}

QString CpuTrail::sentence() const
{
    std::optional<double> least;
    for (const UsageSample& sample : samples) {
        if (sample.cpuPercent)
            least = std::min(least.value_or(*sample.cpuPercent), *sample.cpuPercent);
    }
    if (!least)
        return {};
    const QString busy =
        Trail::tr("CPU between %1 and %2 in the last 10 minutes").arg(words::percent(*least), words::percent(most()));
    if (ends.isEmpty())
        return busy;
    return Trail::tr("%1, %2", "how busy it was, how many runs ended")
        .arg(busy, Trail::tr("%n run(s) ended", nullptr, static_cast<int>(ends.size())));
}

} // namespace turnspit
