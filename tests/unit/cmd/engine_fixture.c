#include "engine_fixture.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "cmd/command_line.h"

char socket_path[108];
char *output, *errors;

static char folder[64];
static char record_path[108];
static pid_t server_pid;

void engine_setup(void)
{
    strcpy(folder, "/tmp/tocsin-cmd-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(socket_path, sizeof(socket_path), "%s/tocsin.sock", folder);
    snprintf(record_path, sizeof(record_path), "%s/record", folder);
    setenv("TOCSIN_SOCKET", socket_path, 1);
    setenv("TZ", "UTC", 1);
    tzset();
}

void engine_teardown(void)
{
    if (server_pid != 0) {
        kill(server_pid, SIGKILL);
        waitpid(server_pid, NULL, 0);
        server_pid = 0;
    }
    unlink(socket_path);
    unlink(record_path);
    rmdir(folder);
    free(output);
    free(errors);
    output = errors = NULL;
}

void engine_start(const char *scenario)
{
    const char *program = getenv("FAKE_ENGINE");
    int ready[2];
    char byte;
    ck_assert_msg(program != NULL, "$FAKE_ENGINE is not set");
    ck_assert_int_eq(pipe(ready), 0);
    fflush(NULL);
    server_pid = fork();
    ck_assert_int_ge(server_pid, 0);
    if (server_pid == 0) {
        dup2(ready[1], STDOUT_FILENO);
        close(ready[0]);
        close(ready[1]);
        execl(program, program, socket_path, record_path, scenario, (char *)NULL);
        _exit(127);
    }
    close(ready[1]);
    ck_assert_int_eq(read(ready[0], &byte, 1), 1);
    close(ready[0]);
}

char *engine_record(void)
{
    struct strbuf text = STRBUF_INIT;
    struct error err = ERROR_INIT;
    ck_assert(file_read(record_path, &text, &err));
    return strbuf_take(&text);
}

/* --- commands --- */

static char *slurp(FILE *file)
{
    struct strbuf text = STRBUF_INIT;
    struct error err = ERROR_INIT;
    rewind(file);
    ck_assert(file_read_stream(file, &text, &err));
    fclose(file);
    return strbuf_take(&text);
}

int run_words(const char *const *words)
{
    int count = 0;
    while (words[count] != NULL) {
        count++;
    }
    fflush(NULL);
    FILE *out = tmpfile();
    FILE *err = tmpfile();
    int saved_out = dup(STDOUT_FILENO);
    int saved_err = dup(STDERR_FILENO);
    dup2(fileno(out), STDOUT_FILENO);
    dup2(fileno(err), STDERR_FILENO);
    int status = command_line_run(count, words);
    fflush(NULL);
    dup2(saved_out, STDOUT_FILENO);
    dup2(saved_err, STDERR_FILENO);
    close(saved_out);
    close(saved_err);
    free(output);
    free(errors);
    output = slurp(out);
    errors = slurp(err);
    return status;
}

void expect_output(const char *part)
{
    ck_assert_msg(strstr(output, part) != NULL, "'%s' is not in:\n%s%s", part, output, errors);
}

void expect_errors(const char *part)
{
    ck_assert_msg(strstr(errors, part) != NULL, "'%s' is not in:\n%s", part, errors);
}
