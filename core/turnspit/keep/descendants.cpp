#include <turnspit/keep/descendants.h>

#include <algorithm>

#include <unistd.h>

namespace turnspit::keep {

void Descendants::began(RunId run, pid_t leader, const std::string& key)
{
    Tree& tree = m_trees[run];
    tree.leader = leader;
    tree.key = key;
    tree.sessions.push_back(leader);
    m_leaders[leader] = run;
    m_sessions[leader] = run;
    m_keys[key] = run;
}

void Descendants::joined(RunId run, pid_t pid)
{
    if (const auto tree = m_trees.find(run); tree != m_trees.end()) {
        m_orphans[pid] = run;
        tree->second.orphans.push_back(pid);
    }
}

void Descendants::forget(RunId run)
{
    const auto found = m_trees.find(run);
    if (found == m_trees.end())
        return;
    const Tree& tree = found->second;
    if (tree.leader != 0)
        m_leaders.erase(tree.leader);
    for (const pid_t pid : tree.members)
        if (const auto member = m_members.find(pid); member != m_members.end() && member->second.second == run)
            m_members.erase(member);
    for (const pid_t session : tree.sessions)
        if (const auto owner = m_sessions.find(session); owner != m_sessions.end() && owner->second == run)
            m_sessions.erase(owner);
    for (const pid_t pid : tree.orphans)
        if (const auto orphan = m_orphans.find(pid); orphan != m_orphans.end() && orphan->second == run) {
            orphan->second.reset();
            ++m_strangers;
        }
    m_keys.erase(tree.key);
    m_trees.erase(found);
}

std::optional<RunId> Descendants::reaped(pid_t pid)
{
    if (const auto leader = m_leaders.find(pid); leader != m_leaders.end()) {
        const RunId run = leader->second;
        m_trees[run].leader = 0;
        m_leaders.erase(leader);
        return run;
    }
    std::optional<RunId> run;
    if (const auto orphan = m_orphans.find(pid); orphan != m_orphans.end()) {
        run = orphan->second;
        if (run)
            std::erase(m_trees[*run].orphans, pid);
        else
            --m_strangers;
        m_orphans.erase(orphan);
    } else if (const auto member = m_members.find(pid); member != m_members.end()) {
        run = member->second.second;
    }
    m_members.erase(pid);
    return run;
}

std::optional<RunId> Descendants::ownerOf(const ProcessStat& stat) const
{
    if (const auto member = m_members.find(stat.pid); member != m_members.end() && member->second.first == stat.start)
        return member->second.second;
    for (const pid_t id : {stat.session, stat.group})
        if (const auto session = m_sessions.find(id); session != m_sessions.end())
            return session->second;
    if (const auto value = readVariable(stat.pid, "TURNSPIT_KEY"))
        if (const auto key = m_keys.find(*value); key != m_keys.end())
            return key->second;
    return std::nullopt;
}

void Descendants::refresh()
{
    m_children.clear();
    readChildren(::getpid(), m_children);
    for (const pid_t pid : m_children) {
        if (m_leaders.contains(pid) || m_orphans.contains(pid))
            continue;
        const auto stat = readStat(pid);
        if (!stat)
            continue;
        const std::optional<RunId> owner = ownerOf(*stat);
        m_orphans[pid] = owner;
        if (owner)
            m_trees[*owner].orphans.push_back(pid);
        else
            ++m_strangers;
    }
}

void Descendants::remember(RunId run, Tree& tree, const ProcessStat& stat)
{
    const auto [member, fresh] = m_members.insert_or_assign(stat.pid, std::pair(stat.start, run));
    if (fresh)
        tree.members.push_back(stat.pid);
    if (m_sessions.try_emplace(stat.session, run).second)
        tree.sessions.push_back(stat.session);
}

std::vector<ProcessStat> Descendants::alive(RunId run)
{
    std::vector<ProcessStat> out;
    const auto found = m_trees.find(run);
    if (found == m_trees.end())
        return out;
    Tree& tree = found->second;
    std::vector<pid_t> todo = tree.orphans;
    if (tree.leader != 0)
        todo.push_back(tree.leader);
    for (std::size_t i = 0; i < todo.size(); ++i) {
        const pid_t pid = todo[i];
        const auto stat = readStat(pid);
        if (!stat || !stat->isAlive())
            continue;
        out.push_back(*stat);
        remember(run, tree, *stat);
        if (stat->threads == 1)
            readChildrenOfOnlyThread(pid, todo);
        else
            readChildren(pid, todo);
    }
    return out;
}

} // namespace turnspit::keep
