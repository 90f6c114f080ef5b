/*
 * Any bytes as the alerts (`a`) or silences (`s`) of an Alertmanager, or as the rules of a
 * Prometheus (`r`), by the first byte; the second one is the size of pieces. Nothing may crash; a
 * refused answer says why; and cut into pieces it must come out as it does in one.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/number.h"
#include "source/alertmanager/answer.h"
#include "source/prometheus/rules_decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void show_texts(struct strbuf *out, const struct foreign_texts *texts)
{
    for (size_t i = 0; i < texts->count; i++) {
        strbuf_printf(out, " [%.*s]", STR_ARG(texts->items[i]));
    }
    strbuf_add_char(out, ';');
}

static void show(struct strbuf *out, const struct foreign_list *list)
{
    VEC_EACH (&list->alerts, const struct foreign_alert, a) {
        labels_format(out, a->labels);
        strbuf_printf(out, " %s %lld %lld %lld %lld ", foreign_state_name(a->state),
                      (long long)a->starts_at.ms, (long long)a->ends_at.ms,
                      (long long)a->updated_at.ms, (long long)a->for_ms);
        number_format(out, a->value);
        for (size_t i = 0; i < a->annotations.count; i++) {
            strbuf_printf(out, " %.*s=%.*s", STR_ARG(a->annotations.items[i].name),
                          STR_ARG(a->annotations.items[i].value));
        }
        show_texts(out, &a->silenced_by);
        show_texts(out, &a->inhibited_by);
        show_texts(out, &a->muted_by);
        show_texts(out, &a->receivers);
        struct str texts[] = {a->rule, a->group,         a->file,
                              a->expr, a->generator_url, a->fingerprint};
        show_texts(out, &(struct foreign_texts){texts, ARRAY_LEN(texts)});
    }
    VEC_EACH (&list->silences, const struct foreign_silence, s) {
        for (size_t i = 0; i < s->matchers.count; i++) {
            const struct foreign_matcher *m = &s->matchers.items[i];
            strbuf_printf(out, " %.*s%s%.*s", STR_ARG(m->name), matcher_op_text(m->op),
                          STR_ARG(m->value));
        }
        struct str texts[] = {s->id, s->created_by, s->comment};
        show_texts(out, &(struct foreign_texts){texts, ARRAY_LEN(texts)});
        strbuf_printf(out, " %d %lld %lld\n", (int)s->state, (long long)s->starts_at.ms,
                      (long long)s->ends_at.ms);
    }
}

static bool decode_rules(struct foreign_list *list, struct label_table *table, struct str text,
                         size_t piece, struct error *err)
{
    struct rules_decode *d = rules_decode_create(list, table);
    bool ok = true;
    size_t rules;
    for (size_t at = 0; ok && at < text.len; at += piece) {
        ok = rules_decode_feed(d, text.data + at, str_slice(text, at, piece).len, err);
    }
    ok = ok && rules_decode_finish(d, 200, &rules, err);
    rules_decode_destroy(d);
    return ok;
}

static bool decode_answer(enum answer_kind kind, struct foreign_list *list,
                          struct label_table *table, struct str text, size_t piece,
                          struct error *err)
{
    struct answer_reader *a = answer_create(kind, list, table);
    bool ok = true;
    for (size_t at = 0; ok && at < text.len; at += piece) {
        ok = answer_feed(a, text.data + at, str_slice(text, at, piece).len, err);
    }
    ok = ok && answer_finish(a, err);
    answer_destroy(a);
    return ok;
}

static void decode(struct strbuf *out, char format, struct str text, size_t piece)
{
    struct label_table *table = label_table_create();
    struct foreign_list *list = foreign_list_create();
    struct error err = ERROR_INIT;
    bool ok = format == 'r' ? decode_rules(list, table, text, piece, &err)
                            : decode_answer(format == 's' ? ANSWER_SILENCES : ANSWER_ALERTS, list,
                                            table, text, piece, &err);
    if (ok == error_is(&err)) {
        abort();
    }
    if (ok) {
        show(out, list);
    } else {
        strbuf_printf(out, "%s: %s", error_kind_label(err.kind), error_text(&err));
    }
    error_release(&err);
    foreign_list_unref(list);
    label_table_destroy(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) {
        return 0;
    }
    size_t piece = data[1] % 17 + 1u;
    struct str text = str_span((const char *)data + 2, size - 2);
    struct strbuf whole;
    struct strbuf pieces;
    strbuf_init(&whole, (size_t)1 << 26);
    strbuf_init(&pieces, (size_t)1 << 26);
    decode(&whole, (char)data[0], text, text.len + 1);
    decode(&pieces, (char)data[0], text, piece);
    if (!str_equal(strbuf_str(&whole), strbuf_str(&pieces))) {
        abort();
    }
    strbuf_release(&whole);
    strbuf_release(&pieces);
    return 0;
}
