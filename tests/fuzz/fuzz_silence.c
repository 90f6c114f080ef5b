/* Any bytes as a matcher of a command line, or as the body of a silence for the API: no crash, and
 * what is taken is written so that it reads back as the same. */
#include <stdint.h>
#include <stdlib.h>

#include "api/silence_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BODY_MAX ((size_t)1 << 20)

static void check_same(const struct silence *a, const struct silence *b)
{
    if (a->matchers.len != b->matchers.len) {
        abort();
    }
    for (size_t i = 0; i < a->matchers.len; i++) {
        if (!matcher_equal(&a->matchers.items[i], &b->matchers.items[i])) {
            abort();
        }
    }
}

static void one_matcher(struct str text)
{
    struct silence s;
    struct silence again;
    struct error err = ERROR_INIT;
    struct strbuf out;
    silence_init(&s);
    silence_init(&again);
    strbuf_init(&out, BODY_MAX);
    bool ok = silence_add_matcher(&s, text, &err);
    if (ok == error_is(&err) || s.matchers.len != (ok ? 1u : 0u)) {
        abort();
    }
    if (ok) {
        silence_format_matchers(&out, &s);
        if (!silence_add_matcher(&again, strbuf_str(&out), &err)) {
            abort();
        }
        check_same(&s, &again);
    }
    error_release(&err);
    strbuf_release(&out);
    silence_release(&s);
    silence_release(&again);
}

static void write_and_read(const struct silence *s)
{
    struct silence again;
    struct json_writer w;
    struct strbuf out;
    struct error err = ERROR_INIT;
    strbuf_init(&out, BODY_MAX * 8);
    silence_init(&again);
    json_writer_init(&w, &out);
    silence_json(&w, s, (struct wall){1});
    if (!json_writer_finish(&w, &err)) {
        abort();
    }
    struct json_document *document = json_parse(strbuf_str(&out), BODY_MAX * 8, &err);
    if (document == NULL ||
        !silence_json_read(&again, json_root(document), (struct wall){1}, &err)) {
        abort();
    }
    check_same(s, &again);
    json_destroy(document);
    silence_release(&again);
    strbuf_release(&out);
}

static void one_body(struct str text)
{
    struct silence s;
    struct error err = ERROR_INIT;
    silence_init(&s);
    struct json_document *document = json_parse(text, BODY_MAX, &err);
    if (document != NULL && silence_json_read(&s, json_root(document), (struct wall){1}, &err)) {
        write_and_read(&s);
        error_release(&err);
        if (silence_check(&s, &err) == error_is(&err)) {
            abort();
        }
    }
    json_destroy(document);
    error_release(&err);
    silence_release(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_span((const char *)data, size);
    one_matcher(text);
    one_body(text);
    return 0;
}
