#include <turnspit/session/logwatches.h>

#include <algorithm>
#include <iterator>

namespace turnspit {

LogWatches::Watch::Watch(LogWatches& watches, std::string service) : m_watches(watches), m_service(std::move(service))
{
    auto& others = m_watches.m_watches[m_service];
    others.insert(this);
    if (others.size() == 1)
        m_watches.m_tell(m_service, true);
}

LogWatches::Watch::~Watch()
{
    const auto others = m_watches.m_watches.find(m_service);
    others->second.erase(this);
    if (!others->second.empty())
        return;
    m_watches.m_watches.erase(others);
    m_watches.m_tell(m_service, false);
}

void LogWatches::written(const std::string& service)
{
    const auto watches = m_watches.find(service);
    if (watches == m_watches.end())
        return;
    for (Watch* const watch : watches->second)
        watch->m_news.set(); // resumes nobody inside of this
}

std::vector<std::string> LogWatches::watched() const
{
    std::vector<std::string> out;
    std::ranges::transform(m_watches, std::back_inserter(out), [](const auto& entry) { return entry.first; });
    return out;
}

} // namespace turnspit
