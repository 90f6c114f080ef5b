/* See startup.h. */
#include "cmd/startup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct config *find_config(const struct invocation *inv, struct diags *diags)
{
    const char *named = invocation_value(inv, "config");
    if (inv->argument_count != 0) {
        return config_from_targets(inv->arguments, inv->argument_count, diags);
    }
    char *file = config_find(named);
    struct config *config =
        file != NULL ? config_load(file, diags) : config_from_targets(NULL, 0, diags);
    free(file);
    return config;
}

struct config *startup_config(const struct invocation *inv, int *status)
{
    *status = EXIT_STATUS_OK;
    if (inv->argument_count != 0 && invocation_value(inv, "config") != NULL) {
        struct error err = ERROR_INIT;
        error_set(&err, ERROR_USAGE, "targets and --config cannot both be given");
        *status = command_fail(&err);
        error_release(&err);
        return NULL;
    }
    struct diags diags;
    diags_init(&diags);
    struct config *config = find_config(inv, &diags);
    struct strbuf text = STRBUF_INIT;
    diags_format(&diags, &text);
    fputs(strbuf_cstr(&text), stderr);
    strbuf_release(&text);
    diags_release(&diags);
    if (config == NULL) {
        *status = error_kind_exit_status(ERROR_CONFIG);
    }
    return config;
}

static bool read_level(const struct invocation *inv, enum log_level *level, struct error *err)
{
    const char *word = invocation_value(inv, "log-level");
    *level = LOG_LEVEL_INFO;
    if (word != NULL && !log_level_from_name(word, level)) {
        return error_set(err, ERROR_USAGE, "'%s' is not debug, info, warn or error", word);
    }
    return true;
}

static bool read_format(const struct invocation *inv, enum log_format *format, struct error *err)
{
    const char *word = invocation_value(inv, "log-format");
    *format = LOG_FORMAT_LOGFMT;
    if (word != NULL && strcmp(word, "json") == 0) {
        *format = LOG_FORMAT_JSON;
    } else if (word != NULL && strcmp(word, "logfmt") != 0) {
        return error_set(err, ERROR_USAGE, "'%s' is not logfmt or json", word);
    }
    return true;
}

bool startup_log_open(struct startup_log *to, const struct invocation *inv, FILE *otherwise,
                      struct error *err)
{
    enum log_level level;
    enum log_format format;
    to->clock = clock_real();
    if (!read_level(inv, &level, err) || !read_format(inv, &format, err)) {
        return false;
    }
    const char *path = invocation_value(inv, "log");
    if (path != NULL) {
        to->file = fopen(path, "ae");
        if (to->file == NULL) {
            return error_set_sys(err, errno, "cannot open the log '%s'", path);
        }
        setvbuf(to->file, NULL, _IOLBF, 0);
    }
    to->log = log_create(to->file != NULL ? to->file : otherwise, format, level, &to->clock);
    return true;
}

void startup_log_close(struct startup_log *to)
{
    log_destroy(to->log);
    to->log = NULL;
    if (to->file != NULL) {
        fclose(to->file);
        to->file = NULL;
    }
}
