#include <turnspit/keep/keeper.h>
#include <turnspit/keep/trial.h>

#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

constexpr int exitDone = 0;
constexpr int exitFailed = 1;
constexpr int exitUsage = 2;

int usage()
{
    std::fputs("usage: turnspit-keep --state-dir DIR\n"
               "       turnspit-keep --try SECONDS\n"
               "The parent of all services of one state folder, or the guardian of one command that is tried.\n"
               "Started by the hosts of Turnspit, not by hand.\n",
               stderr);
    return exitUsage;
}

/// What goes wrong before the loop is said here; a terminal or a parent that goes away must not matter afterwards.
void leaveTheTerminal(const std::string& folder)
{
    ::setsid();
    ::umask(077);
    if (::chdir("/") != 0)
        std::perror("turnspit-keep: /");
    const int null = ::open("/dev/null", O_RDWR);
    ::dup2(null, 0);
    ::dup2(null, 1);
    const int log = ::open((folder + "/keep.log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600);
    ::dup2(log < 0 ? null : log, 2);
    for (const int fd : {null, log})
        if (fd > 2)
            ::close(fd);
    ::close_range(3, ~0U, 0);
}

} // namespace

int main(int argc, char** argv)
{
    if (argc == 2 && std::strcmp(argv[1], "--version") == 0) {
        std::puts("turnspit-keep " TURNSPIT_VERSION);
        return exitDone;
    }
    if (argc == 3 && std::strcmp(argv[1], "--try") == 0) {
        const long limit = std::strtol(argv[2], nullptr, 10);
        if (limit <= 0 || limit > INT_MAX)
            return usage();
        ::setsid(); // what a terminal sends to the host does not concern it
        return turnspit::keep::guardTrial(std::chrono::seconds(limit));
    }
    if (argc != 3 || std::strcmp(argv[1], "--state-dir") != 0)
        return usage();
    std::string folder = argv[2];
    if (folder.empty() || folder.front() != '/') {
        char here[PATH_MAX];
        if (!::getcwd(here, sizeof here))
            return usage();
        folder = std::string(here) + '/' + folder;
    }
    while (folder.size() > 1 && folder.back() == '/')
        folder.pop_back();
    ::mkdir(folder.c_str(), 0700);
    leaveTheTerminal(folder);

    turnspit::keep::KeeperOptions options;
    options.stateFolder = folder;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        options.softOpenFiles = limit.rlim_cur;
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
    turnspit::keep::Keeper keeper(std::move(options));
    if (const auto ready = keeper.prepare(); !ready) {
        std::fprintf(stderr, "turnspit-keep: %s\n", ready.error().text().c_str());
        return exitFailed;
    }
    keeper.loop();
    return exitDone;
}
