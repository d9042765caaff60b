#include <turnspit/keep/keeper.h>

#include <algorithm>

#include <unistd.h>

namespace turnspit::keep {

void Keeper::recover(const Journal::Contents& contents)
{
    for (const Ended& end : contents.ends)
        m_ends[end.run] = end;

    std::vector<Run*> lost;
    for (const BeginRecord& record : contents.open) {
        auto owned = std::make_unique<Run>();
        Run& run = *owned;
        run.id = record.run;
        run.service = record.service;
        run.key = record.key;
        run.trigger = record.trigger;
        run.attempt = record.attempt;
        run.log = record.log;
        run.pid = record.pid;
        run.start = record.start;
        run.began = record.began;
        run.logBegin = record.logBegin;
        run.writer = m_logs.open(record.log);
        run.linesBefore = run.writer->lines();
        run.lost = true;
        run.leaderGone = true;
        run.groupGone = true;
        m_folders[run.service] = run.log.folder;
        m_recovered.insert(run.id);

        const WallTime now = wallClockNow();
        const WallTime last = run.writer->lastTime();
        run.writer->finishStreams(now);
        if (run.log.capture && last != WallTime{})
            run.writer->mark("output may be missing from " + formatRfc3339(last), now);
        m_runs[run.id] = std::move(owned);
        if (record.boot == m_boot)
            lost.push_back(&run);
        else
            finish(run); // nothing of it has survived the end of the machine
    }
    if (lost.empty())
        return;
    const auto alive = lostAlive(lost);
    std::vector<Run*> toKill;
    for (Run* run : lost) {
        if (!alive.contains(run->id)) {
            finish(*run);
            continue;
        }
        beginKill(*run, "keeper lost");
        toKill.push_back(run);
    }
    if (!toKill.empty())
        killRound(toKill);
}

/// What lives of runs that are not our children: their orphans went to somebody else, so everything has to be looked
/// at. A process belongs to a run as its leader, by TURNSPIT_KEY, by session or group of the leader (unless the number
/// has a new owner), or because it descends from one that does.
std::unordered_map<RunId, std::vector<ProcessStat>> Keeper::lostAlive(const std::vector<Run*>& runs) const
{
    std::unordered_map<RunId, std::vector<ProcessStat>> out;
    std::unordered_map<pid_t, const Run*> byLeader;
    std::unordered_map<std::string, const Run*> byKey;
    for (const Run* run : runs) {
        byLeader[run->pid] = run;
        byKey[run->key] = run;
    }

    const std::vector<ProcessStat> all = readAll();
    std::unordered_map<pid_t, std::vector<const ProcessStat*>> children;
    for (const ProcessStat& process : all) {
        children[process.parent].push_back(&process);
        if (const auto leader = byLeader.find(process.pid);
            leader != byLeader.end() && leader->second->start != process.start)
            byLeader.erase(leader);
    }

    std::unordered_map<pid_t, const Run*> owners;
    std::vector<const ProcessStat*> todo;
    const auto claim = [&](const ProcessStat& process, const Run* run) {
        if (process.pid != ::getpid() && owners.try_emplace(process.pid, run).second)
            todo.push_back(&process);
    };
    for (const ProcessStat& process : all) {
        const Run* run = nullptr;
        for (const pid_t id : {process.pid, process.session, process.group})
            if (const auto leader = byLeader.find(id);
                !run && leader != byLeader.end() && process.start >= leader->second->start)
                run = leader->second;
        if (!run)
            if (const auto value = readVariable(process.pid, "TURNSPIT_KEY"))
                if (const auto key = byKey.find(*value); key != byKey.end() && process.start >= key->second->start)
                    run = key->second;
        if (run)
            claim(process, run);
    }
    for (std::size_t i = 0; i < todo.size(); ++i)
        if (const auto found = children.find(todo[i]->pid); found != children.end())
            for (const ProcessStat* child : found->second)
                claim(*child, owners[todo[i]->pid]);
    for (const ProcessStat* process : todo)
        if (process->isAlive())
            out[owners[process->pid]->id].push_back(*process);
    return out;
}

} // namespace turnspit::keep
