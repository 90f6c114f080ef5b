/*
 * Any bytes as an answer of the query API. The first byte chooses a range (`r`) or instant
 * question, the second the size of pieces. Nothing may crash; a refused answer says why; and cut
 * into pieces it must come out as it does in one.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/number.h"
#include "source/prometheus/decode.h"

#define T0 INT64_C(1435781430781)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void show(struct strbuf *out, const struct value *v)
{
    strbuf_printf(out, "%s\n", value_type_name(v->type));
    for (size_t i = 0; i < v->series.len; i++) {
        const struct value_series *s = &v->series.items[i];
        labels_format(out, s->labels);
        for (size_t k = 0; k < s->count; k++) {
            strbuf_printf(out, " %lld=", s->times_ms != NULL ? (long long)s->times_ms[k] : 0LL);
            number_format(out, s->points[k]);
            strbuf_add_char(out, value_is_absent(s->points[k]) ? 'a' : 'p');
        }
    }
    if (v->scalar != NULL) {
        number_format(out, v->scalar[0]);
    }
    strbuf_add_c(out, v->string != NULL ? v->string : "");
    for (size_t i = 0; i < v->warnings.len; i++) {
        strbuf_add_c(out, v->warnings.items[i]);
    }
}

static void decode(struct strbuf *out, struct str text, bool instant, size_t piece)
{
    struct label_table *table = label_table_create();
    struct decode_options options = {
        .grid = instant ? grid_instant(T0) : grid_range(T0, T0 + 45000, 15000),
        .instant = instant,
        .max_points = 10000,
    };
    struct decode *d = decode_create(&options, table);
    struct error err = ERROR_INIT;
    bool ok = true;
    for (size_t at = 0; ok && at < text.len; at += piece) {
        size_t len = text.len - at < piece ? text.len - at : piece;
        ok = decode_feed(d, text.data + at, len, &err);
    }
    struct value value;
    ok = ok && decode_finish(d, 200, &value, &err);
    if (ok == error_is(&err)) {
        abort();
    }
    if (ok) {
        show(out, &value);
        value_release(&value);
    } else {
        strbuf_printf(out, "%s: %s", error_kind_label(err.kind), error_text(&err));
    }
    error_release(&err);
    decode_destroy(d);
    label_table_destroy(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2) {
        return 0;
    }
    bool instant = data[0] != 'r';
    size_t piece = data[1] % 17 + 1u;
    struct str text = str_span((const char *)data + 2, size - 2);
    struct strbuf whole;
    struct strbuf pieces;
    strbuf_init(&whole, (size_t)1 << 26);
    strbuf_init(&pieces, (size_t)1 << 26);
    decode(&whole, text, instant, text.len + 1);
    decode(&pieces, text, instant, piece);
    if (!str_equal(strbuf_str(&whole), strbuf_str(&pieces))) {
        abort();
    }
    strbuf_release(&whole);
    strbuf_release(&pieces);
    return 0;
}
