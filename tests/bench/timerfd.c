// The yardstick for ticks: periodic absolute timerfds in one epoll set, and nothing else.
//
//   turnspit-bench-timerfd TIMERS PERIOD_MS SECONDS          their first ticks are spread over a period;
//                                                            `p50 MS`, `p99 MS`: how late they were
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { maxEvents = 64 };

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static struct timespec spec(int64_t ns)
{
    return (struct timespec){.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
}

static int compare(const void* a, const void* b)
{
    const int64_t x = *(const int64_t*)a;
    const int64_t y = *(const int64_t*)b;
    return (x > y) - (x < y);
}

int main(int argc, char** argv)
{
    if (argc < 4)
        return 2;
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    const int timers = atoi(argv[1]);
    const int64_t period = atoll(argv[2]) * 1000000;
    const int64_t span = atoll(argv[3]) * 1000000000;
    const size_t room = (size_t)timers * (size_t)(span / period + 2);
    int64_t* late = malloc(room * sizeof *late);
    int* fds = malloc((size_t)timers * sizeof *fds);
    int64_t* due = malloc((size_t)timers * sizeof *due);
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    const int64_t begin = now() + 20000000;
    for (int i = 0; i < timers; ++i) {
        due[i] = begin + period + period * i / timers;
        fds[i] = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
        const struct itimerspec plan = {.it_interval = spec(period), .it_value = spec(due[i])};
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
        if (fds[i] < 0 || timerfd_settime(fds[i], TFD_TIMER_ABSTIME, &plan, NULL) != 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fds[i], &event) != 0) {
            perror("timerfd");
            return 1;
        }
    }
    size_t count = 0;
    while (now() < begin + span) {
        struct epoll_event events[maxEvents];
        const int ready = epoll_wait(epoll, events, maxEvents, 100);
        for (int i = 0; i < ready; ++i) {
            const uint32_t which = events[i].data.u32;
            uint64_t ticks;
            if (read(fds[which], &ticks, sizeof ticks) != (ssize_t)sizeof ticks)
                continue;
            if (count < room)
                late[count++] = now() - due[which];
            due[which] += (int64_t)ticks * period;
        }
    }
    if (count == 0)
        return 1;
    qsort(late, count, sizeof *late, compare);
    printf("p50 %.4f\np99 %.4f\n", (double)late[count / 2] / 1e6, (double)late[count * 99 / 100] / 1e6);
    return 0;
}
