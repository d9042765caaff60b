#include <ui/detail/memorygrowth.h>

#include <algorithm>

using namespace std::chrono_literals;

namespace turnspit {
namespace {

constexpr auto warmUp = 10min;
constexpr auto leastTime = 40min;
constexpr auto wholeTime = 1h;
constexpr double leastShare = 0.25;
constexpr qint64 leastMemory = 10'000'000; ///< below it nobody minds

} // namespace

std::optional<double> memoryGrowth(const QList<UsageSample>& samples, WallTime now)
{
    // Of the run that lives: what comes after the last gap.
    auto begin = samples.cend();
    while (begin != samples.cbegin() && std::prev(begin)->memoryBytes)
        --begin;
    if (begin == samples.cend())
        return std::nullopt;
    // The hour is cut off somewhere in the middle of a run, unless it began within it.
    const bool began = begin != samples.cbegin() || begin->time > now - wholeTime + warmUp;
    const WallTime warm = began ? begin->time + warmUp : begin->time;
    const auto first =
        std::find_if(begin, samples.cend(), [warm](const UsageSample& sample) { return sample.time >= warm; });
    if (first == samples.cend() || now - first->time < leastTime)
        return std::nullopt;
    const auto before = static_cast<double>(*first->memoryBytes);
    const auto after = static_cast<double>(*samples.last().memoryBytes);
    const double middle = static_cast<double>(*(first + (samples.cend() - first) / 2)->memoryBytes);
    const double share = after / std::max(before, 1.0) - 1;
    // What went up and stays there is no leak.
    const bool grows = middle > before && after > middle;
    return grows && share >= leastShare && after >= leastMemory ? std::optional(share) : std::nullopt;
}

} // namespace turnspit
