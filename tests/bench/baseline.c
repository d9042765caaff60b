// The yardstick: the least that a supervisor can do, and nothing else. vfork-style clone, pidfd, epoll, large reads and
// writes; no prefix, no journal, no history, no policy.
//
//   turnspit-bench-baseline services N COMMAND...            starts N, each with two pipes; `started SECONDS`; at a byte on
//                                                            stdin: SIGTERM to all, reaps; `stopped SECONDS`
//   turnspit-bench-baseline keep COMMAND...                  one that is started again whenever it ends
//   turnspit-bench-baseline capture N PAUSE_US FOLDER COMMAND...
//                                                            N writers into FOLDER/0.log ...; `@` as an argument is the
//                                                            number; PAUSE_US of rest after each round; `captured BYTES`
//
// Ends when stdin does; what lives then is killed.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char** environ;

enum { stackSize = 64 << 10, bufferSize = 256 << 10, pipeSize = 1 << 20, maxLargePipes = 24, maxEvents = 64 };

struct Child
{
    pid_t pid;
    int pidfd;
    int pipes[2];
    int file;
};

struct Plan
{
    char** argv;
    int in, out, err;
    int error;
};

// What an event of epoll is about: stdin, or the pidfd or a pipe of a child.
enum { isStdin = 0, isPidfd = 1, isPipe = 2 };

static struct Child* children;
static char* stack;
static char* buffer;
static int epoll;
static int null;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void die(const char* what)
{
    perror(what);
    exit(1);
}

static void say(const char* word, double value)
{
    printf("%s %.9f\n", word, value);
    fflush(stdout);
}

static int runChild(void* argument)
{
    struct Plan* plan = argument;
    syscall(SYS_setsid);
    syscall(SYS_dup3, plan->in, 0, 0);
    syscall(SYS_dup3, plan->out, 1, 0);
    syscall(SYS_dup3, plan->err, 2, 0);
    unsigned long long none = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof none);
    syscall(SYS_execve, plan->argv[0], plan->argv, environ);
    plan->error = errno;
    syscall(SYS_exit_group, 127);
    return 127;
}

static void watch(int fd, int kind, int index, int pipe)
{
    struct epoll_event event = {.events = EPOLLIN};
    event.data.u64 = (unsigned long long)kind << 60 | (unsigned long long)pipe << 56 | (unsigned)index;
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static void spawnChild(int index, char** argv)
{
    struct Child* child = &children[index];
    int ends[2];
    for (int i = 0; i < 2; ++i) {
        int pair[2];
        if (pipe2(pair, O_CLOEXEC) != 0)
            die("pipe");
        fcntl(pair[0], F_SETFL, O_NONBLOCK);
        child->pipes[i] = pair[0];
        ends[i] = pair[1];
        watch(pair[0], isPipe, index, i);
    }
    struct Plan plan = {argv, null, ends[0], ends[1], 0};
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    child->pid =
        clone(runChild, stack + stackSize, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &plan, &child->pidfd);
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (child->pid < 0 || plan.error != 0)
        die(argv[0]);
    close(ends[0]);
    close(ends[1]);
    watch(child->pidfd, isPidfd, index, 0);
}

static void closePipes(struct Child* child)
{
    for (int i = 0; i < 2; ++i) {
        if (child->pipes[i] >= 0)
            close(child->pipes[i]);
        child->pipes[i] = -1;
    }
}

static void reap(struct Child* child)
{
    struct rusage usage;
    int status = 0;
    wait4(child->pid, &status, 0, &usage);
    close(child->pidfd);
    child->pid = 0;
}

/// All that is in the pipe now; 0: it has ended.
static int pump(struct Child* child, int pipe)
{
    const ssize_t got = read(child->pipes[pipe], buffer, bufferSize);
    if (got < 0)
        return 1;
    if (got == 0) {
        close(child->pipes[pipe]);
        child->pipes[pipe] = -1;
        return 0;
    }
    if (child->file >= 0 && write(child->file, buffer, (size_t)got) != got)
        die("write");
    return 1;
}

static int services(int count, char** argv)
{
    const double begin = now();
    for (int i = 0; i < count; ++i)
        spawnChild(i, argv);
    say("started", now() - begin);

    int left = count;
    double asked = 0;
    while (left > 0) {
        struct epoll_event events[maxEvents];
        const int ready = epoll_wait(epoll, events, maxEvents, -1);
        for (int i = 0; i < ready; ++i) {
            const int kind = (int)(events[i].data.u64 >> 60);
            struct Child* child = &children[(unsigned)events[i].data.u64];
            if (kind == isStdin) {
                char byte;
                if (read(0, &byte, 1) != 1)
                    return 1;
                asked = now();
                for (int c = 0; c < count; ++c)
                    kill(children[c].pid, SIGTERM);
            } else if (kind == isPidfd) {
                reap(child);
                closePipes(child);
                --left;
            } else {
                pump(child, (int)(events[i].data.u64 >> 56 & 15));
            }
        }
    }
    say("stopped", now() - asked);
    return 0;
}

static int keep(char** argv)
{
    spawnChild(0, argv);
    for (;;) {
        struct epoll_event events[maxEvents];
        const int ready = epoll_wait(epoll, events, maxEvents, -1);
        for (int i = 0; i < ready; ++i) {
            const int kind = (int)(events[i].data.u64 >> 60);
            if (kind == isStdin)
                return 0;
            if (kind != isPidfd)
                continue;
            reap(&children[0]);
            closePipes(&children[0]);
            spawnChild(0, argv);
            break; // what else is in the round is of the one before
        }
    }
}

static int capture(int count, int pauseMicroseconds, const char* folder, char** argv)
{
    int mark = 0;
    while (argv[mark] && strcmp(argv[mark], "@") != 0)
        ++mark;
    for (int i = 0; i < count; ++i) {
        char text[512];
        snprintf(text, sizeof text, "%s/%d.log", folder, i);
        children[i].file = open(text, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
        if (children[i].file < 0)
            die(text);
        char number[16];
        snprintf(number, sizeof number, "%d", i);
        if (argv[mark])
            argv[mark] = number;
        spawnChild(i, argv);
        if (i < maxLargePipes)
            fcntl(children[i].pipes[0], F_SETPIPE_SZ, pipeSize);
    }
    int left = count;
    while (left > 0) {
        struct epoll_event events[maxEvents];
        const int ready = epoll_wait(epoll, events, maxEvents, -1);
        for (int i = 0; i < ready; ++i) {
            const int kind = (int)(events[i].data.u64 >> 60);
            struct Child* child = &children[(unsigned)events[i].data.u64];
            if (kind == isStdin)
                return 1;
            if (kind == isPidfd) {
                while (child->pipes[0] >= 0 && pump(child, 0))
                    continue;
                reap(child);
                closePipes(child);
                --left;
            } else if (child->pid > 0) {
                pump(child, (int)(events[i].data.u64 >> 56 & 15));
            }
        }
        if (pauseMicroseconds > 0 && left > 0)
            usleep((useconds_t)pauseMicroseconds);
    }
    double bytes = 0;
    for (int i = 0; i < count; ++i)
        bytes += (double)lseek(children[i].file, 0, SEEK_END);
    say("captured", bytes);
    return 0;
}

int main(int argc, char** argv)
{
    if (argc < 3)
        return 2;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    const int count = strcmp(argv[1], "keep") == 0 ? 1 : atoi(argv[2]);
    children = calloc((size_t)count, sizeof *children);
    for (int i = 0; i < count; ++i)
        children[i].file = -1;
    stack = mmap(NULL, stackSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    buffer = malloc(bufferSize);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    null = open("/dev/null", O_RDWR | O_CLOEXEC);
    watch(0, isStdin, 0, 0);

    int result = 2;
    if (strcmp(argv[1], "services") == 0 && argc > 3)
        result = services(count, argv + 3);
    else if (strcmp(argv[1], "keep") == 0)
        result = keep(argv + 2);
    else if (strcmp(argv[1], "capture") == 0 && argc > 5)
        result = capture(count, atoi(argv[3]), argv[4], argv + 5);
    for (int i = 0; i < count; ++i)
        if (children[i].pid > 0)
            kill(children[i].pid, SIGKILL);
    // Its figures are read from outside before it goes.
    for (char byte; result == 0 && read(0, &byte, 1) > 0;)
        continue;
    return result;
}
