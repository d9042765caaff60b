#pragma once

#include <turnspit/base/time.h>

#include <cstdint>
#include <string>
#include <unordered_map>

namespace turnspit::keep {

class SegmentWriter;

/// The cap on the logs of all services together. Knows the sum of all segments below one folder; before it would be
/// exceeded the oldest segments go, whose ever they are. One thread, shared by all writers of that thread.
class LogBudget
{
public:
    explicit LogBudget(std::string root) : m_root(std::move(root)) {}

    /// Bytes; 0: no cap. Counts what is there.
    void setLimit(std::uint64_t limit);

    void attach(const std::string& folder, SegmentWriter* writer) { m_writers[folder] = writer; }
    void detach(const std::string& folder) { m_writers.erase(folder); }

    void added(std::uint64_t bytes) { m_total += bytes; }
    void removed(std::uint64_t bytes) { m_total -= bytes < m_total ? bytes : m_total; }

    [[nodiscard]] bool fits(std::uint64_t bytes) const { return m_limit == 0 || m_total + bytes <= m_limit; }
    [[nodiscard]] std::uint64_t total() const { return m_total; }

    /// How many writers have something that they could not write, and why the last of them could not: an errno.
    void failing(bool more, int error)
    {
        m_failing += more ? 1 : -1;
        if (more)
            m_error = error;
    }
    [[nodiscard]] int failingWriters() const { return m_failing; }
    [[nodiscard]] int error() const { return m_error; }

    /// Removes the oldest segments until `bytes` more fit, with some room to spare: looking at every folder is not for
    /// every write.
    void makeRoom(std::uint64_t bytes);

private:
    std::string m_root;
    std::uint64_t m_limit = 0;
    std::uint64_t m_total = 0;
    int m_failing = 0;
    int m_error = 0;
    std::unordered_map<std::string, SegmentWriter*> m_writers;
};

} // namespace turnspit::keep
