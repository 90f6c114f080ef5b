/*
 * See rules_decode.h. The shape, with the depths that envelope.h counts:
 *
 *     {"groups": [{"name": "", "file": "", "rules": [{"name": "", "query": "", "duration": 0,
 *      0           1 2           3          3         4 5                        "alerts": [{...}]
 *                                                                                5          6
 *
 * What a rule and its group say of themselves is written to their alerts when they end, for members
 * come in any order.
 */
#include "source/prometheus/rules_decode.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "source/foreign_reader.h"
#include "source/prometheus/envelope.h"

#define DEPTH_GROUP 2
#define DEPTH_RULE  4
#define DEPTH_ALERT 6

enum member {
    MEMBER_OTHER,
    MEMBER_LIST, /* groups, rules, alerts: whichever belongs here */
    MEMBER_NAME,
    MEMBER_FILE,
    MEMBER_QUERY,
    MEMBER_DURATION
};

struct rules_decode {
    struct envelope envelope;
    struct foreign_list *list;
    struct foreign_reader *reader;
    enum member members[DEPTH_ALERT]; /* by the depth of their keys: 1, 3, 5 */
    struct strbuf group;
    struct strbuf file;
    struct strbuf rule;
    struct strbuf query;
    double for_seconds;
    size_t group_begin; /* the first alert of the group, and of the rule */
    size_t rule_begin;
    size_t rules;
    size_t bytes;
};

static enum member member_of(unsigned depth, struct str key)
{
    static const struct {
        unsigned depth;
        struct str key;
        enum member member;
    } members[] = {
        {1, STR_INIT("groups"), MEMBER_LIST}, {3, STR_INIT("name"), MEMBER_NAME},
        {3, STR_INIT("file"), MEMBER_FILE},   {3, STR_INIT("rules"), MEMBER_LIST},
        {5, STR_INIT("name"), MEMBER_NAME},   {5, STR_INIT("query"), MEMBER_QUERY},
        {5, STR_INIT("alerts"), MEMBER_LIST}, {5, STR_INIT("duration"), MEMBER_DURATION},
    };
    for (size_t i = 0; i < ARRAY_LEN(members); i++) {
        if (members[i].depth == depth && str_equal(members[i].key, key)) {
            return members[i].member;
        }
    }
    return MEMBER_OTHER;
}

static void begin_object(struct rules_decode *d, unsigned depth)
{
    if (depth == DEPTH_GROUP) {
        strbuf_reset(&d->group);
        strbuf_reset(&d->file);
        d->group_begin = d->list->alerts.len;
    } else if (depth == DEPTH_RULE) {
        strbuf_reset(&d->rule);
        strbuf_reset(&d->query);
        d->for_seconds = 0;
        d->rule_begin = d->list->alerts.len;
        d->rules++;
    }
}

static struct str keep(struct rules_decode *d, const struct strbuf *text)
{
    return arena_str(&d->list->arena, strbuf_str(text));
}

static void end_object(struct rules_decode *d, unsigned depth)
{
    struct foreign_alert *alerts = d->list->alerts.items;
    size_t count = d->list->alerts.len;
    if (depth == DEPTH_RULE && count > d->rule_begin) {
        struct str rule = keep(d, &d->rule);
        struct str query = keep(d, &d->query);
        for (size_t i = d->rule_begin; i < count; i++) {
            alerts[i].rule = rule;
            alerts[i].expr = query;
            alerts[i].for_ms = (int64_t)(d->for_seconds * 1000);
        }
    } else if (depth == DEPTH_GROUP && count > d->group_begin) {
        struct str group = keep(d, &d->group);
        struct str file = keep(d, &d->file);
        for (size_t i = d->group_begin; i < count; i++) {
            alerts[i].group = group;
            alerts[i].file = file;
        }
    }
}

static struct strbuf *text_of(struct rules_decode *d, unsigned depth, enum member member)
{
    switch (member) {
    case MEMBER_NAME:
        return depth == 3 ? &d->group : &d->rule;
    case MEMBER_FILE:
        return &d->file;
    case MEMBER_QUERY:
        return &d->query;
    case MEMBER_OTHER:
    case MEMBER_LIST:
    case MEMBER_DURATION:
        break;
    }
    return NULL;
}

/* A value of a member of the whole, a group or a rule. Servers write null for no list. */
static bool take_member(struct rules_decode *d, unsigned depth, enum json_event event,
                        struct str text, struct error *err)
{
    enum member member = d->members[depth];
    struct strbuf *to = text_of(d, depth, member);
    if (member == MEMBER_LIST) {
        return event == JSON_ARRAY_BEGIN || event == JSON_ARRAY_END || event == JSON_NULL ||
               error_set(err, ERROR_PROTOCOL, "the answer has %s where a list belongs",
                         json_event_name(event));
    }
    if (member == MEMBER_DURATION) {
        double seconds;
        if (event != JSON_NUMBER || !number_parse(text, &seconds) ||
            !(seconds >= 0 && seconds < 1e12)) {
            return error_set(err, ERROR_PROTOCOL,
                             "the 'duration' of a rule in the answer is no "
                             "time");
        }
        d->for_seconds = seconds;
    } else if (to != NULL && event == JSON_STRING) {
        strbuf_reset(to);
        strbuf_add_str(to, text);
    } else if (to != NULL) {
        return error_set(err, ERROR_PROTOCOL, "the answer has %s where a text belongs",
                         json_event_name(event));
    }
    return true;
}

/* Is this event within the lists that lead to depth `depth`? */
static bool on_the_way(const struct rules_decode *d, unsigned depth)
{
    for (unsigned i = 1; i < depth; i += 2) {
        if (i < DEPTH_ALERT && d->members[i] != MEMBER_LIST) {
            return false;
        }
    }
    return true;
}

static bool on_data(void *user, unsigned depth, enum json_event event, struct str text,
                    struct error *err)
{
    struct rules_decode *d = user;
    if (!on_the_way(d, depth)) {
        return true;
    }
    if (depth >= DEPTH_ALERT) {
        return foreign_reader_alert(d->reader, depth - DEPTH_ALERT, event, text, err);
    }
    if (depth % 2 == 1) {
        if (event == JSON_KEY) {
            d->members[depth] = member_of(depth, text);
            return true;
        }
        return take_member(d, depth, event, text, err);
    }
    if (event == JSON_OBJECT_BEGIN) {
        begin_object(d, depth);
        return true;
    }
    if (event == JSON_OBJECT_END) {
        end_object(d, depth);
        return true;
    }
    return error_set(err, ERROR_PROTOCOL, "the answer has %s where rules belong",
                     json_event_name(event));
}

struct rules_decode *rules_decode_create(struct foreign_list *list, struct label_table *table)
{
    struct rules_decode *d = mem_zalloc(1, sizeof(*d));
    d->list = list;
    d->reader = foreign_reader_create(list, table);
    envelope_init(&d->envelope, on_data, NULL, d);
    struct strbuf *texts[] = {&d->group, &d->file, &d->rule, &d->query};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        strbuf_init(texts[i], JSON_STREAM_MAX_STRING);
    }
    return d;
}

void rules_decode_destroy(struct rules_decode *d)
{
    if (d == NULL) {
        return;
    }
    envelope_release(&d->envelope);
    foreign_reader_destroy(d->reader);
    strbuf_release(&d->group);
    strbuf_release(&d->file);
    strbuf_release(&d->rule);
    strbuf_release(&d->query);
    free(d);
}

bool rules_decode_feed(struct rules_decode *d, const char *data, size_t len, struct error *err)
{
    d->bytes += len;
    if (d->bytes > FOREIGN_MAX_BYTES) {
        return error_set(err, ERROR_LIMIT, "the answer is larger than %zu MiB",
                         FOREIGN_MAX_BYTES >> 20);
    }
    return envelope_feed(&d->envelope, data, len, err);
}

bool rules_decode_finish(struct rules_decode *d, int http_status, size_t *rules, struct error *err)
{
    *rules = d->rules;
    return envelope_finish(&d->envelope, http_status, err);
}
