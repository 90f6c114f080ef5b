#include "ui/term_guard.h"

#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"

static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP};

static struct {
    volatile sig_atomic_t armed;
    int fd;
    bool has_modes;
    struct termios modes;
    char bytes[TERM_GUARD_MAX];
    size_t len;
    struct sigaction before[ARRAY_LEN(fatal_signals)];
} guard;

static void restore_handlers(void)
{
    for (size_t i = 0; i < ARRAY_LEN(fatal_signals); i++) {
        sigaction(fatal_signals[i], &guard.before[i], NULL);
    }
}

static void on_fatal_signal(int signum)
{
    if (guard.armed != 0) {
        guard.armed = 0;
        ssize_t written = write(guard.fd, guard.bytes, guard.len);
        (void)written; /* nothing else could be done */
        if (guard.has_modes) {
            tcsetattr(guard.fd, TCSANOW, &guard.modes);
        }
        restore_handlers();
    }
    raise(signum); /* delivered to the former handler once this one returns */
}

void term_guard_set(int fd, const struct termios *saved, const char *bytes, size_t len)
{
    term_guard_clear();
    guard.fd = fd;
    guard.has_modes = saved != NULL;
    if (saved != NULL) {
        guard.modes = *saved;
    }
    guard.len = len < sizeof(guard.bytes) ? len : sizeof(guard.bytes);
    memcpy(guard.bytes, bytes, guard.len);
    struct sigaction action = {.sa_handler = on_fatal_signal};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < ARRAY_LEN(fatal_signals); i++) {
        sigaction(fatal_signals[i], &action, &guard.before[i]);
    }
    guard.armed = 1;
}

void term_guard_clear(void)
{
    if (guard.armed != 0) {
        guard.armed = 0;
        restore_handlers();
    }
}
