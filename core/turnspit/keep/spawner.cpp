#include <turnspit/keep/spawner.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

#if defined(__x86_64__)
#define TURNSPIT_CLONE3 1
#else
// The other architectures take glibc's clone(), which differs by some 50 µs for the 64 sigactions in the child.
#define TURNSPIT_CLONE3 0
#endif

namespace turnspit::keep {

namespace {

constexpr std::size_t stackSize = 64U << 10U;

/// Shared with the child, which runs in our memory while we wait for its exec.
struct Shared
{
    const SpawnPlan* plan = nullptr;
    const char* executable = nullptr;
    char* const* argv = nullptr;
    char* const* envp = nullptr;
    const char* folder = nullptr;
    char* record = nullptr; ///< recordText, and room behind it for pid and start time
    std::size_t recordSize = 0;
    bool resetSignals = false;

    SpawnStep step = SpawnStep::Prepare;
    int error = 0;
    bool recorded = false;
    std::uint64_t startTime = 0;
};

constexpr std::size_t recordTail = 64;

// In the child: no libc beyond syscall(), no allocation, nothing instrumented. The parent's errno is overwritten; it
// does not care.

__attribute__((no_sanitize("address", "thread", "undefined"), noinline)) char* putText(char* out, const char* text)
{
    while (*text != '\0')
        *out++ = *text++;
    return out;
}

__attribute__((no_sanitize("address", "thread", "undefined"), noinline)) char* putNumber(char* out, std::uint64_t value)
{
    char digits[20];
    int count = 0;
    do {
        digits[count++] = static_cast<char>('0' + value % 10);
        value /= 10;
    } while (value > 0);
    while (count > 0)
        *out++ = digits[--count];
    return out;
}

/// Field 22 of our own stat: the 20th after the name, which may itself hold spaces and brackets.
__attribute__((no_sanitize("address", "thread", "undefined"), noinline)) std::uint64_t ownStartTime()
{
    char text[1024];
    const long fd = ::syscall(SYS_openat, AT_FDCWD, "/proc/self/stat", O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0)
        return 0;
    const long size = ::syscall(SYS_read, fd, text, sizeof text);
    ::syscall(SYS_close, fd);
    long at = size;
    while (at > 0 && text[at - 1] != ')')
        --at;
    int field = 2;
    for (; at < size; ++at) {
        if (text[at] != ' ')
            continue;
        if (++field == 22)
            break;
    }
    std::uint64_t value = 0;
    for (++at; at < size && text[at] >= '0' && text[at] <= '9'; ++at)
        value = value * 10 + static_cast<std::uint64_t>(text[at] - '0');
    return value;
}

struct KernelSigaction
{
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)();
    std::uint64_t mask;
};

__attribute__((no_sanitize("address", "thread", "undefined"))) int runChild(void* argument)
{
    auto* shared = static_cast<Shared*>(argument);
    const SpawnPlan* plan = shared->plan;
    const auto failed = [shared](SpawnStep step) __attribute__((no_sanitize("address", "thread", "undefined"))) {
        shared->step = step;
        shared->error = errno;
        ::syscall(SYS_exit_group, 127);
    };

    if (shared->resetSignals) {
        KernelSigaction action{};
        for (int number = 1; number <= 64; ++number)
            ::syscall(SYS_rt_sigaction, number, &action, nullptr, sizeof(std::uint64_t));
    }
    if (::syscall(SYS_setsid) < 0)
        failed(SpawnStep::Session);
    if (::syscall(SYS_chdir, shared->folder) < 0)
        failed(SpawnStep::Folder);
    ::syscall(SYS_umask, plan->umask);
    if (plan->softOpenFiles != 0) {
        struct Limit
        {
            std::uint64_t soft;
            std::uint64_t hard;
        } limit{};
        if (::syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, nullptr, &limit) == 0) {
            limit.soft = plan->softOpenFiles < limit.hard ? plan->softOpenFiles : limit.hard;
            ::syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &limit, nullptr);
        }
    }
    if (::syscall(SYS_dup3, plan->in, 0, 0) < 0 || ::syscall(SYS_dup3, plan->out, 1, 0) < 0 ||
        ::syscall(SYS_dup3, plan->err, 2, 0) < 0)
        failed(SpawnStep::Descriptors);

    // Before the first instruction of the program, so that whoever finds the record finds the process or knows that it
    // ended.
    if (plan->record >= 0) {
        shared->startTime = ownStartTime();
        char* end = shared->record + shared->recordSize;
        end = putText(end, " pid=");
        end = putNumber(end, static_cast<std::uint64_t>(::syscall(SYS_getpid)));
        end = putText(end, " start=");
        end = putNumber(end, shared->startTime);
        *end++ = '\n';
        const long size = end - shared->record;
        shared->recorded = ::syscall(SYS_write, plan->record, shared->record, size) == size;
    }

    // All descriptors are O_CLOEXEC by themselves; this is for those that a library may have left without.
    ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
    const std::uint64_t none = 0;
    ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, nullptr, sizeof none);
    ::syscall(SYS_execve, shared->executable, shared->argv, shared->envp);
    failed(SpawnStep::Exec);
    return 127;
}

#if TURNSPIT_CLONE3
// long turnspitKeepClone3(clone_args*, size_t, int (*)(void*), void*): the child starts on the stack given in
// clone_args, where there is nothing to return to, so it calls the function and exits.
extern "C" long turnspitKeepClone3(clone_args* arguments, std::size_t size, int (*function)(void*), void* argument);
__asm__(R"(
    .text
    .globl turnspitKeepClone3
    .hidden turnspitKeepClone3
    .type turnspitKeepClone3, @function
turnspitKeepClone3:
    .cfi_startproc
    endbr64
    movq %rcx, %r8
    movl $435, %eax
    syscall
    testq %rax, %rax
    je 1f
    ret
1:
    .cfi_undefined rip
    xorl %ebp, %ebp
    movq %r8, %rdi
    callq *%rdx
    movl %eax, %edi
    movl $231, %eax
    syscall
    hlt
    .cfi_endproc
    .size turnspitKeepClone3, .-turnspitKeepClone3
)");
#endif

std::vector<char*> pointersTo(const std::vector<std::string>& texts)
{
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (const std::string& text : texts)
        out.push_back(const_cast<char*>(text.c_str()));
    out.push_back(nullptr);
    return out;
}

} // namespace

Spawner::Spawner()
{
    void* stack = ::mmap(nullptr, stackSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack != MAP_FAILED)
        m_stack = static_cast<char*>(stack);
}

Spawner::~Spawner()
{
    if (m_stack)
        ::munmap(m_stack, stackSize);
}

std::expected<Spawned, SpawnError> Spawner::spawn(const SpawnPlan& plan)
{
    if (!m_stack)
        return std::unexpected(SpawnError{SpawnStep::Prepare, ENOMEM, false});
    const std::vector<char*> argv = pointersTo(plan.arguments);
    const std::vector<char*> envp = pointersTo(plan.environment);
    std::string record = plan.recordText;
    record.resize(record.size() + recordTail);
    Shared shared;
    shared.plan = &plan;
    shared.executable = plan.executable.c_str();
    shared.argv = argv.data();
    shared.envp = envp.data();
    shared.folder = plan.workingDirectory.empty() ? "/" : plan.workingDirectory.c_str();
    shared.record = record.data();
    shared.recordSize = plan.recordText.size();

    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    long pid = -1;
    int error = ENOSYS;
#if TURNSPIT_CLONE3
    clone_args arguments{};
    arguments.flags = CLONE_VM | CLONE_VFORK | CLONE_CLEAR_SIGHAND;
    arguments.exit_signal = SIGCHLD;
    arguments.stack = reinterpret_cast<std::uint64_t>(m_stack);
    arguments.stack_size = stackSize;
    pid = turnspitKeepClone3(&arguments, sizeof arguments, runChild, &shared);
    error = pid < 0 ? static_cast<int>(-pid) : 0;
#endif
    // Kernels before 5.5 and some old seccomp profiles know no clone3 with CLONE_CLEAR_SIGHAND.
    if (error == ENOSYS || error == EPERM || error == EINVAL) {
        shared.resetSignals = true;
        pid = ::clone(runChild, m_stack + stackSize, CLONE_VM | CLONE_VFORK | SIGCHLD, &shared);
        error = pid < 0 ? errno : 0;
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);

    if (error != 0)
        return std::unexpected(SpawnError{SpawnStep::Clone, error, false});
    if (shared.error != 0) {
        int status = 0;
        while (::waitpid(static_cast<pid_t>(pid), &status, 0) < 0 && errno == EINTR) {
        }
        return std::unexpected(SpawnError{shared.step, shared.error, shared.recorded});
    }
    return Spawned{static_cast<pid_t>(pid), shared.startTime, shared.recorded};
}

} // namespace turnspit::keep
