/* See world.h. */
#include "unittest/world.h"

#include "promql/eval/memo.h"
#include "promql/promql.h"
#include "promql/syntax/series_notation.h"

void world_init(struct world *w)
{
    *w = (struct world){0};
    w->table = label_table_create();
    struct store_options options = {0};
    w->store = store_create(&options, w->table);
    w->memo = memo_create(0);
}

static void forget_natives(struct world *w)
{
    VEC_EACH (&w->natives, struct labels *, ls) {
        labels_unref(*ls);
    }
    vec_release(&w->natives);
}

void world_release(struct world *w)
{
    forget_natives(w);
    memo_destroy(w->memo);
    store_destroy(w->store);
    label_table_destroy(w->table);
}

void world_clear(struct world *w)
{
    forget_natives(w);
    memo_destroy(w->memo);
    store_destroy(w->store);
    struct store_options options = {0};
    w->store = store_create(&options, w->table);
    w->memo = memo_create(0);
}

/* What a load gave for one series; of a series given twice the last line counts. */
struct loaded {
    struct labels *labels;
    struct notation_values values;
};

struct load {
    VEC(struct loaded) series;
    size_t samples;
    struct str script;
};

static void load_release(struct load *l)
{
    VEC_EACH (&l->series, struct loaded, s) {
        labels_unref(s->labels);
        notation_values_release(&s->values);
    }
    vec_release(&l->series);
}

static struct loaded *load_find(struct load *l, const struct labels *labels)
{
    VEC_EACH (&l->series, struct loaded, s) {
        if (s->labels == labels) {
            return s;
        }
    }
    return NULL;
}

static bool load_line(struct world *w, struct load *l, const struct script_line *line,
                      struct error *err)
{
    struct str rest;
    struct labels *labels = series_notation_labels(line->text, w->table, &rest, err);
    if (labels == NULL) {
        return script_place(l->script, line->text, err);
    }
    if (str_starts_with(rest, STR("@"))) {
        labels_unref(labels); /* start timestamps change nothing an expression can see */
        return true;
    }
    struct notation_values values = {0};
    if (!series_notation_values(rest, &values, err)) {
        if (err->kind != ERROR_UNSUPPORTED) {
            labels_unref(labels);
            notation_values_release(&values);
            return script_place(l->script, rest, err);
        }
        error_release(err);
        notation_values_release(&values);
        vec_push(&w->natives, labels);
        return true;
    }
    l->samples += values.list.len;
    if (l->samples > WORLD_MAX_SAMPLES) {
        labels_unref(labels);
        notation_values_release(&values);
        error_set(err, ERROR_LIMIT, "more than %zu values in one load", WORLD_MAX_SAMPLES);
        return script_place(l->script, rest, err);
    }
    struct loaded *earlier = load_find(l, labels);
    if (earlier != NULL) {
        notation_values_release(&earlier->values);
        earlier->values = values;
        labels_unref(labels);
        return true;
    }
    vec_push(&l->series, ((struct loaded){.labels = labels, .values = values}));
    return true;
}

/* `x_bucket{le="1", a="b"}` also makes the native histogram `x{a="b"}`. */
static void add_custom_histogram(struct world *w, const struct labels *ls)
{
    struct str name = labels_name(ls);
    struct str suffix = STR("_bucket");
    if (!str_ends_with(name, suffix)) {
        return;
    }
    struct labels_builder b;
    labels_builder_init(&b, w->table);
    labels_builder_from(&b, ls);
    labels_builder_remove(&b, STR("le"));
    labels_builder_set(&b, STR(LABEL_NAME), str_slice(name, 0, name.len - suffix.len));
    struct error err = ERROR_INIT;
    struct labels *native = labels_builder_finish(&b, &err);
    if (native != NULL) {
        vec_push(&w->natives, native);
    }
    error_release(&err);
    labels_builder_release(&b);
}

bool world_load(struct world *w, const struct command *load, struct str script, struct error *err)
{
    struct load l = {.script = script};
    bool ok = true;
    VEC_EACH (&load->lines, const struct script_line, line) {
        ok = ok && load_line(w, &l, line, err);
    }
    struct batch batch;
    batch_init(&batch);
    batch_reset(&batch, 0);
    VEC_EACH (&l.series, struct loaded, s) {
        for (size_t i = 0; i < s->values.list.len; i++) {
            if (!s->values.list.items[i].omitted) {
                batch_add_labels(&batch, labels_ref(s->labels), s->values.list.items[i].v);
                batch_set_time(&batch, (int64_t)i * load->step_ms);
            }
        }
        if (load->with_nhcb) {
            add_custom_histogram(w, s->labels);
        }
    }
    ok = ok && store_commit(w->store, 0, &batch, NULL, err);
    batch_release(&batch);
    load_release(&l);
    return ok;
}

struct native_search {
    const struct world *world;
    bool found;
};

static bool look_for_natives(void *user, const struct node *n)
{
    struct native_search *search = user;
    if (n->kind == NODE_SELECTOR) {
        VEC_EACH (&search->world->natives, struct labels *, ls) {
            if (matchers_test(n->selector.matchers, n->selector.matcher_count, *ls) ==
                MATCHER_YES) {
                search->found = true;
            }
        }
    }
    return !search->found;
}

bool world_needs_natives(const struct world *w, const struct expr *e)
{
    struct native_search search = {.world = w};
    node_walk(e->root, look_for_natives, &search);
    return search.found;
}
