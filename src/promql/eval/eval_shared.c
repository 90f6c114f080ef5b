/*
 * Parts that several expressions have: computed by the first that asks, copied by the others. Rows
 * are copied in both directions, since whoever gets columns writes into them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "promql/eval/eval.h"

static bool copy_rows(struct evaluator *ev, const struct columns *from, struct columns *to)
{
    bool ok = true;
    columns_reserve(to, from->count);
    for (size_t i = 0; ok && i < from->count; i++) {
        const struct columns_head *h = &from->heads[i];
        double *row = columns_add(to, labels_ref(h->labels), h->drop_name);
        memcpy(row, h->points, from->steps * sizeof(*row));
        ok = eval_spend(ev, WORK_ROW + from->steps / 4);
    }
    return ok;
}

static bool reuse(struct evaluator *ev, const struct node *n, const struct memo_result *r,
                  struct columns *out)
{
    columns_init(out, ev->grid.steps);
    if (!eval_reserve(ev, out, r->rows.count) || !copy_rows(ev, &r->rows, out)) {
        columns_release(out);
        return false;
    }
    notes_attach(ev->notes, &r->notes, n);
    return true;
}

static size_t bytes_of(const struct columns *rows, const struct notes *notes)
{
    size_t bytes = sizeof(struct memo_result) + notes->items.capacity * sizeof(*notes->items.items);
    VEC_EACH (&notes->items, const struct note, note) {
        bytes += strlen(note->text) + 1;
    }
    return bytes + rows->count * (sizeof(struct columns_head) + rows->steps * sizeof(double));
}

/* Keeps a copy of `rows` with the notes, which it takes over; nothing where there is no room. `as`
 * says what it was computed from. */
static bool keep(struct evaluator *ev, struct part *part, const struct columns *rows,
                 struct notes notes, const struct memo_result *as)
{
    size_t bytes = bytes_of(rows, &notes);
    if (!memo_has_room(ev->memo, bytes, ev->work)) {
        notes_release(&notes);
        return true;
    }
    struct memo_result *r = mem_alloc(sizeof(*r));
    *r = *as;
    r->refs = 1;
    r->bytes = bytes;
    r->notes = notes;
    columns_init(&r->rows, rows->steps);
    if (!copy_rows(ev, rows, &r->rows)) {
        memo_result_release(r, ev->work);
        return false;
    }
    memo_keep(ev->memo, part, r, ev->work);
    return true;
}

/* The notes and sources of `n` go to `notes` and `as`. */
static bool compute(struct evaluator *ev, const struct node *n, struct memo_result *as,
                    struct notes *notes, struct columns *out)
{
    struct notes *notes_outside = ev->notes;
    struct sources *sources_outside = ev->sources;
    *as = (struct memo_result){.way = ev->way,
                               .version = store_version(ev->store),
                               .owners_version = store_owners_version(ev->store)};
    ev->notes = notes;
    ev->sources = &as->sources;
    bool ok = eval_vector_anew(ev, n, out);
    ev->notes = notes_outside;
    ev->sources = sources_outside;
    sources_merge(ev->sources, &as->sources);
    return ok;
}

bool eval_shared(struct evaluator *ev, const struct node *n, struct part *part, struct columns *out)
{
    struct memo_result *r = memo_result(ev->memo, part, ev->way, ev->store, ev->work);
    if (r != NULL) {
        sources_merge(ev->sources, &r->sources);
        bool ok = reuse(ev, n, r, out);
        memo_result_release(r, ev->work);
        return ok;
    }
    struct notes notes = {.items = {.items = NULL}};
    struct memo_result as;
    if (!compute(ev, n, &as, &notes, out)) {
        notes_release(&notes);
        return false;
    }
    notes_detach(&notes, n);
    notes_attach(ev->notes, &notes, n);
    if (!keep(ev, part, out, notes, &as)) {
        columns_release(out);
        return false;
    }
    return true;
}
