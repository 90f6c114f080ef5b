#include "source/scrape/options.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "net/http.h"
#include "net/url.h"
#include "series/labels.h"
#include "source/fingerprint.h"
#include "yaml/read.h"

static struct scrape_options *with_defaults(void)
{
    struct scrape_options *o = mem_zalloc(1, sizeof(*o));
    o->honor_timestamps = true;
    o->max_bytes = HTTP_MAX_BYTES_DEFAULT;
    return o;
}

/* Where the URL stops behind host and port, the page is /metrics. */
static bool set_url(struct scrape_options *o, const char *text, struct error *err)
{
    struct url parts;
    if (!url_parse(text, &parts, err)) {
        return false;
    }
    struct str url = str_from(text);
    size_t scheme = strlen(parts.scheme) + 3;
    bool bare = str_find(str_slice(url, scheme, url.len), '/') == url.len - scheme &&
                str_find(url, '?') == url.len && str_find(url, '#') == url.len;
    o->url = mem_printf("%s%s", text, bare ? "/metrics" : "");
    o->instance = mem_printf("%s:%s", parts.host, parts.port);
    url_release(&parts);
    return true;
}

static void read_url(struct scrape_options *o, struct yaml_reader *r, const struct yaml_node *node)
{
    const struct yaml_node *at = yaml_required(r, node, "url");
    char *url = at != NULL ? yaml_string(r, at) : NULL;
    struct error err = ERROR_INIT;
    if (url != NULL && !set_url(o, url, &err)) {
        struct diag *diag = yaml_error(r, at, "%s", error_text(&err));
        if (diag != NULL && err.suggestion != NULL) {
            diag_suggest(diag, "%s", err.suggestion);
        }
        error_release(&err);
    }
    free(url);
}

static bool label_name_is_valid(struct str name)
{
    return name.len > 0 && name.len <= LABELS_MAX_VALUE && utf8_valid(name) &&
           !str_equal_c(name, LABEL_NAME);
}

static void read_labels(struct scrape_options *o, struct yaml_reader *r,
                        const struct yaml_node *node)
{
    const struct yaml_node *labels = yaml_member(r, node, "labels");
    if (labels == NULL || labels->kind == YAML_NULL || !yaml_is_mapping(r, labels)) {
        return;
    }
    for (size_t i = 0; i < labels->count; i++) {
        const struct yaml_node *name = labels->items[2 * i];
        if (name->kind != YAML_SCALAR || !label_name_is_valid(name->text)) {
            yaml_error(r, name, "this cannot be the name of a label");
            continue;
        }
        char *value = yaml_string(r, labels->items[2 * i + 1]);
        if (value != NULL) {
            vec_push(&o->labels, ((struct scrape_label){str_dup(name->text), value}));
        }
    }
}

struct scrape_options *scrape_options_read(struct yaml_reader *r, const struct yaml_node *node)
{
    if (!yaml_is_mapping(r, node)) {
        return NULL;
    }
    size_t errors = r->diags->errors;
    struct scrape_options *o = with_defaults();
    int64_t max_bytes = (int64_t)o->max_bytes;
    int64_t sample_limit = 0;
    read_url(o, r, node);
    read_labels(o, r, node);
    yaml_read_bool(r, node, "honor_labels", &o->honor_labels);
    yaml_read_bool(r, node, "honor_timestamps", &o->honor_timestamps);
    yaml_read_int(r, node, "max_bytes", 1, SCRAPE_MAX_BYTES_LIMIT, &max_bytes);
    yaml_read_int(r, node, "sample_limit", 0, INT64_MAX, &sample_limit);
    o->max_bytes = (size_t)max_bytes;
    o->sample_limit = (uint64_t)sample_limit;
    o->http = http_config_read(r, node);
    yaml_read_done(r, node);
    o->fingerprint = fingerprint_of_node(node);
    if (r->diags->errors > errors) {
        scrape_options_free(o);
        return NULL;
    }
    return o;
}

struct scrape_options *scrape_options_from_target(struct str target, struct error *err)
{
    struct scrape_options *o = with_defaults();
    char *text = str_dup(target);
    bool ok = set_url(o, text, err);
    free(text);
    if (!ok) {
        err->kind = ERROR_USAGE;
        scrape_options_free(o);
        return NULL;
    }
    o->http = http_config_default();
    o->fingerprint = str_hash(str_from(o->url));
    return o;
}

void scrape_options_free(struct scrape_options *o)
{
    if (o == NULL) {
        return;
    }
    VEC_EACH (&o->labels, struct scrape_label, label) {
        free(label->name);
        free(label->value);
    }
    vec_release(&o->labels);
    http_config_unref(o->http);
    free(o->url);
    free(o->instance);
    free(o);
}

bool scrape_options_same(const struct scrape_options *a, const struct scrape_options *b)
{
    return a->fingerprint == b->fingerprint;
}
