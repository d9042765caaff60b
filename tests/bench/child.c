// What the benchmark supervises. It says over a Unix socket when it runs and when it has written, by the monotonic
// clock, so that both supervisors are measured from outside and in the same way.
//
//   turnspit-bench-child pause SOCKET                    hello, then nothing until a signal
//   turnspit-bench-child write SOCKET ID LINES CHUNK     hello, waits for a byte, writes LINES numbered lines of 100
//                                                        bytes to stdout, CHUNK bytes a write; done, and ends
//
// hello PID NS        done BEGIN_NS END_NS
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { lineSize = 100 };

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int connectTo(const char* path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return -1;
    strcpy(address.sun_path, path);
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    return fd >= 0 && connect(fd, (const struct sockaddr*)&address, sizeof address) == 0 ? fd : -1;
}

static void writeAll(const char* data, size_t size)
{
    while (size > 0) {
        const ssize_t n = write(1, data, size);
        if (n <= 0)
            _exit(112);
        data += n;
        size -= (size_t)n;
    }
}

/// `writer 07 line 000000000041 ....\n`: 100 bytes.
static void line(char* out, int id, long number)
{
    memset(out, '.', lineSize - 1);
    char text[40];
    const int size = snprintf(text, sizeof text, "writer %02d line %012ld ", id, number);
    memcpy(out, text, (size_t)size);
    out[lineSize - 1] = '\n';
}

int main(int argc, char** argv)
{
    const long long begun = now();
    if (argc < 3)
        return 2;
    const int link = connectTo(argv[2]);
    if (link < 0)
        return 111;
    dprintf(link, "hello %d %lld\n", (int)getpid(), begun);
    if (strcmp(argv[1], "pause") == 0)
        for (;;)
            pause();
    if (argc != 6)
        return 2;
    const int id = atoi(argv[3]);
    const long lines = atol(argv[4]);
    const size_t chunk = (size_t)atol(argv[5]);

    // Some chunks' worth of lines, numbered anew in place: the writer must not be what is measured.
    const size_t block = chunk < lineSize ? lineSize : chunk * lineSize;
    const long linesOfBlock = (long)(block / lineSize);
    char* data = malloc(block);
    for (long i = 0; i < linesOfBlock; ++i)
        line(data + i * lineSize, id, i + 1);

    char go = 0;
    if (read(link, &go, 1) != 1)
        return 113;
    const long long begin = now();
    for (long first = 0; first < lines; first += linesOfBlock) {
        const long count = lines - first < linesOfBlock ? lines - first : linesOfBlock;
        if (first > 0) {
            for (long i = 0; i < count; ++i) {
                char* digit = data + i * lineSize + 15 + 12;
                for (long number = first + i + 1; *--digit != ' '; number /= 10)
                    *digit = (char)('0' + number % 10);
            }
        }
        const size_t size = (size_t)count * lineSize;
        for (size_t at = 0; at < size; at += chunk)
            writeAll(data + at, size - at < chunk ? size - at : chunk);
    }
    dprintf(link, "done %lld %lld\n", begin, now());
    return 0;
}
