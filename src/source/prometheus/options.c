#include "source/prometheus/options.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "net/url.h"
#include "source/fingerprint.h"
#include "yaml/read.h"

#define API_ROOT "/api/v1"

bool prometheus_url_check(struct str url, enum error_kind kind, struct error *err)
{
    char *text = str_dup(url);
    struct url parts;
    bool ok = url_parse(text, &parts, err);
    if (ok) {
        if (parts.query != NULL || str_find(url, '#') < url.len) {
            ok = error_set(err, kind, "the URL goes on behind its path");
            error_suggest(err, "only what stands before /api/v1 is wanted; parameters go under "
                               "'query_params'");
        }
        url_release(&parts);
    } else {
        err->kind = kind;
    }
    free(text);
    return ok;
}

/* What stands before /api/v1, without a slash at its end; a person may have given that as well. */
static char *root_of(struct str url)
{
    while (str_ends_with(url, STR("/"))) {
        url.len--;
    }
    if (str_ends_with(url, STR(API_ROOT))) {
        url.len -= strlen(API_ROOT);
    }
    while (str_ends_with(url, STR("/"))) {
        url.len--;
    }
    return str_dup(url);
}

static void read_url(struct prometheus_options *o, struct yaml_reader *r,
                     const struct yaml_node *node)
{
    const struct yaml_node *at = yaml_required(r, node, "url");
    char *url = at != NULL ? yaml_string(r, at) : NULL;
    if (url == NULL) {
        return;
    }
    struct error err = ERROR_INIT;
    if (prometheus_url_check(str_from(url), ERROR_CONFIG, &err)) {
        o->url = root_of(str_from(url));
    } else {
        struct diag *diag = yaml_error(r, at, "%s", error_text(&err));
        if (diag != NULL && err.suggestion != NULL) {
            diag_suggest(diag, "%s", err.suggestion);
        }
    }
    error_release(&err);
    free(url);
}

static void read_params(struct prometheus_options *o, struct yaml_reader *r,
                        const struct yaml_node *node)
{
    const struct yaml_node *params = yaml_member(r, node, "query_params");
    if (params == NULL || !yaml_is_mapping(r, params)) {
        return;
    }
    for (size_t i = 0; i < params->count; i++) {
        const struct yaml_node *name = params->items[2 * i];
        char *value = yaml_string(r, params->items[2 * i + 1]);
        if (value != NULL) {
            struct query_param param = {.name = str_dup(name->text), .value = value};
            vec_push(&o->params, param);
        }
    }
}

struct prometheus_options *prometheus_options_read(struct yaml_reader *reader,
                                                   const struct yaml_node *node)
{
    if (!yaml_is_mapping(reader, node)) {
        return NULL;
    }
    size_t errors = reader->diags->errors;
    struct prometheus_options *o = mem_zalloc(1, sizeof(*o));
    read_url(o, reader, node);
    yaml_read_duration(reader, node, "scrape_interval", &o->scrape_interval_ms);
    yaml_read_duration(reader, node, "late", &o->late_ms);
    read_params(o, reader, node);
    o->http = http_config_read(reader, node);
    yaml_read_done(reader, node);
    o->fingerprint = fingerprint_of_node(node);
    if (reader->diags->errors > errors) {
        prometheus_options_free(o);
        return NULL;
    }
    return o;
}

struct prometheus_options *prometheus_options_from_target(struct str target, struct error *err)
{
    if (!prometheus_url_check(target, ERROR_USAGE, err)) {
        return NULL;
    }
    struct prometheus_options *o = mem_zalloc(1, sizeof(*o));
    o->url = root_of(target);
    o->http = http_config_default();
    o->fingerprint = str_hash(str_from(o->url));
    return o;
}

void prometheus_options_free(struct prometheus_options *o)
{
    if (o == NULL) {
        return;
    }
    VEC_EACH (&o->params, struct query_param, param) {
        free(param->name);
        free(param->value);
    }
    vec_release(&o->params);
    http_config_unref(o->http);
    free(o->url);
    free(o);
}

bool prometheus_options_same(const struct prometheus_options *a, const struct prometheus_options *b)
{
    return a->fingerprint == b->fingerprint;
}
