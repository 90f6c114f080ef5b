/*
 * Reading one pack. Everything wrong with it is reported at once; a pack with an error is not used.
 * At the end it is bound once with an empty scope, so that a signal that does not parse is found
 * when the pack is read and not when the first instance shows up.
 */
#include <stdlib.h>
#include <string.h>

#include "panel/bind.h"
#include "panel/panel.h"
#include "panel/panel_new.h"
#include "yaml/read.h"

#define PANEL_MAX_EACH      8
#define PANEL_MAX_RESOURCES 32
#define PANEL_MAX_ROWS      16
#define PANEL_MAX_CELLS     4

static bool is_identifier(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && !(i > 0 && c >= '0' && c <= '9')) {
            return false;
        }
    }
    return s.len != 0;
}

/* A sequence of label names, or one name alone. */
static void read_labels(struct yaml_reader *r, const struct yaml_node *node, char ***items,
                        size_t *len, size_t *capacity)
{
    VEC(char *) labels = {0};
    bool alone = node->kind == YAML_SCALAR;
    size_t count = alone ? 1 : node->kind == YAML_SEQUENCE ? node->count : 0;
    if (count == 0 || count > PANEL_MAX_EACH) {
        yaml_error(r, node, "expected a label or a list of 1 to %d labels", PANEL_MAX_EACH);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const struct yaml_node *item = alone ? node : node->items[i];
        char *label = item->kind == YAML_SCALAR ? yaml_string(r, item) : NULL;
        if (label == NULL || !is_identifier(str_from(label))) {
            yaml_error(r, item, "expected a label name");
            free(label);
            continue;
        }
        vec_push(&labels, label);
    }
    *items = labels.items;
    *len = labels.len;
    *capacity = labels.capacity;
}

static void read_unit(struct yaml_reader *r, const struct yaml_node *node, enum unit *unit)
{
    const struct yaml_node *at = yaml_member(r, node, "unit");
    if (at == NULL) {
        return;
    }
    if (at->kind != YAML_SCALAR || !unit_from_name(at->text, unit)) {
        struct diag *diag = yaml_error(r, at, "unknown unit '%.*s'", STR_ARG(at->text));
        diag_suggest(
            diag, "units are count, seconds, bytes, ratio, per_second, bytes_per_second, factor");
    }
}

/* A threshold: a number with a unit literal (`90%`, `500ms`) or without. */
static void read_threshold(struct yaml_reader *r, const struct yaml_node *node, const char *key,
                           bool *has, double *value)
{
    const struct yaml_node *at = yaml_member(r, node, key);
    if (at == NULL) {
        return;
    }
    struct error err = ERROR_INIT;
    enum unit unit;
    *has = at->kind == YAML_SCALAR && unit_parse(at->text, value, &unit, &err);
    if (at->kind != YAML_SCALAR) {
        yaml_error(r, at, "expected a number such as 90%% or 500ms");
    } else if (!*has) {
        yaml_error_in(r, at, &err);
    }
    error_release(&err);
}

static void read_signal(struct yaml_reader *r, struct panel *panel, const struct yaml_node *key,
                        const struct yaml_node *node)
{
    struct panel_signal signal = {.rollup = PANEL_ROLLUP_AVG};
    if (!is_identifier(key->text)) {
        yaml_error(r, key, "a signal's name consists of letters, digits and '_'");
        return;
    }
    if (panel->signals.len == PANEL_MAX_SIGNALS) {
        yaml_error(r, key, "more than %d signals", PANEL_MAX_SIGNALS);
        return;
    }
    if (!yaml_is_mapping(r, node)) {
        return;
    }
    const struct yaml_node *expr = yaml_required(r, node, "expr");
    if (expr != NULL && expr->kind != YAML_SCALAR) {
        yaml_error(r, expr, "expected an expression");
        expr = NULL;
    }
    signal.name = str_dup(key->text);
    signal.title = str_dup(key->text);
    /* As written: an environment variable has no business in an expression, and `$` is for
     * placeholders. */
    signal.expr = str_dup(expr != NULL ? expr->text : STR("0"));
    signal.span = expr != NULL ? expr->span : node->span;
    yaml_read_string(r, node, "title", &signal.title);
    read_unit(r, node, &signal.unit);
    static const char *const rollups[] = {"max", "avg", "min"};
    size_t rollup = PANEL_ROLLUP_AVG;
    if (signal.unit == UNIT_SECONDS || signal.unit == UNIT_RATIO) {
        rollup = PANEL_ROLLUP_MAX;
    }
    yaml_read_choice(r, node, "rollup", rollups, ARRAY_LEN(rollups), &rollup);
    signal.rollup = (enum panel_rollup)rollup;
    const struct yaml_node *each = yaml_member(r, node, "each");
    if (each != NULL) {
        read_labels(r, each, &signal.each.items, &signal.each.len, &signal.each.capacity);
    }
    read_threshold(r, node, "warning", &signal.has_warning, &signal.warning);
    read_threshold(r, node, "critical", &signal.has_critical, &signal.critical);
    yaml_read_bool(r, node, "low_is_bad", &signal.low_is_bad);
    yaml_read_done(r, node);
    vec_push(&panel->signals, signal);
}

static void read_signals(struct yaml_reader *r, struct panel *panel, const struct yaml_node *root)
{
    const struct yaml_node *signals = yaml_required(r, root, "signals");
    if (signals == NULL || !yaml_is_mapping(r, signals)) {
        return;
    }
    for (size_t i = 0; i < signals->count; i++) {
        read_signal(r, panel, signals->items[2 * i], signals->items[2 * i + 1]);
    }
    if (signals->count == 0) {
        yaml_error(r, signals, "a panel needs at least one signal");
    }
}

/* The number of the signal that scalar `at` names; PANEL_NONE after an error. */
static size_t resolve_signal(struct yaml_reader *r, const struct panel *panel,
                             const struct yaml_node *at)
{
    if (at->kind != YAML_SCALAR) {
        yaml_error(r, at, "expected a signal's name");
        return PANEL_NONE;
    }
    char *name = str_dup(at->text);
    size_t i = panel_find_signal(panel, name);
    if (i == PANEL_NONE) {
        yaml_error(r, at, "there is no signal '%s' in this panel", name);
    }
    free(name);
    return i;
}

static size_t read_signal_name(struct yaml_reader *r, const struct panel *panel,
                               const struct yaml_node *owner, const char *key)
{
    const struct yaml_node *at = yaml_member(r, owner, key);
    return at != NULL ? resolve_signal(r, panel, at) : PANEL_NONE;
}

static void read_resources(struct yaml_reader *r, struct panel *panel, const struct yaml_node *root)
{
    const struct yaml_node *resources = yaml_member(r, root, "resources");
    if (resources == NULL) {
        if (panel->shape == PANEL_USE) {
            yaml_error(r, root, "a panel of shape 'use' needs 'resources'");
        }
        return;
    }
    if (panel->shape != PANEL_USE) {
        yaml_error(r, resources, "'resources' belong to panels of shape 'use'");
    }
    if (resources->kind != YAML_SEQUENCE || resources->count > PANEL_MAX_RESOURCES) {
        yaml_error(r, resources, "expected a list of at most %d resources", PANEL_MAX_RESOURCES);
        return;
    }
    for (size_t i = 0; i < resources->count; i++) {
        const struct yaml_node *node = resources->items[i];
        struct panel_resource resource = {0};
        if (!yaml_is_mapping(r, node) || yaml_required(r, node, "resource") == NULL) {
            continue;
        }
        yaml_read_string(r, node, "resource", &resource.name);
        resource.utilization = read_signal_name(r, panel, node, "utilization");
        resource.saturation = read_signal_name(r, panel, node, "saturation");
        resource.errors = read_signal_name(r, panel, node, "errors");
        yaml_read_done(r, node);
        if (resource.name != NULL) {
            vec_push(&panel->resources, resource);
        }
    }
}

/* `chart: rate` or `chart: [p50, p95, p99]` */
static void read_cell(struct yaml_reader *r, const struct panel *panel, struct panel_row *row,
                      const struct yaml_node *node)
{
    const struct yaml_node *chart =
        yaml_is_mapping(r, node) ? yaml_required(r, node, "chart") : NULL;
    if (chart == NULL) {
        return;
    }
    struct panel_cell cell = {0};
    if (chart->kind == YAML_SEQUENCE) {
        for (size_t i = 0; i < chart->count; i++) {
            size_t signal = resolve_signal(r, panel, chart->items[i]);
            if (signal != PANEL_NONE) {
                vec_push(&cell.signals, signal);
            }
        }
    } else {
        size_t signal = resolve_signal(r, panel, chart);
        if (signal != PANEL_NONE) {
            vec_push(&cell.signals, signal);
        }
    }
    yaml_read_done(r, node);
    if (cell.signals.len != 0) {
        vec_push(&row->cells, cell);
    } else {
        vec_release(&cell.signals);
    }
}

static void read_view(struct yaml_reader *r, struct panel *panel, const struct yaml_node *root)
{
    const struct yaml_node *view = yaml_member(r, root, "view");
    if (view == NULL) {
        return;
    }
    if (view->kind != YAML_SEQUENCE || view->count > PANEL_MAX_ROWS) {
        yaml_error(r, view, "expected a list of at most %d rows", PANEL_MAX_ROWS);
        return;
    }
    for (size_t i = 0; i < view->count; i++) {
        const struct yaml_node *cells = view->items[i];
        if (cells->kind != YAML_SEQUENCE || cells->count == 0 || cells->count > PANEL_MAX_CELLS) {
            yaml_error(r, cells, "expected a row of 1 to %d charts", PANEL_MAX_CELLS);
            continue;
        }
        struct panel_row row = {0};
        for (size_t k = 0; k < cells->count; k++) {
            read_cell(r, panel, &row, cells->items[k]);
        }
        vec_push(&panel->view, row);
    }
}

static void read_head(struct yaml_reader *r, struct panel *panel, const struct yaml_node *root)
{
    yaml_required(r, root, "panel");
    yaml_read_string(r, root, "panel", &panel->name);
    yaml_read_string(r, root, "title", &panel->title);
    if (panel->title == NULL && panel->name != NULL) {
        panel->title = mem_strdup(panel->name);
    }
    static const char *const shapes[] = {"red", "use"};
    size_t shape = PANEL_RED;
    yaml_required(r, root, "shape");
    yaml_read_choice(r, root, "shape", shapes, ARRAY_LEN(shapes), &shape);
    panel->shape = (enum panel_shape)shape;
    const struct yaml_node *detect = yaml_required(r, root, "detect");
    if (detect != NULL && detect->kind == YAML_SCALAR) {
        panel->detect = str_dup(detect->text);
    } else if (detect != NULL) {
        yaml_error(r, detect, "expected a metric or selector");
    }
    const struct yaml_node *unless = yaml_member(r, root, "unless");
    if (unless != NULL && unless->kind == YAML_SCALAR) {
        panel->unless = str_dup(unless->text);
    }
    const struct yaml_node *each = yaml_required(r, root, "each");
    if (each != NULL) {
        read_labels(r, each, &panel->each.items, &panel->each.len, &panel->each.capacity);
    }
    yaml_read_string(r, root, "name", &panel->name_label);
    if (panel->name_label == NULL && panel->each.len != 0) {
        panel->name_label = mem_strdup(panel->each.items[0]);
    }
}

struct expression_check {
    struct yaml_reader *reader;
    const struct panel *panel;
    const struct yaml_node *root;
};

static void expression_error(void *user, size_t failed, const struct error *err)
{
    const struct expression_check *c = user;
    const struct yaml_node *at = yaml_get(c->root, "detect");
    if (failed != PANEL_NONE) {
        const struct yaml_node *signals = yaml_get(c->root, "signals");
        at = yaml_get(yaml_get(signals, c->panel->signals.items[failed].name), "expr");
    }
    yaml_error_in(c->reader, at, err);
}

/* Binds once to find what does not parse. */
static void check_expressions(struct yaml_reader *r, const struct panel *panel,
                              const struct yaml_node *root)
{
    const struct binding_scope scope = {.match = "", .window_ms = 60000};
    struct expression_check check = {.reader = r, .panel = panel, .root = root};
    binding_check(panel, &scope, expression_error, &check);
}

struct panel *panel_parse(const char *file, struct str text, struct diags *diags)
{
    size_t before = diags->errors;
    struct yaml_document *doc = yaml_parse(file, text, diags);
    if (doc == NULL) {
        return NULL;
    }
    struct yaml_reader r;
    yaml_reader_init(&r, doc, diags);
    struct panel *panel = panel_new();
    panel->file = mem_strdup(file);
    panel->fingerprint = str_hash(text);
    const struct yaml_node *root = yaml_root(doc);
    if (yaml_is_mapping(&r, root)) {
        read_head(&r, panel, root);
        read_signals(&r, panel, root);
        read_resources(&r, panel, root);
        read_view(&r, panel, root);
        yaml_read_done(&r, root);
    }
    if (diags->errors == before) {
        check_expressions(&r, panel, root);
    }
    yaml_reader_release(&r);
    yaml_destroy(doc);
    if (diags->errors != before) {
        panel_unref(panel);
        return NULL;
    }
    return panel;
}
