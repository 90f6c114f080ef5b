#include "source/alertmanager/answer.h"

#include <stdlib.h>

#include "base/json_writer.h"
#include "base/mem.h"
#include "net/json.h"
#include "source/foreign_reader.h"

#define SILENCE_ANSWER_MAX ((size_t)64 * 1024)

struct answer_reader {
    enum answer_kind kind;
    struct foreign_reader *reader;
    struct json_stream json;
    unsigned depth;
    size_t bytes;
};

/* [ {...}, ... ] */
static bool on_event(void *user, enum json_event event, struct str text, struct error *err)
{
    struct answer_reader *a = user;
    if (event == JSON_OBJECT_END || event == JSON_ARRAY_END) {
        a->depth--;
    }
    unsigned depth = a->depth;
    if (event == JSON_OBJECT_BEGIN || event == JSON_ARRAY_BEGIN) {
        a->depth++;
    }
    if (depth == 0) {
        return event == JSON_ARRAY_BEGIN || event == JSON_ARRAY_END ||
               error_set(err, ERROR_PROTOCOL, "the answer is %s, not an array",
                         json_event_name(event));
    }
    return a->kind == ANSWER_ALERTS
               ? foreign_reader_alert(a->reader, depth - 1, event, text, err)
               : foreign_reader_silence(a->reader, depth - 1, event, text, err);
}

static const struct json_stream_ops stream_ops = {.event = on_event};

struct answer_reader *answer_create(enum answer_kind kind, struct foreign_list *list,
                                    struct label_table *table)
{
    struct answer_reader *a = mem_zalloc(1, sizeof(*a));
    a->kind = kind;
    a->reader = foreign_reader_create(list, table);
    json_stream_init(&a->json, &stream_ops, a);
    return a;
}

void answer_destroy(struct answer_reader *a)
{
    if (a != NULL) {
        json_stream_release(&a->json);
        foreign_reader_destroy(a->reader);
        free(a);
    }
}

bool answer_feed(struct answer_reader *a, const char *data, size_t len, struct error *err)
{
    a->bytes += len;
    if (a->bytes > FOREIGN_MAX_BYTES) {
        return error_set(err, ERROR_LIMIT, "the answer is larger than %zu MiB",
                         FOREIGN_MAX_BYTES >> 20);
    }
    return json_stream_feed(&a->json, data, len, err);
}

bool answer_finish(struct answer_reader *a, struct error *err)
{
    return json_stream_finish(&a->json, err);
}

static void add_matcher(struct json_writer *w, const struct foreign_matcher *m)
{
    json_writer_object(w);
    json_writer_key(w, "name");
    json_writer_str(w, m->name);
    json_writer_key(w, "value");
    json_writer_str(w, m->value);
    json_writer_key(w, "isRegex");
    json_writer_bool(w, m->op == MATCH_REGEX || m->op == MATCH_NOT_REGEX);
    json_writer_key(w, "isEqual");
    json_writer_bool(w, m->op == MATCH_EQUAL || m->op == MATCH_REGEX);
    json_writer_end(w);
}

bool silence_body(struct strbuf *out, const struct foreign_silence *s, struct error *err)
{
    struct json_writer w;
    json_writer_init(&w, out);
    json_writer_object(&w);
    if (s->id.len > 0) {
        json_writer_key(&w, "id");
        json_writer_str(&w, s->id);
    }
    json_writer_key(&w, "matchers");
    json_writer_array(&w);
    for (size_t i = 0; i < s->matchers.count; i++) {
        add_matcher(&w, &s->matchers.items[i]);
    }
    json_writer_end(&w);
    json_writer_key(&w, "startsAt");
    json_writer_time(&w, s->starts_at);
    json_writer_key(&w, "endsAt");
    json_writer_time(&w, s->ends_at);
    json_writer_key(&w, "createdBy");
    json_writer_str(&w, s->created_by);
    json_writer_key(&w, "comment");
    json_writer_str(&w, s->comment);
    json_writer_end(&w);
    return json_writer_finish(&w, err);
}

char *silence_id_of(struct str body, struct error *err)
{
    struct json_document *document = json_parse(body, SILENCE_ANSWER_MAX, err);
    struct str id;
    char *copy = NULL;
    if (document != NULL && json_get_str(json_root(document), "silenceID", &id, err)) {
        copy = str_dup(id);
    }
    json_destroy(document);
    return copy;
}
