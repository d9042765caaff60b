// turnspit-victim MODE ARGUMENTS: one program, a behaviour each mode. `ready` on stdout says that it behaves that way
// from now on.

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

void writeAll(int fd, std::string_view text)
{
    while (!text.empty()) {
        const ssize_t n = ::write(fd, text.data(), text.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            _exit(120);
        text.remove_prefix(static_cast<std::size_t>(n));
    }
}

void say(std::string_view text)
{
    writeAll(1, std::string(text) + '\n');
}

void beDeaf()
{
    for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1})
        ::signal(number, SIG_IGN);
}

[[noreturn]] void waitForEver()
{
    while (true)
        ::pause();
}

/// A gate is a file: whoever opens it lets the victim go on.
void waitForGate(const char* path)
{
    struct stat st{};
    while (::stat(path, &st) != 0)
        ::usleep(2000);
}

volatile sig_atomic_t terminated = 0;

/// Numbered lines on both streams: `o 17`, `e 17`.
int lines(long count, long linesAWrite)
{
    std::string out;
    std::string err;
    for (long i = 1; i <= count; ++i) {
        out += "o " + std::to_string(i) + '\n';
        err += "e " + std::to_string(i) + '\n';
        if (i % linesAWrite == 0 || i == count) {
            writeAll(1, out);
            writeAll(2, err);
            out.clear();
            err.clear();
        }
    }
    return 0;
}

/// Every process forks on, leaves its session and group and is deaf; parents die at random. `limit` live at a time,
/// `total` in all.
int bomb(long limit, long total)
{
    struct Shared
    {
        int alive;
        int born;
    };
    auto* shared = static_cast<Shared*>(
        ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    beDeaf();
    ::signal(SIGCHLD, SIG_IGN);
    __atomic_add_fetch(&shared->alive, 1, __ATOMIC_SEQ_CST);
    say("ready");
    unsigned seed = static_cast<unsigned>(::getpid());
    while (true) {
        if (__atomic_load_n(&shared->alive, __ATOMIC_SEQ_CST) < limit &&
            __atomic_load_n(&shared->born, __ATOMIC_SEQ_CST) < total) {
            __atomic_add_fetch(&shared->alive, 1, __ATOMIC_SEQ_CST);
            __atomic_add_fetch(&shared->born, 1, __ATOMIC_SEQ_CST);
            const pid_t child = ::fork();
            if (child < 0)
                __atomic_sub_fetch(&shared->alive, 1, __ATOMIC_SEQ_CST);
            if (child == 0) {
                ::setsid();
                seed = static_cast<unsigned>(::getpid());
                continue;
            }
            if (::rand_r(&seed) % 4 == 0) {
                __atomic_sub_fetch(&shared->alive, 1, __ATOMIC_SEQ_CST);
                _exit(0);
            }
        }
        ::usleep(500);
    }
}

} // namespace

int main(int argc, char** argv)
{
    const std::string_view mode = argc > 1 ? argv[1] : "";
    const auto text = [&](int index) { return argc > index ? argv[index] : ""; };
    const auto number = [&](int index, long otherwise) {
        return argc > index ? std::strtol(argv[index], nullptr, 10) : otherwise;
    };

    if (mode == "exit") // CODE
        return static_cast<int>(number(2, 0));
    if (mode == "say") { // TEXT CODE: without a newline
        writeAll(1, text(2));
        return static_cast<int>(number(3, 0));
    }
    if (mode == "say-and-wait") { // TEXT
        writeAll(1, text(2));
        waitForEver();
    }
    if (mode == "raise") { // SIGNAL
        const rlimit none{0, 0};
        ::setrlimit(RLIMIT_CORE, &none);
        ::signal(static_cast<int>(number(2, SIGSEGV)), SIG_DFL); // a sanitizer has handlers of its own
        ::raise(static_cast<int>(number(2, SIGSEGV)));
        return 121;
    }
    if (mode == "lines") // COUNT LINES_A_WRITE
        return lines(number(2, 10), number(3, 1));
    if (mode == "gate") { // FILE COUNT CODE: waits for the file, writes lines, exits
        say("ready");
        waitForGate(text(2));
        lines(number(3, 10), 7);
        return static_cast<int>(number(4, 0));
    }
    if (mode == "wait") {
        say("ready");
        waitForEver();
    }
    if (mode == "catch") { // CODE: a polite end with this exit code
        ::signal(SIGTERM, [](int) { terminated = 1; });
        sigset_t term;
        sigset_t before;
        ::sigemptyset(&term);
        ::sigaddset(&term, SIGTERM);
        ::sigprocmask(SIG_BLOCK, &term, &before);
        say("ready");
        while (terminated == 0)
            ::sigsuspend(&before);
        say("bye");
        return static_cast<int>(number(2, 0));
    }
    if (mode == "deaf") {
        beDeaf();
        say("ready");
        waitForEver();
    }
    if (mode == "deaf-tree") { // deaf leader, deaf child, deaf grandchild
        beDeaf();
        if (::fork() == 0 && ::fork() == 0)
            say("ready");
        waitForEver();
    }
    if (mode == "leave-behind") { // CODE [deaf]: exits while a child lives on in its group
        if (std::string_view(text(3)) == "deaf")
            beDeaf();
        if (::fork() == 0)
            waitForEver();
        say("ready");
        return static_cast<int>(number(2, 0));
    }
    if (mode == "daemon") { // [stay] [deaf]: double fork and setsid, the way a daemon leaves; the leader stays or goes
        const bool stay = std::string_view(text(2)) == "stay";
        if (std::string_view(text(3)) == "deaf")
            beDeaf();
        int told[2];
        if (::pipe(told) != 0)
            return 122;
        if (::fork() == 0) {
            ::setsid();
            if (::fork() != 0)
                _exit(0);
            say("pid " + std::to_string(::getpid()));
            say("ready");
            writeAll(told[1], "x");
            waitForEver();
        }
        char told1 = 0;
        if (::read(told[0], &told1, 1) != 1)
            return 122;
        ::wait(nullptr);
        if (stay)
            waitForEver();
        return 0;
    }
    if (mode == "hold-pipe") { // FILE: an unknown process keeps our stdout open after all of us have gone
        if (::fork() == 0) {
            ::setsid();
            if (::fork() != 0)
                _exit(0);
            char* const arguments[] = {argv[0], const_cast<char*>("gate"), argv[2], const_cast<char*>("0"), nullptr};
            char* const none[] = {nullptr};
            ::execve("/proc/self/exe", arguments, none);
            _exit(127);
        }
        int status = 0;
        ::wait(&status);
        return 0;
    }
    if (mode == "bomb") // LIMIT TOTAL
        return bomb(number(2, 20), number(3, 10000));
    if (mode == "flood") { // BYTES_A_WRITE [TOTAL]: lines of 100 bytes, as fast as it goes
        std::string block;
        while (block.size() < static_cast<std::size_t>(number(2, 65536)))
            block += std::string(99, 'x') + '\n';
        for (long long left = number(3, -1); left != 0; left = left < 0 ? left : left - 1)
            writeAll(1, block);
        return 0;
    }
    if (mode == "facts") { // what the child was given, for tests of the spawn
        char folder[4096];
        rlimit files{};
        ::getrlimit(RLIMIT_NOFILE, &files);
        const mode_t mask = ::umask(0);
        sigset_t blocked;
        ::sigprocmask(SIG_SETMASK, nullptr, &blocked);
        int count = 0;
        int ignored = 0;
        for (int signal = 1; signal < 64; ++signal) {
            count += ::sigismember(&blocked, signal) == 1;
            struct sigaction action{};
            ignored += ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
        }
        int open = 0;
        for (int fd = 3; fd < 1024; ++fd)
            open += ::fcntl(fd, F_GETFD) >= 0;
        char target[256]{};
        if (::readlink("/proc/self/fd/0", target, sizeof target - 1) < 0)
            return 122;
        std::printf(
            "cwd %s\numask %03o\nfiles %llu\nblocked %d\nignored %d\nopen %d\nstdin %s\nsession %d\ngroup %d\nrun %s\n",
            ::getcwd(folder, sizeof folder), static_cast<unsigned>(mask),
            static_cast<unsigned long long>(files.rlim_cur), count, ignored, open, target, ::getsid(0) == ::getpid(),
            ::getpgrp() == ::getpid(), ::getenv("TURNSPIT_RUN") ? ::getenv("TURNSPIT_RUN") : "");
        for (int i = 2; i < argc; ++i)
            std::printf("argument %s\n", argv[i]);
        return 0;
    }
    std::fprintf(stderr, "turnspit-victim: unknown mode\n");
    return 123;
}
