#include <turnspit/keep/processes.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace turnspit::keep {

namespace {

/// Appends what the file holds, up to `limit` bytes; false if it cannot be read.
bool readFile(const char* path, std::string& out, std::size_t limit)
{
    const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    char buffer[4096];
    bool ok = true;
    while (out.size() < limit) {
        const ssize_t n = ::read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR)
            continue;
        ok = n >= 0;
        if (n <= 0)
            break;
        out.append(buffer, static_cast<std::size_t>(n));
    }
    ::close(fd);
    return ok;
}

template <class T>
T takeNumber(std::string_view& text)
{
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

pid_t pidOf(const char* name)
{
    std::string_view text(name);
    if (text.empty() || text.front() < '0' || text.front() > '9')
        return 0;
    return takeNumber<pid_t>(text);
}

/// False where there is no such file.
bool appendChildren(pid_t pid, pid_t thread, std::vector<pid_t>& out)
{
    char path[64];
    std::snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, thread);
    std::string text;
    const bool known = readFile(path, text, 64U << 20U) || errno != ENOENT;
    std::string_view rest(text);
    while (const auto child = takeNumber<pid_t>(rest))
        out.push_back(child);
    return known;
}

} // namespace

std::optional<ProcessStat> readStat(pid_t pid)
{
    char path[32];
    std::snprintf(path, sizeof path, "/proc/%d/stat", pid);
    const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return std::nullopt;
    char buffer[1024];
    const ssize_t size = ::read(fd, buffer, sizeof buffer);
    ::close(fd);
    if (size <= 0)
        return std::nullopt;
    std::string_view text(buffer, static_cast<std::size_t>(size));
    const std::size_t name = text.rfind(')');
    if (name == std::string_view::npos || name + 3 > text.size())
        return std::nullopt;
    text.remove_prefix(name + 2);

    ProcessStat stat;
    stat.pid = pid;
    stat.state = text.front();
    text.remove_prefix(1);
    stat.parent = takeNumber<pid_t>(text);
    stat.group = takeNumber<pid_t>(text);
    stat.session = takeNumber<pid_t>(text);
    for (int field = 7; field < 20; ++field)
        takeNumber<long long>(text);
    stat.threads = takeNumber<int>(text);
    takeNumber<long long>(text);
    stat.start = takeNumber<std::uint64_t>(text);
    return stat;
}

bool readChildren(pid_t pid, std::vector<pid_t>& out)
{
    char path[64];
    std::snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR* tasks = ::opendir(path);
    if (!tasks)
        return true; // gone: it has no children any more
    bool known = true;
    while (const dirent* task = ::readdir(tasks)) {
        const pid_t thread = pidOf(task->d_name);
        if (thread == 0)
            continue;
        if (!appendChildren(pid, thread, out) && thread == pid && ::kill(pid, 0) == 0)
            known = false;
    }
    ::closedir(tasks);
    return known;
}

void readChildrenOfOnlyThread(pid_t pid, std::vector<pid_t>& out)
{
    appendChildren(pid, pid, out);
}

std::vector<ProcessStat> readAll()
{
    std::vector<ProcessStat> out;
    DIR* proc = ::opendir("/proc");
    if (!proc)
        return out;
    const uid_t user = ::getuid();
    while (const dirent* found = ::readdir(proc)) {
        const pid_t pid = pidOf(found->d_name);
        struct stat owner{};
        if (pid == 0 || ::fstatat(::dirfd(proc), found->d_name, &owner, 0) != 0 || (user != 0 && owner.st_uid != user))
            continue;
        if (const auto stat = readStat(pid))
            out.push_back(*stat);
    }
    ::closedir(proc);
    return out;
}

std::optional<std::string> readVariable(pid_t pid, std::string_view name)
{
    char path[32];
    std::snprintf(path, sizeof path, "/proc/%d/environ", pid);
    std::string text;
    readFile(path, text, 4U << 20U);
    std::string_view rest(text);
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\0'), rest.size());
        const std::string_view variable = rest.substr(0, end);
        if (variable.size() > name.size() && variable.starts_with(name) && variable[name.size()] == '=')
            return std::string(variable.substr(name.size() + 1));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return std::nullopt;
}

std::string bootId()
{
    std::string text;
    readFile("/proc/sys/kernel/random/boot_id", text, 64);
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    return text;
}

bool signalProcess(pid_t pid, std::uint64_t start, int signal)
{
    // The descriptor holds the process, not the number: what is checked through it cannot be another one when the
    // signal goes.
    const auto fd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (fd < 0 && errno != ENOSYS && errno != EMFILE && errno != ENFILE)
        return false;
    const auto stat = readStat(pid);
    const bool same = stat && stat->start == start;
    bool sent = false;
    if (same && fd >= 0)
        sent = ::syscall(SYS_pidfd_send_signal, fd, signal, nullptr, 0) == 0;
    else if (same)
        sent = ::kill(pid, signal) == 0;
    if (fd >= 0)
        ::close(fd);
    return sent;
}

} // namespace turnspit::keep
