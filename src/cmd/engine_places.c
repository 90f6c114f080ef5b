/* See engine_places.h. */
#include "cmd/engine_places.h"

#include <stdlib.h>
#include <string.h>

#include "alert/state_dir.h"
#include "cmd/engine_client.h"

/* Of several, separated by colons, the first (systemd.exec(5), RuntimeDirectory=). */
static char *first_of(const char *list)
{
    return mem_strndup(list, strcspn(list, ":"));
}

static char *default_socket(struct log *log)
{
    const char *of_service = getenv("RUNTIME_DIRECTORY");
    if (of_service != NULL && of_service[0] == '/') {
        char *folder = first_of(of_service);
        char *path = mem_printf("%s/tocsin.sock", folder);
        free(folder);
        return path;
    }
    const char *of_user = getenv("XDG_RUNTIME_DIR");
    if (of_user != NULL && of_user[0] == '/') {
        return mem_printf("%s/tocsin/tocsin.sock", of_user);
    }
    log_event(log, LOG_LEVEL_WARN, "socket",
              LOG_STR("note", "neither $XDG_RUNTIME_DIR nor --socket says where to listen"),
              LOG_END);
    return NULL;
}

static char *default_state(struct log *log)
{
    struct error err = ERROR_INIT;
    char *folder = state_dir_find(&err);
    if (folder == NULL) {
        log_event(log, LOG_LEVEL_WARN, "state", LOG_ERR(&err), LOG_END);
        error_release(&err);
    }
    return folder;
}

void engine_places_find(struct engine_places *places, const struct invocation *inv,
                        const struct config *config, struct log *log)
{
    const char *state = invocation_value(inv, "state");
    const char *socket = invocation_value(inv, "socket");
    bool lasting = config->file != NULL;
    places->state_dir = state != NULL ? mem_strdup(state) : lasting ? default_state(log) : NULL;
    places->socket = socket != NULL ? mem_strdup(socket) : lasting ? default_socket(log) : NULL;
}

void engine_places_find_running(struct engine_places *places, const struct invocation *inv,
                                const struct config *config)
{
    places->running = config->file != NULL ? engine_find_running(inv) : NULL;
}

void engine_places_release(struct engine_places *places)
{
    free(places->running);
    free(places->state_dir);
    free(places->socket);
}
