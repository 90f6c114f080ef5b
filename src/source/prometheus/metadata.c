#include "source/prometheus/metadata.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/mem.h"
#include "source/prometheus/envelope.h"

enum member { MEMBER_OTHER, MEMBER_TYPE, MEMBER_UNIT, MEMBER_HELP };

struct metadata {
    struct envelope envelope;
    struct arena arena;
    struct map by_name; /* of struct metric_info in the arena */
    struct metric_info *at_hand;
    enum member member;
    bool first; /* of the entries of the metric at hand */
};

static bool begin_metric(struct metadata *m, struct str name, struct error *err)
{
    if (m->by_name.count == METADATA_MAX) {
        return error_set(err, ERROR_LIMIT, "the answer has more than %zu metrics", METADATA_MAX);
    }
    m->at_hand = arena_new(&m->arena, struct metric_info);
    m->at_hand->name = arena_str(&m->arena, name);
    m->first = true;
    map_put(&m->by_name, m->at_hand->name, m->at_hand);
    return true;
}

static void take_member(struct metadata *m, struct str text)
{
    switch (m->member) {
    case MEMBER_TYPE:
        m->at_hand->type = arena_str(&m->arena, text);
        break;
    case MEMBER_UNIT:
        m->at_hand->unit = arena_str(&m->arena, text);
        break;
    case MEMBER_HELP:
        m->at_hand->help = arena_str(&m->arena, text);
        break;
    case MEMBER_OTHER:
        break;
    }
}

/* {"metric": [{"type": "...", "help": "...", "unit": "..."}, ...], ...} */
static bool on_data(void *user, unsigned depth, enum json_event event, struct str text,
                    struct error *err)
{
    static const enum json_event bounds[][2] = {{JSON_OBJECT_BEGIN, JSON_OBJECT_END},
                                                {JSON_ARRAY_BEGIN, JSON_ARRAY_END},
                                                {JSON_OBJECT_BEGIN, JSON_OBJECT_END}};
    struct metadata *m = user;
    if (depth == 1 && event == JSON_KEY) {
        return begin_metric(m, text, err);
    }
    if (depth < ARRAY_LEN(bounds)) {
        if (depth == 2 && event == JSON_OBJECT_END) {
            m->first = false;
        }
        return event == bounds[depth][0] || event == bounds[depth][1] ||
               error_set(err, ERROR_PROTOCOL, "the answer has %s where metadata belong",
                         json_event_name(event));
    }
    if (depth == ARRAY_LEN(bounds) && event == JSON_KEY) {
        m->member = str_equal_c(text, "type")   ? MEMBER_TYPE
                    : str_equal_c(text, "unit") ? MEMBER_UNIT
                    : str_equal_c(text, "help") ? MEMBER_HELP
                                                : MEMBER_OTHER;
    } else if (depth == ARRAY_LEN(bounds) && event == JSON_STRING && m->first) {
        take_member(m, text);
    }
    return true;
}

struct metadata *metadata_create(void)
{
    struct metadata *m = mem_zalloc(1, sizeof(*m));
    arena_init(&m->arena);
    envelope_init(&m->envelope, on_data, NULL, m);
    return m;
}

void metadata_destroy(struct metadata *m)
{
    if (m == NULL) {
        return;
    }
    envelope_release(&m->envelope);
    map_release(&m->by_name);
    arena_release(&m->arena);
    free(m);
}

bool metadata_feed(struct metadata *m, const char *data, size_t len, struct error *err)
{
    return envelope_feed(&m->envelope, data, len, err);
}

bool metadata_finish(struct metadata *m, int http_status, struct error *err)
{
    return envelope_finish(&m->envelope, http_status, err);
}

size_t metadata_count(const struct metadata *m)
{
    return m->by_name.count;
}

const struct metric_info *metadata_find(const struct metadata *m, struct str name)
{
    return map_get(&m->by_name, name);
}

struct metadata_question {
    struct api_call *call;
    struct metadata *metadata;
    metadata_done_cb done;
    void *user;
};

static bool on_body(void *user, const char *data, size_t len, struct error *err)
{
    struct metadata_question *q = user;
    return metadata_feed(q->metadata, data, len, err);
}

static void on_response(void *user, const struct http_response *response,
                        const struct error *failed)
{
    struct metadata_question q = *(struct metadata_question *)user;
    struct error err = ERROR_INIT;
    free(user);
    if (api_check_response(response, failed, &err) &&
        metadata_finish(q.metadata, response->status, &err)) {
        q.done(q.user, q.metadata, NULL);
    } else {
        metadata_destroy(q.metadata);
        q.done(q.user, NULL, &err);
    }
    error_release(&err);
}

struct metadata_question *metadata_ask(struct api *api, int64_t timeout_ms, metadata_done_cb done,
                                       void *user)
{
    struct metadata_question *q = mem_zalloc(1, sizeof(*q));
    *q = (struct metadata_question){.metadata = metadata_create(), .done = done, .user = user};
    struct strbuf form = STRBUF_INIT;
    struct api_request request = {
        .path = "/api/v1/metadata",
        .form = &form,
        .get = true,
        .timeout_ms = timeout_ms,
        .priority = QUERY_BACKGROUND,
        .on_body = on_body,
        .done = on_response,
        .user = q,
    };
    q->call = api_send(api, &request);
    strbuf_release(&form);
    return q;
}

void metadata_cancel(struct metadata_question *q)
{
    if (q != NULL) {
        api_cancel(q->call);
        metadata_destroy(q->metadata);
        free(q);
    }
}
