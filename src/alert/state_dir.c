/* See state_dir.h. */
#include "alert/state_dir.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/str.h"

/* An absolute path, or NULL. */
static const char *path_in(const char *variable)
{
    const char *value = getenv(variable);
    return value != NULL && value[0] == '/' ? value : NULL;
}

char *state_dir_find(struct error *err)
{
    const char *value = path_in("STATE_DIRECTORY");
    if (value != NULL) {
        return mem_strndup(value, str_find(str_from(value), ':'));
    }
    value = path_in("XDG_STATE_HOME");
    if (value != NULL) {
        return mem_printf("%s/tocsin", value);
    }
    value = path_in("HOME");
    if (value != NULL) {
        return mem_printf("%s/.local/state/tocsin", value);
    }
    error_set(err, ERROR_CONFIG,
              "there is no place for state: neither $STATE_DIRECTORY, "
              "$XDG_STATE_HOME nor $HOME is an absolute path");
    return NULL;
}

/* EEXIST comes first where a part is there, also in a folder that cannot be written. */
static bool make_one(const char *path, struct error *err)
{
    struct stat st;
    if (mkdir(path, 0700) == 0) {
        return true;
    }
    int problem = errno;
    if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
        return true;
    }
    return error_set_sys(err, problem == EEXIST ? ENOTDIR : problem,
                         "cannot make the state directory '%s'", path);
}

bool state_dir_make(const char *path, struct error *err)
{
    char *copy = mem_strdup(path);
    bool ok = true;
    for (char *p = copy + 1; ok && *p != '\0'; p++) {
        if (*p == '/') {
            *p = '\0';
            ok = make_one(copy, err);
            *p = '/';
        }
    }
    ok = ok && make_one(copy, err);
    free(copy);
    return ok;
}
