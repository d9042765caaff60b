#include <ipc/heldchanges.h>

#include <algorithm>
#include <utility>

namespace turnspit {

void HeldChanges::add(const Delta& delta)
{
    const Revision before{delta.revision.value - 1};
    if (!m_to)
        m_from = before;
    else if (*m_to != before)
        m_from = {};
    m_to = delta.revision;
    for (const QString& name : delta.removed) {
        m_changed.remove(name);
        m_removed.insert(name);
    }
    for (const ServiceInfo& service : delta.changed) {
        m_removed.remove(service.name);
        m_changed.insert(service.name, service);
    }
    if (delta.host)
        m_host = delta.host;
}

void HeldChanges::replaceAll(Revision revision)
{
    *this = {};
    m_to = revision;
}

void HeldChanges::restFrom(Revision snapshot)
{
    if (!m_to)
        return;
    if (*m_to <= snapshot)
        *this = {};
    else if (m_from)
        m_from = std::max(m_from, snapshot);
}

HeldChanges::Merged HeldChanges::take()
{
    const HeldChanges held = std::exchange(*this, {});
    Merged merged{held.m_from, Delta{held.m_to.value_or(Revision{}), held.m_changed.values(), held.m_removed.values(), held.m_host}};
    std::sort(merged.delta.removed.begin(), merged.delta.removed.end());
    return merged;
}

} // namespace turnspit
