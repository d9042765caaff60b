#pragma once

#include <turnspit/control/values.h>

#include <QMap>
#include <QSet>

#include <optional>

namespace turnspit {

/// Deltas that a client has not been sent yet, merged into one: the last value of each service, whatever their number.
class HeldChanges
{
public:
    struct Merged
    {
        Revision from; ///< the revision that it leads from; 0: what the client knows is void
        Delta delta;
    };

    [[nodiscard]] bool isEmpty() const noexcept { return !m_to; }

    /// Deltas in the order of their revisions; a gap makes what the client knows void.
    void add(const Delta& delta);

    /// Whatever the client knows is void at `revision`: it has to ask for a snapshot.
    void replaceAll(Revision revision);

    /// The client got a snapshot of this revision: what led there is forgotten, what comes after it leads from there.
    void restFrom(Revision snapshot);

    /// Not on an empty one; empty afterwards.
    [[nodiscard]] Merged take();

private:
    Revision m_from;
    std::optional<Revision> m_to;
    QMap<QString, ServiceInfo> m_changed;
    QSet<QString> m_removed;
    std::optional<HostInfo> m_host;
};

} // namespace turnspit
