/*
 * A wall clock that a test sets: preloaded, it adds the milliseconds in the file $CLOCK_SHIM to
 * what the program takes for the time of day. The monotonic clock is left alone.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S  1000000000LL
#define NS_PER_MS 1000000LL

static long long offset_ms(void)
{
    const char *path = getenv("CLOCK_SHIM");
    char text[32] = "";
    int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0) {
        return 0;
    }
    ssize_t n = read(fd, text, sizeof(text) - 1);
    close(fd);
    return n > 0 ? strtoll(text, NULL, 10) : 0;
}

/* Found once, before there are threads. */
static int (*real)(clockid_t, struct timespec *);

__attribute__((constructor)) static void find_real(void)
{
    *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
}

int clock_gettime(clockid_t id, struct timespec *ts)
{
    if (real == NULL) {
        find_real();
    }
    int status = real(id, ts);
    if (status == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) {
        long long ns = ts->tv_sec * NS_PER_S + ts->tv_nsec + offset_ms() * NS_PER_MS;
        ts->tv_sec = ns / NS_PER_S;
        ts->tv_nsec = ns % NS_PER_S;
    }
    return status;
}

int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
    struct timespec ts;
    (void)zone;
    int status = clock_gettime(CLOCK_REALTIME, &ts);
    tv->tv_sec = ts.tv_sec;
    tv->tv_usec = ts.tv_nsec / 1000;
    return status;
}

time_t time(time_t *out)
{
    struct timespec ts = {.tv_sec = 0};
    (void)clock_gettime(CLOCK_REALTIME, &ts);
    if (out != NULL) {
        *out = ts.tv_sec;
    }
    return ts.tv_sec;
}
