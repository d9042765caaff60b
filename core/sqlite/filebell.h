#pragma once

#include <functional>
#include <memory>
#include <string>

class QSocketNotifier;

namespace turnspit {

/// Tells other processes, and other objects of this one, that a file has news for them; they hear it as soon as their event loop turns.
/// Belongs to one thread. Only a hint: a process may die between its news and the ring, and some systems let nobody listen.
class FileBell
{
public:
    /// `heard` is called for each ring, also for those of this object. The file is there.
    FileBell(std::string file, std::function<void()> heard);
    ~FileBell();
    FileBell(const FileBell&) = delete;
    FileBell& operator=(const FileBell&) = delete;

    void ring() noexcept;

private:
    void read();

    const std::string m_file;
    const std::function<void()> m_heard;
    int m_descriptor = -1; ///< -1: nobody listens
    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace turnspit
