// turnspit-demo: small services to try Turnspit with; what the examples of the desktop run.

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>

#include <sys/wait.h>
#include <unistd.h>

namespace {

volatile std::sig_atomic_t stopRequested = 0;

void onTerm(int) // NOLINT(bugprone-signal-handler): nothing but a flag
{
    stopRequested = 1;
}

int usage(const char* problem)
{
    std::fprintf(stderr,
                 "turnspit-demo: %s\n"
                 "usage: turnspit-demo beat [SECONDS]       a line every 5 (or SECONDS) seconds\n"
                 "       turnspit-demo flaky [always]       ends badly every third second of its life, or always at once\n"
                 "       turnspit-demo slowstop SECONDS     needs so long to stop\n"
                 "       turnspit-demo flood LINES          so many numbered lines, every tenth to stderr, some in colour\n"
                 "       turnspit-demo fork2                leaves a child in a session of its own\n"
                 "       turnspit-demo tty                  says whether its output is a terminal\n",
                 problem);
    return 2;
}

/// Whole seconds, from 1.
bool number(const char* text, long& value)
{
    const std::string_view view(text);
    const auto [end, error] = std::from_chars(view.data(), view.data() + view.size(), value);
    return error == std::errc() && end == view.data() + view.size() && value > 0;
}

/// Waits so long, or until a signal says stop; true: stop.
bool pauseFor(long seconds)
{
    timespec left{seconds, 0};
    while (!stopRequested && ::nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
    return stopRequested != 0;
}

int beat(long seconds)
{
    for (std::uint64_t n = 1;; ++n) {
        std::printf("beat %llu\n", static_cast<unsigned long long>(n));
        std::fflush(stdout);
        if (pauseFor(seconds)) {
            std::puts("stopped in time");
            return 0;
        }
    }
}

int flaky(bool always)
{
    std::puts("starting");
    std::fflush(stdout);
    if (!always && !pauseFor(1 + static_cast<long>(std::time(nullptr) % 3)) && std::time(nullptr) % 3 != 0)
        return 0;
    std::fprintf(stderr, "cannot reach the thing that is not there\n");
    return 3;
}

int slowStop(long seconds)
{
    std::printf("running; a stop takes %ld s\n", seconds);
    std::fflush(stdout);
    while (!pauseFor(3600)) {
    }
    stopRequested = 0;
    std::puts("asked to stop; finishing");
    std::fflush(stdout);
    for (long left = seconds; left > 0; --left) {
        timespec second{1, 0};
        while (::nanosleep(&second, &second) != 0 && errno == EINTR) {
        }
    }
    std::puts("farewell");
    return 0;
}

int flood(long lines)
{
    for (long n = 1; n <= lines; ++n) {
        if (n % 10 == 0)
            std::fprintf(stderr, "%ld to stderr\n", n);
        else if (n % 100 == 1)
            std::printf("\033[32m%ld\033[0m in green\n", n);
        else
            std::printf("%ld\n", n);
    }
    return 0;
}

int fork2()
{
    const pid_t child = ::fork();
    if (child == 0) {
        ::setsid();
        if (::fork() == 0) {
            while (!pauseFor(3600)) {
            }
        }
        std::_Exit(0);
    }
    ::waitpid(child, nullptr, 0);
    std::puts("a grandchild lives in a session of its own");
    std::fflush(stdout);
    while (!pauseFor(3600)) {
    }
    return 0;
}

} // namespace

int main(int argc, char** argv)
{
    struct sigaction action{};
    action.sa_handler = onTerm;
    ::sigaction(SIGTERM, &action, nullptr);
    ::sigaction(SIGINT, &action, nullptr);

    const std::string_view mode = argc > 1 ? argv[1] : "";
    long value = 0;
    if (mode == "beat") {
        if (argc > 2 && !number(argv[2], value))
            return usage("SECONDS must be a whole number from 1");
        return beat(argc > 2 ? value : 5);
    }
    if (mode == "flaky")
        return flaky(argc > 2 && std::string_view(argv[2]) == "always");
    if (mode == "slowstop")
        return argc > 2 && number(argv[2], value) ? slowStop(value) : usage("slowstop needs SECONDS");
    if (mode == "flood")
        return argc > 2 && number(argv[2], value) ? flood(value) : usage("flood needs LINES");
    if (mode == "fork2")
        return fork2();
    if (mode == "tty") {
        std::puts(::isatty(STDOUT_FILENO) ? "a terminal" : "not a terminal");
        return 0;
    }
    if (mode == "--help") {
        usage("small services to try Turnspit with");
        return 0;
    }
    return usage(mode.empty() ? "what to do is missing" : "no such mode");
}
