#include <turnspit/keep/logstore.h>

#include <algorithm>
#include <vector>

namespace turnspit::keep {

namespace {

constexpr std::size_t maxIdle = 32;

} // namespace

std::shared_ptr<SegmentWriter> LogStore::open(const LogPlan& plan)
{
    if (const auto found = m_writers.find(plan.folder); found != m_writers.end()) {
        found->second->setPlan(plan);
        return found->second;
    }
    auto writer = std::make_shared<SegmentWriter>(plan, &m_budget);
    m_writers[plan.folder] = writer;
    m_recent.push_front(plan.folder);
    closeIdle();
    return writer;
}

SegmentWriter* LogStore::find(const std::string& folder) const
{
    const auto found = m_writers.find(folder);
    return found == m_writers.end() ? nullptr : found->second.get();
}

/// The ones opened first go first; those in use move to the front, so that they are not looked at every time.
void LogStore::closeIdle()
{
    for (std::size_t looks = m_recent.size() > maxIdle ? 2 : 0; looks > 0; --looks) {
        const auto writer = m_writers.find(m_recent.back());
        if (writer->second.use_count() == 1 && !writer->second->failing()) {
            m_writers.erase(writer);
            m_recent.pop_back();
        } else {
            m_recent.splice(m_recent.begin(), m_recent, std::prev(m_recent.end()));
        }
    }
}

void LogStore::retry(WallTime now)
{
    for (const auto& [folder, writer] : m_writers)
        if (writer->failing())
            writer->retry(now);
}

} // namespace turnspit::keep
