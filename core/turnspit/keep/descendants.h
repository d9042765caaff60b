#pragma once

#include <turnspit/base/ids.h>
#include <turnspit/keep/processes.h>

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace turnspit::keep {

/// Knows which processes belong to which run: leaders, what descends from them, and the orphans that came to the keeper
/// because it is their subreaper. An orphan is attributed by: having been seen as a member while its parent lived;
/// session or group of a known member; TURNSPIT_KEY in its environment. What cannot be attributed belongs to nobody and
/// is never touched.
///
/// Costs are for one tree at a time: `children` files, no sweep over all processes. One thread; the owner reaps.
class Descendants
{
public:
    void began(RunId run, pid_t leader, const std::string& key);

    /// A further process of the run that is a child of the keeper (a stop command).
    void joined(RunId run, pid_t pid);

    void forget(RunId run);

    /// Was reaped: whose was it?
    std::optional<RunId> reaped(pid_t pid);

    /// Looks for orphans that came since.
    void refresh();

    /// What lives of the run now (zombies are not counted), among the orphans that refresh() saw. Remembers what it
    /// finds.
    [[nodiscard]] std::vector<ProcessStat> alive(RunId run);

    /// Orphans that belong to no run.
    [[nodiscard]] std::size_t strangers() const { return m_strangers; }

private:
    struct Tree
    {
        pid_t leader = 0; ///< 0: reaped
        std::string key;
        std::vector<pid_t> orphans;
        std::vector<pid_t> members;
        std::vector<pid_t> sessions;
    };
    void remember(RunId run, Tree& tree, const ProcessStat& stat);
    [[nodiscard]] std::optional<RunId> ownerOf(const ProcessStat& stat) const;

    std::unordered_map<RunId, Tree> m_trees;
    std::unordered_map<pid_t, RunId> m_leaders;
    std::unordered_map<pid_t, std::optional<RunId>>
        m_orphans; ///< our children that lead no run; cannot be reused before we reap
    std::unordered_map<pid_t, std::pair<std::uint64_t, RunId>> m_members;
    std::unordered_map<pid_t, RunId> m_sessions;
    std::unordered_map<std::string, RunId> m_keys;
    std::vector<pid_t> m_children; ///< room to read into
    std::size_t m_strangers = 0;
};

} // namespace turnspit::keep
