/* See config_rules.h. */
#include "engine/config_rules.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/suggest.h"
#include "engine/config.h"
#include "engine/service_signals.h"
#include "query/directory.h"
#include "rule/packs.h"
#include "rule/service_alerts.h"

#define BUILTIN  "builtin:"
#define OWN_PACK "tocsin"
#define RULE_RATES \
    ((int64_t)5 * 60 * 1000) /* the window of rates in rules: only charts follow the zoom */

/* A pack by its name; NULL with `err`, or after diagnostics. */
static struct rule_file *parse_pack(struct str name, struct diags *diags, struct error *err)
{
    struct str text;
    if (!rule_packs_find(name, &text, err)) {
        return NULL;
    }
    char *file = mem_printf("(built in)/%.*s.yaml", STR_ARG(name));
    struct rule_file *out = rule_file_parse(file, text, diags);
    free(file);
    return out;
}

static void add_file(struct config_rules *rules, struct rule_file *file,
                     const struct ruleset_binding *binding)
{
    if (file != NULL) {
        ruleset_add(rules->set, file, binding);
        rule_file_unref(file);
    }
}

void config_rules_init(struct config_rules *rules)
{
    *rules = (struct config_rules){.set = ruleset_create(), .external_url = mem_strdup("")};
    arena_init(&rules->arena);
}

void config_rules_add_own(struct config_rules *rules, int64_t interval_ms, struct diags *diags)
{
    struct error err = ERROR_INIT;
    const struct ruleset_binding binding = {
        .source = DIRECTORY_LOCAL, .local = true, .interval_ms = interval_ms};
    add_file(rules, parse_pack(STR(OWN_PACK), diags, &err), &binding);
    if (error_is(&err)) {
        diags_add_error(diags, NULL, STR_NONE, &err);
        error_release(&err);
    }
}

bool config_rules_has_users(const struct config_rules *rules)
{
    return rules->set->files.len > 1;
}

void config_rules_release(struct config_rules *rules)
{
    ruleset_unref(rules->set);
    arena_release(&rules->arena);
    free(rules->external_url);
    VEC_EACH (&rules->watched, char *, file) {
        free(*file);
    }
    vec_release(&rules->watched);
}

void config_rules_read_global(struct config_rules *rules, struct yaml_reader *r,
                              const struct yaml_node *global)
{
    yaml_read_string(r, global, "external_url", &rules->external_url);
    rules->external_labels =
        rule_pairs_read_expanded(r, &rules->arena, global, "external_labels", "label");
}

/* One reading of the configuration's rules. */
struct reading {
    struct config *config;
    struct yaml_reader *r;
};

static const struct source_config *find_source(const struct config *config, const char *name)
{
    VEC_EACH (&config->sources.list, const struct source_config, source) {
        if (strcmp(source->name, name) == 0) {
            return source;
        }
    }
    return NULL;
}

/* Series, not only alerts that another engine has. */
static bool has_series(const struct source_config *source)
{
    return source->ops->answers_promql ||
           (source->ops->report != NULL && source->ops->foreign == NULL);
}

/* "local" for what is polled: one store, one engine. */
static const char *answering(const struct source_config *source)
{
    return source->ops->answers_promql ? source->name : DIRECTORY_LOCAL;
}

/* The only one there is, or NULL where there are several. */
static const char *only_source(const struct config *config)
{
    const char *only = NULL;
    VEC_EACH (&config->sources.list, const struct source_config, source) {
        if (has_series(source) && only != NULL && strcmp(only, answering(source)) != 0) {
            return NULL;
        }
        only = has_series(source) ? answering(source) : only;
    }
    return only != NULL ? only : DIRECTORY_LOCAL;
}

static void refuse_unknown(const struct reading *reading, const struct yaml_node *at,
                           const char *named)
{
    VEC(const char *) names = {0};
    VEC_EACH (&reading->config->sources.list, const struct source_config, source) {
        if (has_series(source)) {
            vec_push(&names, source->name);
        }
    }
    vec_push(&names, DIRECTORY_LOCAL);
    struct diag *diag = yaml_error(reading->r, at, "there is no source '%s'", named);
    const char *nearest = suggest_nearest(str_from(named), names.items, names.len);
    if (nearest != NULL) {
        diag_suggest(diag, "did you mean '%s'?", nearest);
    }
    vec_release(&names);
}

/* Who answers; NULL after an error at `at`. */
static const char *resolve_named(const struct reading *reading, const struct yaml_node *at,
                                 const char *named)
{
    if (strcmp(named, DIRECTORY_LOCAL) == 0) {
        return DIRECTORY_LOCAL;
    }
    const struct source_config *source = find_source(reading->config, named);
    if (source == NULL) {
        refuse_unknown(reading, at, named);
        return NULL;
    }
    if (!has_series(source)) {
        struct diag *diag = yaml_error(reading->r, at, "'%s' has alerts and no series", named);
        diag_suggest(diag, "rules need a source that can be asked, or '%s'", DIRECTORY_LOCAL);
        return NULL;
    }
    return answering(source);
}

/* The same where none is named. An unknown default is told where it is named. */
static const char *resolve_default(const struct reading *reading, const struct yaml_node *at)
{
    const char *named = reading->config->default_source;
    bool known = named != NULL && (strcmp(named, DIRECTORY_LOCAL) == 0 ||
                                   find_source(reading->config, named) != NULL);
    if (known) {
        return resolve_named(reading, at, named);
    }
    const char *only = named == NULL ? only_source(reading->config) : NULL;
    if (named == NULL && only == NULL) {
        struct diag *diag = yaml_error(reading->r, at, "which source answers for this?");
        diag_suggest(diag,
                     "name it as 'source' here or as global.default_source; '%s' is the "
                     "store of what tocsin polls itself",
                     DIRECTORY_LOCAL);
    }
    return only;
}

static bool is_read(const struct reading *reading, const char *path, const char *source)
{
    VEC_EACH (&reading->config->rules.set->groups, const struct bound_group, group) {
        if (strcmp(group->file->file, path) == 0 && strcmp(group->source, source) == 0) {
            return true;
        }
    }
    return false;
}

static void watch(struct config_rules *rules, const char *path)
{
    VEC_EACH (&rules->watched, char *const, file) {
        if (strcmp(*file, path) == 0) {
            return;
        }
    }
    vec_push(&rules->watched, mem_strdup(path));
}

static void load(const struct reading *reading, const char *path,
                 const struct ruleset_binding *binding)
{
    struct config_rules *rules = &reading->config->rules;
    watch(rules, path);
    if (!is_read(reading, path, binding->source)) {
        add_file(rules, rule_file_load(path, reading->r->diags), binding);
    }
}

/* Relative to the folder of the configuration. */
static void load_pattern(const struct reading *reading, const struct yaml_node *at,
                         const char *pattern, const struct ruleset_binding *binding)
{
    const char *slash = strrchr(reading->config->file, '/');
    int folder = slash != NULL ? (int)(slash - reading->config->file) + 1 : 0;
    char *path = pattern[0] == '/' ? mem_strdup(pattern)
                                   : mem_printf("%.*s%s", folder, reading->config->file, pattern);
    glob_t found;
    int status = glob(path, 0, NULL, &found);
    if (status == 0) {
        for (size_t i = 0; i < found.gl_pathc; i++) {
            load(reading, found.gl_pathv[i], binding);
        }
        globfree(&found);
    } else if (status == GLOB_NOMATCH && strpbrk(pattern, "*?[") != NULL) {
        yaml_warning(reading->r, at, "no file is named '%s'", pattern);
    } else {
        yaml_error(reading->r, at, "there is no rule file '%s'", path);
    }
    free(path);
}

static void load_named(const struct reading *reading, const struct yaml_node *at, const char *text,
                       const struct ruleset_binding *binding)
{
    struct str name = str_from(text);
    if (!str_starts_with(name, STR(BUILTIN))) {
        load_pattern(reading, at, text, binding);
        return;
    }
    struct error err = ERROR_INIT;
    name = str_slice(name, strlen(BUILTIN), SIZE_MAX);
    struct rule_file *file = parse_pack(name, reading->r->diags, &err);
    if (error_is(&err)) {
        yaml_error_in(reading->r, at, &err);
        error_release(&err);
    }
    bool own = str_equal_c(name, OWN_PACK);
    if (file != NULL && !own && !is_read(reading, file->file, binding->source)) {
        add_file(&reading->config->rules, file, binding);
    } else {
        rule_file_unref(file); /* it is there already */
    }
}

/* An item of the list; `files` and `source` are NULL where they are not said. */
struct rule_files_item {
    const struct yaml_node *at;
    char *files;
    char *source;
    bool recorded_there;
};

static void read_mapping(const struct reading *reading, const struct yaml_node *node,
                         struct rule_files_item *item)
{
    static const char *const words[] = {"here", "server"};
    struct yaml_reader *r = reading->r;
    size_t recorded = 0;
    const struct yaml_node *files = yaml_required(r, node, "files");
    item->at = files != NULL ? files : node;
    yaml_read_string(r, node, "files", &item->files);
    yaml_read_string(r, node, "source", &item->source);
    yaml_read_choice(r, node, "recorded", words, ARRAY_LEN(words), &recorded);
    yaml_read_done(r, node);
    item->recorded_there = recorded == 1;
}

static void read_rule_file(const struct reading *reading, const struct yaml_node *node)
{
    struct yaml_reader *r = reading->r;
    struct rule_files_item item = {.at = node};
    if (node->kind == YAML_MAPPING) {
        read_mapping(reading, node, &item);
    } else if (node->kind == YAML_SCALAR) {
        item.files = yaml_string(r, node);
    } else {
        yaml_error(r, node, "expected a file name, or a mapping with 'files' and 'source'");
    }
    const char *source = item.files == NULL ? NULL
                         : item.source == NULL
                             ? resolve_default(reading, node)
                             : resolve_named(reading, yaml_get(node, "source"), item.source);
    bool local = source != NULL && strcmp(source, DIRECTORY_LOCAL) == 0;
    if (local && item.recorded_there) {
        yaml_error(r, yaml_get(node, "recorded"), "'%s' is no server that records", source);
    } else if (source != NULL) {
        const struct ruleset_binding binding = {.source = source,
                                                .local = local,
                                                .recorded_there = item.recorded_there,
                                                .interval_ms = reading->config->interval_ms};
        load_named(reading, item.at, item.files, &binding);
    }
    free(item.files);
    free(item.source);
}

static void read_rule_files(const struct reading *reading, const struct yaml_node *root)
{
    const struct yaml_node *list = yaml_member(reading->r, root, "rule_files");
    if (list == NULL || list->kind == YAML_NULL) {
        return;
    }
    if (list->kind != YAML_SEQUENCE || list->count > CONFIG_MAX_RULE_FILES) {
        yaml_error(reading->r, list, "expected a list of at most %d rule files",
                   CONFIG_MAX_RULE_FILES);
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        read_rule_file(reading, list->items[i]);
    }
}

/* In order of names, as pairs are. */
static struct rule_pairs labels_of(struct arena *arena, const struct service *service)
{
    struct rule_pairs pairs = {0};
    pairs.items = arena_array(arena, struct rule_pair, service->match_count + 1);
    for (size_t i = 0; i < service->match_count; i++) {
        struct rule_pair pair = {.name = str_from(service->match[i].label),
                                 .value = str_from(service->match[i].value)};
        size_t at = pairs.count++;
        for (; at > 0 && str_compare(pairs.items[at - 1].name, pair.name) > 0; at--) {
            pairs.items[at] = pairs.items[at - 1];
        }
        pairs.items[at] = pair;
    }
    return pairs;
}

static void read_service(const struct reading *reading, const struct yaml_node *node,
                         const struct service *service)
{
    const struct yaml_node *list = yaml_get(node, "alerts");
    /* One that there is not is told where it is named. */
    bool unknown = service->source != NULL && find_source(reading->config, service->source) == NULL;
    const char *source = unknown                   ? NULL
                         : service->source == NULL ? resolve_default(reading, list)
                                                   : resolve_named(reading, list, service->source);
    if (source == NULL) {
        return;
    }
    struct arena arena;
    arena_init(&arena);
    struct service_signals signals;
    service_signals_init(&signals, service, &reading->config->packs, RULE_RATES);
    const struct parse_options expressions = {.conveniences = true,
                                              .signals = service_signals_find,
                                              .signals_user = &signals,
                                              .signal_names = signals.names.items,
                                              .signal_name_count = signals.names.len};
    const struct service_scope scope = {.service = str_from(service->name),
                                        .labels = labels_of(&arena, service),
                                        .expressions = &expressions};
    struct rule_file *file = service_alerts_read(reading->r, list, &scope);
    const struct ruleset_binding binding = {.source = source,
                                            .local = strcmp(source, DIRECTORY_LOCAL) == 0,
                                            .interval_ms = reading->config->interval_ms};
    add_file(&reading->config->rules, file, &binding);
    service_signals_release(&signals);
    arena_release(&arena);
}

static void read_services(const struct reading *reading, const struct yaml_node *root)
{
    const struct yaml_node *services = yaml_get(root, "services");
    if (services == NULL || services->kind != YAML_SEQUENCE) {
        return;
    }
    for (size_t i = 0; i < services->count; i++) {
        const struct yaml_node *node = services->items[i];
        bool mapping = node->kind == YAML_MAPPING && yaml_get(node, "alerts") != NULL;
        const struct yaml_node *name = mapping ? yaml_get(node, "name") : NULL;
        VEC_EACH (&reading->config->services.list, const struct service, service) {
            if (name != NULL && str_equal_c(name->text, service->name)) {
                read_service(reading, node, service);
                break;
            }
        }
    }
}

void config_rules_read(struct config *config, struct yaml_reader *r, const struct yaml_node *root)
{
    const struct reading reading = {config, r};
    read_rule_files(&reading, root);
    read_services(&reading, root);
    ruleset_settle(config->rules.set, r->diags);
}
