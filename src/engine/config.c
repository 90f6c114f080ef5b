/* See config.h. */
#include "engine/config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/http.h"
#include "net/url.h"
#include "query/directory.h"
#include "yaml/read.h"

#define MAX_SERIES_LIMIT ((int64_t)100000000)

static char *user_folder(void)
{
    const char *xdg = getenv("XDG_CONFIG_HOME");
    if (xdg != NULL && xdg[0] == '/') {
        return mem_printf("%s/tocsin", xdg);
    }
    const char *home = getenv("HOME");
    return home != NULL && home[0] == '/' ? mem_printf("%s/.config/tocsin", home) : NULL;
}

static char *if_readable(char *path)
{
    if (path != NULL && access(path, R_OK) != 0) {
        free(path);
        return NULL;
    }
    return path;
}

char *config_find(const char *named)
{
    if (named != NULL) {
        return mem_strdup(named);
    }
    const char *from_env = getenv("TOCSIN_CONFIG");
    if (from_env != NULL && from_env[0] != '\0') {
        return mem_strdup(from_env);
    }
    char *folder = user_folder();
    char *path = folder != NULL ? if_readable(mem_printf("%s/tocsin.yaml", folder)) : NULL;
    free(folder);
    return path != NULL ? path : if_readable(mem_strdup("/etc/tocsin/tocsin.yaml"));
}

static char **data_folders(const char *what, size_t *count)
{
    VEC(char *) folders = {0};
    char *user = user_folder();
    if (user != NULL) {
        vec_push(&folders, mem_printf("%s/%s", user, what));
    }
    free(user);
    vec_push(&folders, mem_printf("/etc/tocsin/%s", what));
    *count = folders.len;
    return folders.items;
}

char **config_panel_folders(size_t *count)
{
    return data_folders("panels", count);
}

char **config_theme_folders(size_t *count)
{
    return data_folders("themes", count);
}

static void load_packs(struct config *config, struct diags *diags)
{
    size_t count;
    char **folders = config_panel_folders(&count);
    packs_load(&config->packs, (const char *const *)folders, count, diags);
    for (size_t i = 0; i < count; i++) {
        free(folders[i]);
    }
    free(folders);
}

static struct config *config_new(void)
{
    struct config *config = mem_zalloc(1, sizeof(*config));
    config->refs = 1;
    config->environment = mem_strdup("");
    config->interval_ms = CONFIG_INTERVAL_DEFAULT_MS;
    config->retention_ms = CONFIG_RETENTION_DEFAULT_MS;
    config->max_series = STORE_MAX_SERIES_DEFAULT;
    config->promql = config_promql_default();
    config_rules_init(&config->rules);
    return config;
}

struct config *config_ref(const struct config *config)
{
    struct config *mine = (struct config *)(uintptr_t)config;
    mine->refs++;
    return mine;
}

void config_unref(struct config *config)
{
    if (config == NULL || --config->refs != 0) {
        return;
    }
    source_configs_release(&config->sources);
    VEC_EACH (&config->targets, struct config_target, target) {
        free(target->url);
        free(target->name);
    }
    vec_release(&config->targets);
    services_release(&config->services);
    packs_release(&config->packs);
    config_rules_release(&config->rules);
    free(config->file);
    free(config->environment);
    free(config->default_source);
    free(config->theme);
    free(config->glyphs);
    free(config);
}

static void read_global(struct config *config, struct yaml_reader *r, const struct yaml_node *root)
{
    const struct yaml_node *global = yaml_member(r, root, "global");
    if (global == NULL || !yaml_is_mapping(r, global)) {
        return;
    }
    int64_t max_series = (int64_t)config->max_series;
    yaml_read_string(r, global, "environment", &config->environment);
    yaml_read_string(r, global, "default_source", &config->default_source);
    yaml_read_duration(r, global, "interval", &config->interval_ms);
    yaml_read_duration(r, global, "retention", &config->retention_ms);
    yaml_read_int(r, global, "max_series", 1, MAX_SERIES_LIMIT, &max_series);
    config->max_series = (size_t)max_series;
    config_rules_read_global(&config->rules, r, global);
    yaml_read_done(r, global);
}

static void read_console(struct config *config, struct yaml_reader *r, const struct yaml_node *root)
{
    const struct yaml_node *console = yaml_member(r, root, "console");
    if (console == NULL || !yaml_is_mapping(r, console)) {
        return;
    }
    yaml_read_string(r, console, "theme", &config->theme);
    yaml_read_string(r, console, "glyphs", &config->glyphs);
    yaml_read_done(r, console);
}

static bool has_source(const struct config *config, const char *name)
{
    VEC_EACH (&config->sources.list, const struct source_config, source) {
        if (strcmp(source->name, name) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_panel(const struct config *config, const char *name)
{
    VEC_EACH (&config->packs.list, struct panel *const, panel) {
        if (strcmp((*panel)->name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* Names that do not resolve. */
static void check_names(const struct config *config, struct yaml_reader *r,
                        const struct yaml_node *root)
{
    if (config->default_source != NULL && strcmp(config->default_source, DIRECTORY_LOCAL) != 0 &&
        !has_source(config, config->default_source)) {
        yaml_error(r, yaml_get(yaml_get(root, "global"), "default_source"),
                   "there is no source '%s'", config->default_source);
    }
    const struct yaml_node *services = yaml_get(root, "services");
    for (size_t i = 0; services != NULL && i < services->count; i++) {
        const struct yaml_node *node = services->items[i];
        const struct yaml_node *name = node->kind == YAML_MAPPING ? yaml_get(node, "name") : NULL;
        VEC_EACH (&config->services.list, const struct service, service) {
            if (name == NULL || !str_equal_c(name->text, service->name)) {
                continue;
            }
            if (service->source != NULL && !has_source(config, service->source)) {
                yaml_error(r, yaml_get(node, "source"), "there is no source '%s'", service->source);
            }
            if (service->panel != NULL && !has_panel(config, service->panel)) {
                yaml_error(r, yaml_get(node, "panel"), "there is no panel '%s'", service->panel);
            }
        }
    }
}

struct config *config_load(const char *file, struct diags *diags)
{
    size_t before = diags->errors;
    struct config *config = config_new();
    config->file = mem_strdup(file);
    load_packs(config, diags);
    struct yaml_document *doc = yaml_load(file, diags);
    if (doc != NULL) {
        struct yaml_reader r;
        yaml_reader_init(&r, doc, diags);
        const struct yaml_node *root = yaml_root(doc);
        if (root->kind == YAML_NULL || yaml_is_mapping(&r, root)) {
            read_global(config, &r, root);
            read_console(config, &r, root);
            config_promql_read(&config->promql, &r, root);
            source_configs_read(&config->sources, &r, yaml_member(&r, root, "sources"),
                                config->interval_ms);
            services_read(&config->services, &r, yaml_member(&r, root, "services"));
            config_rules_add_own(&config->rules, config->interval_ms, diags);
            config_rules_read(config, &r, root);
            yaml_read_done(&r, root);
            check_names(config, &r, root);
        }
        yaml_reader_release(&r);
        yaml_destroy(doc);
    }
    if (diags->errors != before) {
        config_unref(config);
        return NULL;
    }
    return config;
}

static bool name_is_taken(const struct config *config, const char *name)
{
    VEC_EACH (&config->targets, const struct config_target, target) {
        if (strcmp(target->name, name) == 0) {
            return true;
        }
    }
    return has_source(config, name);
}

static bool refuse_name(struct error *err, const char *name)
{
    error_set(err, ERROR_USAGE, "two targets have the name '%s'", name);
    error_suggest(err, "a configuration can give them names of their own");
    return false;
}

/* A source from a target whose kind its scheme says. */
static bool add_kind(struct config *config, const char *kind, const char *name, struct str target,
                     struct error *err)
{
    const struct source_ops *ops = source_find(str_from(kind));
    void *options = ops != NULL ? ops->target_options(target, err) : NULL;
    if (options == NULL) {
        return ops != NULL ? false : error_set(err, ERROR_UNSUPPORTED, "built without '%s'", kind);
    }
    if (name_is_taken(config, name)) {
        ops->free_options(options);
        return refuse_name(err, name);
    }
    int64_t interval_ms =
        ops->default_interval_ms != 0 ? ops->default_interval_ms : config->interval_ms;
    struct source_config source = {.name = mem_strdup(name),
                                   .ops = ops,
                                   .interval_ms = interval_ms,
                                   .timeout_ms = interval_ms < 10000 ? interval_ms : 10000,
                                   .options = options};
    vec_push(&config->sources.list, source);
    return true;
}

/* "127.0.0.1:9090" out of "http://me:secret@127.0.0.1:9090/prom". */
static char *name_of(const char *url)
{
    struct strbuf text = STRBUF_INIT;
    http_url_redacted(&text, url);
    struct str rest = strbuf_str(&text);
    rest = str_slice(rest, str_find(rest, '/') + 2, SIZE_MAX);
    char *name = str_dup(str_slice(rest, 0, str_find(rest, '/')));
    strbuf_release(&text);
    return name;
}

static bool add_address(struct config *config, const char *url, bool optional, struct error *err)
{
    struct url parts;
    if (!url_parse(url, &parts, err)) {
        err->kind = ERROR_USAGE;
        return false;
    }
    url_release(&parts);
    char *name = name_of(url);
    if (name_is_taken(config, name)) {
        refuse_name(err, name);
        free(name);
        return false;
    }
    struct config_target target = {.url = mem_strdup(url), .name = name, .optional = optional};
    vec_push(&config->targets, target);
    return true;
}

static bool add_target(struct config *config, const char *target, struct error *err)
{
    struct str t = str_from(target);
    if (str_starts_with(t, STR("http://")) || str_starts_with(t, STR("https://"))) {
        return add_address(config, target, false, err);
    }
    if (str_equal(t, STR("host:"))) {
        return add_kind(config, "host", "host", t, err);
    }
    error_set(err, ERROR_USAGE, "cannot tell what '%s' is", target);
    if (str_find(t, ':') > 0 && str_find(t, ':') < t.len && str_find(t, '/') == t.len) {
        error_suggest(err, "did you mean 'http://%s'?", target);
    } else {
        error_suggest(err, "targets are http://HOST:PORT, https://HOST:PORT and host:");
    }
    return false;
}

static void report(struct diags *diags, bool ok, struct error *err)
{
    if (!ok) {
        diags_add_error(diags, NULL, STR_NONE, err);
        error_release(err);
    }
}

struct config *config_from_targets(const char *const *targets, size_t count, struct diags *diags)
{
    size_t before = diags->errors;
    struct config *config = config_new();
    load_packs(config, diags);
    struct error err = ERROR_INIT;
    for (size_t i = 0; i < count; i++) {
        report(diags, add_target(config, targets[i], &err), &err);
    }
    config_rules_add_own(&config->rules, config->interval_ms, diags);
    if (count == 0) {
        report(diags, add_target(config, "host:", &err), &err);
        report(diags, add_address(config, "http://127.0.0.1:9090", true, &err), &err);
        /* Without /metrics, which would be taken for a page unasked: nothing may be there. */
        report(diags, add_address(config, "http://127.0.0.1:9100", true, &err), &err);
    }
    if (diags->errors != before) {
        config_unref(config);
        return NULL;
    }
    return config;
}
