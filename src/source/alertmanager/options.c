#include "source/alertmanager/options.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "net/url.h"
#include "source/fingerprint.h"
#include "yaml/read.h"

#define API_ROOT "/api/v2"

static struct str without_slashes(struct str url)
{
    while (str_ends_with(url, STR("/"))) {
        url.len--;
    }
    return url;
}

/* What stands before /api/v2; a person may have given that as well. */
static bool set_url(struct alertmanager_options *o, const char *text, enum error_kind kind,
                    struct error *err)
{
    struct url parts;
    if (!url_parse(text, &parts, err)) {
        err->kind = kind;
        return false;
    }
    if (parts.query != NULL || strchr(text, '#') != NULL) {
        error_set(err, kind, "the URL goes on behind its path");
        error_suggest(err, "only what stands before /api/v2 is wanted");
        url_release(&parts);
        return false;
    }
    struct str url = without_slashes(str_from(text));
    if (str_ends_with(url, STR(API_ROOT))) {
        url.len -= strlen(API_ROOT);
    }
    o->url = str_dup(without_slashes(url));
    o->instance = mem_printf("%s:%s", parts.host, parts.port);
    url_release(&parts);
    return true;
}

static void read_url(struct alertmanager_options *o, struct yaml_reader *r,
                     const struct yaml_node *node)
{
    const struct yaml_node *at = yaml_required(r, node, "url");
    char *url = at != NULL ? yaml_string(r, at) : NULL;
    struct error err = ERROR_INIT;
    if (url != NULL && !set_url(o, url, ERROR_CONFIG, &err)) {
        struct diag *diag = yaml_error(r, at, "%s", error_text(&err));
        if (diag != NULL && err.suggestion != NULL) {
            diag_suggest(diag, "%s", err.suggestion);
        }
        error_release(&err);
    }
    free(url);
}

static void read_filters(struct alertmanager_options *o, struct yaml_reader *r,
                         const struct yaml_node *node)
{
    const struct yaml_node *list = yaml_member(r, node, "filter");
    if (list == NULL || list->kind == YAML_NULL) {
        return;
    }
    if (list->kind != YAML_SEQUENCE || list->count > ALERTMANAGER_MAX_FILTERS) {
        yaml_error(r, list, "expected a list of up to %d matchers such as 'team=\"shop\"'",
                   ALERTMANAGER_MAX_FILTERS);
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        char *filter = yaml_string(r, list->items[i]);
        if (filter != NULL) {
            vec_push(&o->filters, filter);
        }
    }
}

struct alertmanager_options *alertmanager_options_read(struct yaml_reader *r,
                                                       const struct yaml_node *node)
{
    if (!yaml_is_mapping(r, node)) {
        return NULL;
    }
    size_t errors = r->diags->errors;
    struct alertmanager_options *o = mem_zalloc(1, sizeof(*o));
    read_url(o, r, node);
    read_filters(o, r, node);
    o->http = http_config_read(r, node);
    yaml_read_done(r, node);
    o->fingerprint = fingerprint_of_node(node);
    if (r->diags->errors > errors) {
        alertmanager_options_free(o);
        return NULL;
    }
    return o;
}

struct alertmanager_options *alertmanager_options_from_target(struct str target, struct error *err)
{
    struct alertmanager_options *o = mem_zalloc(1, sizeof(*o));
    char *text = str_dup(target);
    bool ok = set_url(o, text, ERROR_USAGE, err);
    free(text);
    if (!ok) {
        alertmanager_options_free(o);
        return NULL;
    }
    o->http = http_config_default();
    o->fingerprint = str_hash(str_from(o->url));
    return o;
}

void alertmanager_options_free(struct alertmanager_options *o)
{
    if (o == NULL) {
        return;
    }
    VEC_EACH (&o->filters, char *, filter) {
        free(*filter);
    }
    vec_release(&o->filters);
    http_config_unref(o->http);
    free(o->url);
    free(o->instance);
    free(o);
}

bool alertmanager_options_same(const struct alertmanager_options *a,
                               const struct alertmanager_options *b)
{
    return a->fingerprint == b->fingerprint;
}
