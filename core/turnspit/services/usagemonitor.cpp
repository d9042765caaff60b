#include <turnspit/services/usagemonitor.h>

#include <charconv>
#include <cstdio>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace turnspit {

namespace {

/// The beginning of a small file of /proc; empty where it is gone.
std::string_view readSmall(const char* path, char* buffer, std::size_t size)
{
    const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return {};
    const ssize_t got = ::read(fd, buffer, size);
    ::close(fd);
    return {buffer, got > 0 ? static_cast<std::size_t>(got) : 0};
}

struct ProcessUsage
{
    std::uint64_t ticks = 0; ///< user and system, of the process and of the children it has waited for
    std::int64_t pages = 0;
};

std::optional<ProcessUsage> usageOf(int pid)
{
    char path[64];
    char buffer[1024];
    std::snprintf(path, sizeof path, "/proc/%d/stat", pid);
    std::string_view text = readSmall(path, buffer, sizeof buffer);
    // The name may hold anything, also blanks and parentheses: fields are counted from the last one.
    const auto close = text.rfind(')');
    if (close == std::string_view::npos)
        return std::nullopt;
    text.remove_prefix(close + 1);
    ProcessUsage usage;
    for (int field = 3; !text.empty(); ++field) {
        text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(word.size());
        std::int64_t value = 0;
        std::from_chars(word.data(), word.data() + word.size(), value);
        if (field >= 14 && field <= 17)
            usage.ticks += static_cast<std::uint64_t>(value);
        if (field == 24) {
            usage.pages = value;
            break;
        }
    }
    return usage;
}

void addChildren(int pid, std::vector<int>& out)
{
    char path[64];
    char buffer[4096];
    std::snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
    std::string_view text = readSmall(path, buffer, sizeof buffer);
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        int child = 0;
        if (std::from_chars(word.data(), word.data() + word.size(), child).ec == std::errc() && child > 0)
            out.push_back(child);
    }
}

} // namespace

std::vector<UsageMonitor::Usage> UsageMonitor::sample(const std::vector<Target>& targets)
{
    static const double ticksPerSecond = static_cast<double>(::sysconf(_SC_CLK_TCK));
    static const std::int64_t pageSize = ::sysconf(_SC_PAGESIZE);

    std::vector<Usage> out;
    std::map<std::uint64_t, Before> now;
    std::vector<int> tree;
    for (const Target& target : targets) {
        Usage usage{target.service, target.run, std::nullopt, 0};
        std::uint64_t ticks = 0;
        bool alive = false;
        tree.assign(1, target.pid);
        for (std::size_t i = 0; i < tree.size() && i < 100'000; ++i) {
            const auto one = usageOf(tree[i]);
            if (!one)
                continue;
            alive = true;
            ticks += one->ticks;
            usage.memoryBytes += one->pages * pageSize;
            addChildren(tree[i], tree);
        }
        if (!alive)
            continue;
        const Before current{ticks, BootClock::now()};
        if (const auto before = m_before.find(target.run); before != m_before.end()) {
            const double seconds = std::chrono::duration<double>(current.at - before->second.at).count();
            // A member that left the tree takes its time with it: never below zero.
            const double used = ticks > before->second.ticks ? static_cast<double>(ticks - before->second.ticks) / ticksPerSecond : 0.0;
            if (seconds > 0)
                usage.cpuPercent = used / seconds * 100.0;
        }
        now.emplace(target.run, current);
        out.push_back(std::move(usage));
    }
    m_before = std::move(now);
    return out;
}

} // namespace turnspit
