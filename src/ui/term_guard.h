/*
 * Puts the terminal back when the program dies of a signal: a crash must not leave a person at 3 am
 * with an invisible cursor and no echo. Fatal signals only; the others belong to the loop.
 *
 * The one place in ui/ with file-scope state: a signal handler is given nothing but a number.
 */
#ifndef TOCSIN_UI_TERM_GUARD_H
#define TOCSIN_UI_TERM_GUARD_H

#include <stddef.h>
#include <termios.h>

#define TERM_GUARD_MAX 256

/* `bytes` (at most TERM_GUARD_MAX) are written to `fd` and `saved` (NULL: nothing) becomes its mode
 * when a fatal signal comes; then whatever handled the signal before does. */
void term_guard_set(int fd, const struct termios *saved, const char *bytes, size_t len);
void term_guard_clear(void);

#endif
