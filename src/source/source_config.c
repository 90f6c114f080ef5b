/* The `sources:` block. Every mistake in it is reported; a source with one is left out of the list,
 * which is then not used anyway. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "source/schedule.h"
#include "source/source.h"
#include "yaml/read.h"

#define NAME_MAX_BYTES 63

/* The name of the embedded store among those who answer. */
#define RESERVED_NAME "local"

struct config_reader {
    struct yaml_reader *yaml;
    VEC(const struct yaml_node *) names; /* nodes of the names so far */
    int64_t default_interval_ms;
};

void source_config_release(struct source_config *config)
{
    if (config->ops != NULL && config->options != NULL) {
        config->ops->free_options(config->options);
    }
    free(config->name);
    *config = (struct source_config){0};
}

void source_configs_release(struct source_configs *configs)
{
    VEC_EACH (&configs->list, struct source_config, config) {
        source_config_release(config);
    }
    vec_release(&configs->list);
}

/* It becomes the `job` label, and a word on command lines and screens. */
static bool name_is_valid(struct str name)
{
    if (name.len == 0 || name.len > NAME_MAX_BYTES || !utf8_valid(name)) {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.data[i];
        if (c <= ' ' || c == 0x7f || c == '"' || c == '\'') {
            return false;
        }
    }
    return true;
}

static void read_name(struct config_reader *r, const struct yaml_node *node,
                      struct source_config *config)
{
    const struct yaml_node *at = yaml_required(r->yaml, node, "name");
    config->name = at != NULL ? yaml_string(r->yaml, at) : NULL;
    if (config->name == NULL) {
        return;
    }
    if (!name_is_valid(str_from(config->name))) {
        yaml_error(r->yaml, at,
                   "the name of a source is 1 to %d bytes of text without blanks and quotes",
                   NAME_MAX_BYTES);
        return;
    }
    if (strcmp(config->name, RESERVED_NAME) == 0) {
        yaml_error(r->yaml, at, "'%s' is the name of tocsin's own store", RESERVED_NAME);
        return;
    }
    VEC_EACH (&r->names, const struct yaml_node *, it) {
        if (str_equal((*it)->text, at->text)) {
            yaml_error(r->yaml, at, "the source on line %u has the name '%s' as well",
                       (*it)->span.line, config->name);
            return;
        }
    }
    vec_push(&r->names, at);
}

static void read_times(struct config_reader *r, const struct yaml_node *node,
                       struct source_config *config)
{
    int64_t interval_ms = 0;
    yaml_read_duration(r->yaml, node, "interval", &interval_ms);
    yaml_read_duration(r->yaml, node, "timeout", &config->timeout_ms);
    if (interval_ms == 0) {
        interval_ms = config->ops != NULL && config->ops->default_interval_ms > 0
                          ? config->ops->default_interval_ms
                          : r->default_interval_ms;
    }
    config->interval_ms = interval_ms;
    if (config->timeout_ms > interval_ms) {
        yaml_error(r->yaml, yaml_get(node, "timeout"), "the timeout is longer than the interval");
    }
    if (config->timeout_ms == 0) {
        config->timeout_ms =
            interval_ms < SCHEDULE_TIMEOUT_MAX_MS ? interval_ms : SCHEDULE_TIMEOUT_MAX_MS;
    }
}

/* The one member that is named as a kind. */
static void read_kind(struct config_reader *r, const struct yaml_node *node,
                      struct source_config *config)
{
    size_t count;
    const struct source_ops *const *table = source_table(&count);
    for (size_t i = 0; i < count; i++) {
        const struct yaml_node *options = yaml_member(r->yaml, node, table[i]->kind);
        if (options == NULL) {
            continue;
        }
        if (config->ops != NULL) {
            yaml_error(r->yaml, options, "a source has one kind: this one is '%s' already",
                       config->ops->kind);
            continue;
        }
        config->ops = table[i];
        config->options = table[i]->read_options(r->yaml, options);
    }
}

static void report_no_kind(struct config_reader *r, const struct yaml_node *node)
{
    struct strbuf kinds = STRBUF_INIT;
    size_t count;
    const struct source_ops *const *table = source_table(&count);
    for (size_t i = 0; i < count; i++) {
        strbuf_printf(&kinds, "%s'%s'",
                      i == 0          ? ""
                      : i + 1 < count ? ", "
                                      : " or ",
                      table[i]->kind);
    }
    yaml_error(r->yaml, node, "the source does not say what it is: expected %s",
               strbuf_cstr(&kinds));
    strbuf_release(&kinds);
}

static void read_one(struct config_reader *r, const struct yaml_node *node,
                     struct source_configs *out)
{
    if (!yaml_is_mapping(r->yaml, node)) {
        return;
    }
    size_t before = r->yaml->diags->errors;
    struct source_config config = {0};
    read_name(r, node, &config);
    read_kind(r, node, &config);
    read_times(r, node, &config);
    size_t known = r->yaml->diags->errors;
    yaml_read_done(r->yaml, node);
    /* An unknown key is most likely the kind misspelt, and says so. */
    if (config.ops == NULL && r->yaml->diags->errors == known) {
        report_no_kind(r, node);
    }
    if (r->yaml->diags->errors > before || config.options == NULL) {
        source_config_release(&config);
        return;
    }
    vec_push(&out->list, config);
}

void source_configs_read(struct source_configs *out, struct yaml_reader *reader,
                         const struct yaml_node *node, int64_t default_interval_ms)
{
    if (node == NULL || node->kind == YAML_NULL) {
        return;
    }
    if (node->kind != YAML_SEQUENCE) {
        yaml_error(reader, node, "expected a list of sources: lines that begin with '- name:'");
        return;
    }
    struct config_reader r = {.yaml = reader, .default_interval_ms = default_interval_ms};
    for (size_t i = 0; i < node->count; i++) {
        read_one(&r, node->items[i], out);
    }
    vec_release(&r.names);
}
