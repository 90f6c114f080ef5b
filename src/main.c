/* Picks the subcommand. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/error.h"
#include "cmd/command.h"
#include "cmd/command_line.h"

/* A thousand targets are a thousand connections; the soft limit is often 1,024. */
static void allow_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        /* Where it is refused, the limit that was there goes on. */
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* A service may be started without some of them: what is opened next would be taken for standard
 * error, and get the log. */
static void fill_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd) {
            /* Without /dev/null there is nothing to put there. */
            return;
        }
    }
}

/* An answer that could not be written must not end with the status of one that was. */
static int finish_output(int status)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0) {
        return status;
    }
    struct error err = ERROR_INIT;
    error_set_sys(&err, errno, "cannot write to standard output");
    int failed = command_fail(&err);
    error_release(&err);
    return failed;
}

int main(int argc, char **argv)
{
    fill_standard_descriptors();
    allow_descriptors();
    return finish_output(command_line_run(argc, (const char *const *)argv));
}
