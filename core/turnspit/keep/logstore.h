#pragma once

#include <turnspit/keep/logbudget.h>
#include <turnspit/keep/segmentwriter.h>

#include <list>
#include <memory>
#include <string>
#include <unordered_map>

namespace turnspit::keep {

/// The writers of a keeper: one for each folder, shared by the run that writes and the marks that come from elsewhere.
/// Writers that nobody holds stay open for a while, so that a mark costs one write. One thread.
class LogStore
{
public:
    explicit LogStore(std::string root) : m_budget(std::move(root)) {}

    /// The writer of plan.folder, with the caps of this plan.
    [[nodiscard]] std::shared_ptr<SegmentWriter> open(const LogPlan& plan);

    /// Null: not open.
    [[nodiscard]] SegmentWriter* find(const std::string& folder) const;

    [[nodiscard]] LogBudget& budget() { return m_budget; }

    /// Writers that could not write everything try again.
    void retry(WallTime now);

private:
    void closeIdle();

    LogBudget m_budget;
    std::unordered_map<std::string, std::shared_ptr<SegmentWriter>> m_writers;
    std::list<std::string> m_recent; ///< folders, last used first; at most a few idle ones
};

} // namespace turnspit::keep
