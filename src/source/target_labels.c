#include "source/target_labels.h"

bool target_labels_make(struct label_table *table, struct str job, struct str instance,
                        const struct label *extra, size_t extra_count, struct labels **out,
                        struct error *err)
{
    struct labels_builder b;
    labels_builder_init(&b, table);
    labels_builder_set(&b, STR("job"), job);
    labels_builder_set(&b, STR("instance"), instance);
    for (size_t i = 0; i < extra_count; i++) {
        labels_builder_set(&b, extra[i].name, extra[i].value);
    }
    *out = labels_builder_finish(&b, err);
    labels_builder_release(&b);
    return *out != NULL;
}

static const struct label *find_exposed(const struct label *exposed, size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++) {
        if (str_equal(exposed[i].name, name)) {
            return &exposed[i];
        }
    }
    return NULL;
}

/* `exported_` is put before the name until neither the page nor the target nor an earlier clash
 * uses it. */
static void add_exported(const struct labels *target, const struct label *exposed, size_t count,
                         const struct label *clash, struct labels_builder *b, struct arena *names)
{
    struct str name = clash->name;
    bool taken = true;
    while (taken) {
        name = arena_printf(names, "exported_%.*s", STR_ARG(name));
        const struct label *other = find_exposed(exposed, count, name);
        taken = (other != NULL && other->value.len > 0) || labels_get(target, name).len > 0;
        for (size_t i = 0; !taken && i < b->labels.len; i++) {
            taken = str_equal(b->labels.items[i].name, name);
        }
    }
    labels_builder_add(b, name, clash->value);
}

void target_labels_merge(const struct labels *target, const struct label *exposed, size_t count,
                         bool honor_labels, struct labels_builder *b, struct arena *names)
{
    const struct label *clashes[LABELS_MAX_COUNT];
    size_t clash_count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct label *l = &exposed[i];
        bool clash = labels_get(target, l->name).len > 0;
        if (clash && !honor_labels) {
            if (l->value.len > 0 && clash_count < ARRAY_LEN(clashes)) {
                clashes[clash_count++] = l;
            }
        } else if (l->value.len > 0) {
            labels_builder_add(b, l->name, l->value);
        }
    }
    for (size_t i = 0; i < labels_count(target); i++) {
        struct label l = labels_at(target, i);
        if (!honor_labels || find_exposed(exposed, count, l.name) == NULL) {
            labels_builder_add(b, l.name, l.value);
        }
    }
    /* Shortest name first, as Prometheus resolves them: which of two clashes gets the shorter new
     * name must not depend on their order on the page. */
    while (clash_count > 0) {
        size_t best = 0;
        for (size_t i = 1; i < clash_count; i++) {
            if (clashes[i]->name.len < clashes[best]->name.len) {
                best = i;
            }
        }
        add_exported(target, exposed, count, clashes[best], b, names);
        clashes[best] = clashes[--clash_count];
    }
}
