/*
 * See foreign_reader.h. Texts go into the list's arena as they come; parts whose number is not
 * known before stand in vectors until their object ends.
 *
 * A table of members says where each may stand: within what, and of which type. Whatever stands
 * somewhere else is not ours and is passed over with all that is in it.
 */
#include "source/foreign_reader.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/number.h"
#include "base/timestamp.h"
#include "source/prometheus/metric_reader.h"

enum member {
    MEMBER_NONE,
    MEMBER_LABELS,
    MEMBER_ANNOTATIONS,
    MEMBER_STATUS,
    MEMBER_RECEIVERS,
    MEMBER_MATCHERS,
    MEMBER_STATE,
    MEMBER_STARTS_AT,
    MEMBER_ENDS_AT,
    MEMBER_UPDATED_AT,
    MEMBER_VALUE,
    MEMBER_GENERATOR_URL,
    MEMBER_FINGERPRINT,
    MEMBER_ID,
    MEMBER_CREATED_BY,
    MEMBER_COMMENT,
    MEMBER_SILENCED_BY,
    MEMBER_INHIBITED_BY,
    MEMBER_MUTED_BY,
    MEMBER_NAME,
    MEMBER_TEXT,
    MEMBER_IS_REGEX,
    MEMBER_IS_EQUAL
};

/* Members of the object itself, of its status, and of items of its arrays. */
static const struct {
    struct str key;
    enum member within;
    enum member member;
} members[] = {
    {STR_INIT("labels"), MEMBER_NONE, MEMBER_LABELS},
    {STR_INIT("annotations"), MEMBER_NONE, MEMBER_ANNOTATIONS},
    {STR_INIT("status"), MEMBER_NONE, MEMBER_STATUS},
    {STR_INIT("receivers"), MEMBER_NONE, MEMBER_RECEIVERS},
    {STR_INIT("matchers"), MEMBER_NONE, MEMBER_MATCHERS},
    {STR_INIT("state"), MEMBER_NONE, MEMBER_STATE},
    {STR_INIT("startsAt"), MEMBER_NONE, MEMBER_STARTS_AT},
    {STR_INIT("activeAt"), MEMBER_NONE, MEMBER_STARTS_AT},
    {STR_INIT("endsAt"), MEMBER_NONE, MEMBER_ENDS_AT},
    {STR_INIT("updatedAt"), MEMBER_NONE, MEMBER_UPDATED_AT},
    {STR_INIT("value"), MEMBER_NONE, MEMBER_VALUE},
    {STR_INIT("generatorURL"), MEMBER_NONE, MEMBER_GENERATOR_URL},
    {STR_INIT("fingerprint"), MEMBER_NONE, MEMBER_FINGERPRINT},
    {STR_INIT("id"), MEMBER_NONE, MEMBER_ID},
    {STR_INIT("createdBy"), MEMBER_NONE, MEMBER_CREATED_BY},
    {STR_INIT("comment"), MEMBER_NONE, MEMBER_COMMENT},
    {STR_INIT("state"), MEMBER_STATUS, MEMBER_STATE},
    {STR_INIT("silencedBy"), MEMBER_STATUS, MEMBER_SILENCED_BY},
    {STR_INIT("inhibitedBy"), MEMBER_STATUS, MEMBER_INHIBITED_BY},
    {STR_INIT("mutedBy"), MEMBER_STATUS, MEMBER_MUTED_BY},
    {STR_INIT("name"), MEMBER_RECEIVERS, MEMBER_NAME},
    {STR_INIT("name"), MEMBER_MATCHERS, MEMBER_NAME},
    {STR_INIT("value"), MEMBER_MATCHERS, MEMBER_TEXT},
    {STR_INIT("isRegex"), MEMBER_MATCHERS, MEMBER_IS_REGEX},
    {STR_INIT("isEqual"), MEMBER_MATCHERS, MEMBER_IS_EQUAL},
};

/* A VEC with a name. */
struct texts {
    struct str *items;
    size_t len;
    size_t capacity;
};

struct foreign_reader {
    struct foreign_list *list;
    struct metric_reader labels;
    /* The object at hand. */
    struct foreign_alert alert;
    struct foreign_silence silence;
    struct str state;
    bool has_labels;
    bool has_matchers;
    enum member member; /* of the object */
    enum member inner;  /* of what stands in that member */
    VEC(struct foreign_pair) annotations;
    struct texts silenced_by;
    struct texts inhibited_by;
    struct texts muted_by;
    struct texts receivers;
    VEC(struct foreign_matcher) matchers;
    bool is_regex;
    bool is_equal;
};

struct foreign_reader *foreign_reader_create(struct foreign_list *list, struct label_table *table)
{
    struct foreign_reader *r = mem_zalloc(1, sizeof(*r));
    r->list = list;
    metric_reader_init(&r->labels, table);
    return r;
}

void foreign_reader_destroy(struct foreign_reader *r)
{
    if (r == NULL) {
        return;
    }
    metric_reader_release(&r->labels);
    vec_release(&r->annotations);
    vec_release(&r->silenced_by);
    vec_release(&r->inhibited_by);
    vec_release(&r->muted_by);
    vec_release(&r->receivers);
    vec_release(&r->matchers);
    free(r);
}

static void begin(struct foreign_reader *r)
{
    r->alert = (struct foreign_alert){.value = (double)NAN};
    r->silence = (struct foreign_silence){0};
    r->state = STR_NONE;
    r->has_labels = r->has_matchers = false;
    r->member = r->inner = MEMBER_NONE;
    r->annotations.len = r->silenced_by.len = r->inhibited_by.len = 0;
    r->muted_by.len = r->receivers.len = r->matchers.len = 0;
    metric_reader_begin(&r->labels);
}

static enum member member_of(struct str key, enum member within)
{
    for (size_t i = 0; i < ARRAY_LEN(members); i++) {
        if (members[i].within == within && str_equal(members[i].key, key)) {
            return members[i].member;
        }
    }
    return MEMBER_NONE;
}

static const char *name_of(enum member member)
{
    for (size_t i = 0; i < ARRAY_LEN(members); i++) {
        if (members[i].member == member) {
            return members[i].key.data;
        }
    }
    return "?";
}

static bool wrong_type(enum member member, const char *wanted, enum json_event got,
                       struct error *err)
{
    return error_set(err, ERROR_PROTOCOL, "'%s' in the answer is %s, not %s", name_of(member),
                     json_event_name(got), wanted);
}

static bool too_many(enum member member, struct error *err)
{
    return error_set(err, ERROR_LIMIT, "'%s' in the answer has more than %zu items",
                     name_of(member), FOREIGN_MAX_PARTS);
}

/* Times that are not set are written as the year 1. */
static bool take_time(enum member member, struct str text, struct wall *out, struct error *err)
{
    if (!timestamp_parse(text, &out->ms)) {
        return error_set(err, ERROR_PROTOCOL, "'%s' in the answer is no time", name_of(member));
    }
    out->ms = out->ms > 0 ? out->ms : 0;
    return true;
}

static struct wall *time_of(struct foreign_reader *r, enum member member, bool alert)
{
    if (member == MEMBER_STARTS_AT) {
        return alert ? &r->alert.starts_at : &r->silence.starts_at;
    }
    if (member == MEMBER_ENDS_AT) {
        return alert ? &r->alert.ends_at : &r->silence.ends_at;
    }
    if (member == MEMBER_UPDATED_AT) {
        return alert ? &r->alert.updated_at : &r->silence.updated_at;
    }
    return NULL;
}

static struct str *text_of(struct foreign_reader *r, enum member member)
{
    switch ((int)member) {
    case MEMBER_STATE:
        return &r->state;
    case MEMBER_GENERATOR_URL:
        return &r->alert.generator_url;
    case MEMBER_FINGERPRINT:
        return &r->alert.fingerprint;
    case MEMBER_ID:
        return &r->silence.id;
    case MEMBER_CREATED_BY:
        return &r->silence.created_by;
    case MEMBER_COMMENT:
        return &r->silence.comment;
    default:
        return NULL;
    }
}

/* A member that is one text. */
static bool take_scalar(struct foreign_reader *r, bool alert, enum json_event event,
                        struct str text, struct error *err)
{
    struct wall *time = time_of(r, r->member, alert);
    struct str *to = text_of(r, r->member);
    if (event == JSON_NULL) {
        return true;
    }
    if (event != JSON_STRING) {
        return wrong_type(r->member, "a string", event, err);
    }
    if (time != NULL) {
        return take_time(r->member, text, time, err);
    }
    if (to != NULL) {
        *to = arena_str(&r->list->arena, text);
        return true;
    }
    return number_parse(text, &r->alert.value) ||
           error_set(err, ERROR_PROTOCOL, "'value' in the answer is no number");
}

/* Opens and closes what has members or items of its own. Servers write null for none. */
static bool take_container(struct foreign_reader *r, enum json_event event, bool array,
                           struct error *err)
{
    r->inner = MEMBER_NONE;
    r->has_labels = r->has_labels || (r->member == MEMBER_LABELS && event == JSON_OBJECT_END);
    r->has_matchers = r->has_matchers || (r->member == MEMBER_MATCHERS && event == JSON_ARRAY_END);
    if (event == JSON_NULL) {
        return true;
    }
    if (array) {
        return event == JSON_ARRAY_BEGIN || event == JSON_ARRAY_END ||
               wrong_type(r->member, "an array", event, err);
    }
    return event == JSON_OBJECT_BEGIN || event == JSON_OBJECT_END ||
           wrong_type(r->member, "an object", event, err);
}

static bool take_member(struct foreign_reader *r, bool alert, enum json_event event,
                        struct str text, struct error *err)
{
    if (event == JSON_KEY) {
        r->member = member_of(text, MEMBER_NONE);
        return true;
    }
    switch ((int)r->member) {
    case MEMBER_NONE:
        return true;
    case MEMBER_LABELS:
    case MEMBER_ANNOTATIONS:
    case MEMBER_STATUS:
        return take_container(r, event, false, err);
    case MEMBER_RECEIVERS:
    case MEMBER_MATCHERS:
        return take_container(r, event, true, err);
    default:
        return take_scalar(r, alert, event, text, err);
    }
}

static bool take_label(struct foreign_reader *r, enum json_event event, struct str text,
                       struct error *err)
{
    if (event == JSON_KEY) {
        return metric_reader_name(&r->labels, text, err);
    }
    return event == JSON_STRING ? metric_reader_value(&r->labels, text, err)
                                : wrong_type(MEMBER_LABELS, "all strings", event, err);
}

static bool take_annotation(struct foreign_reader *r, enum json_event event, struct str text,
                            struct error *err)
{
    if (event == JSON_KEY) {
        if (r->annotations.len == FOREIGN_MAX_PARTS) {
            return too_many(MEMBER_ANNOTATIONS, err);
        }
        vec_push(&r->annotations,
                 ((struct foreign_pair){.name = arena_str(&r->list->arena, text)}));
        return true;
    }
    if (event != JSON_STRING) {
        return wrong_type(MEMBER_ANNOTATIONS, "all strings", event, err);
    }
    r->annotations.items[r->annotations.len - 1].value = arena_str(&r->list->arena, text);
    return true;
}

static struct texts *texts_of(struct foreign_reader *r, enum member member)
{
    switch ((int)member) {
    case MEMBER_SILENCED_BY:
        return &r->silenced_by;
    case MEMBER_INHIBITED_BY:
        return &r->inhibited_by;
    case MEMBER_MUTED_BY:
        return &r->muted_by;
    default:
        return &r->receivers;
    }
}

static bool push_text(struct foreign_reader *r, enum member member, enum json_event event,
                      struct str text, struct error *err)
{
    struct texts *texts = texts_of(r, member);
    if (event != JSON_STRING) {
        return wrong_type(member, member == MEMBER_NAME ? "a string" : "an array of strings", event,
                          err);
    }
    if (texts->len == FOREIGN_MAX_PARTS) {
        return too_many(member, err);
    }
    vec_push(texts, arena_str(&r->list->arena, text));
    return true;
}

static bool take_status(struct foreign_reader *r, unsigned depth, enum json_event event,
                        struct str text, struct error *err)
{
    if (depth == 2 && event == JSON_KEY) {
        r->inner = member_of(text, MEMBER_STATUS);
        return true;
    }
    if (r->inner == MEMBER_NONE) {
        return true;
    }
    if (r->inner == MEMBER_STATE) {
        if (event != JSON_STRING) {
            return wrong_type(MEMBER_STATE, "a string", event, err);
        }
        r->state = arena_str(&r->list->arena, text);
        return true;
    }
    if (depth == 2) {
        return event == JSON_ARRAY_BEGIN || event == JSON_ARRAY_END || event == JSON_NULL ||
               wrong_type(r->inner, "an array of strings", event, err);
    }
    return push_text(r, r->inner, event, text, err);
}

/* Items of an array are objects; true where this event is the begin or end of one. */
static bool is_item(enum json_event event)
{
    return event == JSON_OBJECT_BEGIN || event == JSON_OBJECT_END;
}

static bool take_receiver(struct foreign_reader *r, unsigned depth, enum json_event event,
                          struct str text, struct error *err)
{
    if (depth == 2) {
        return is_item(event) || wrong_type(MEMBER_RECEIVERS, "an array of objects", event, err);
    }
    if (depth == 3 && event == JSON_KEY) {
        r->inner = member_of(text, MEMBER_RECEIVERS);
        return true;
    }
    return r->inner == MEMBER_NONE || push_text(r, r->inner, event, text, err);
}

static enum matcher_op op_of(const struct foreign_reader *r)
{
    if (r->is_regex) {
        return r->is_equal ? MATCH_REGEX : MATCH_NOT_REGEX;
    }
    return r->is_equal ? MATCH_EQUAL : MATCH_NOT_EQUAL;
}

static bool take_matcher_member(struct foreign_reader *r, enum json_event event, struct str text,
                                struct error *err)
{
    struct foreign_matcher *m = &r->matchers.items[r->matchers.len - 1];
    bool is_flag = r->inner == MEMBER_IS_REGEX || r->inner == MEMBER_IS_EQUAL;
    if (is_flag) {
        if (event != JSON_TRUE && event != JSON_FALSE) {
            return wrong_type(r->inner, "true or false", event, err);
        }
        *(r->inner == MEMBER_IS_REGEX ? &r->is_regex : &r->is_equal) = event == JSON_TRUE;
        m->op = op_of(r);
        return true;
    }
    if (event != JSON_STRING) {
        return wrong_type(r->inner, "a string", event, err);
    }
    *(r->inner == MEMBER_NAME ? &m->name : &m->value) = arena_str(&r->list->arena, text);
    return true;
}

static bool take_matcher(struct foreign_reader *r, unsigned depth, enum json_event event,
                         struct str text, struct error *err)
{
    if (depth == 2) {
        if (event == JSON_OBJECT_BEGIN) {
            if (r->matchers.len == FOREIGN_MAX_PARTS) {
                return too_many(MEMBER_MATCHERS, err);
            }
            vec_push(&r->matchers, ((struct foreign_matcher){.op = MATCH_EQUAL}));
            r->is_regex = false;
            r->is_equal = true; /* where it is not said: it came with version 0.22 */
        }
        return is_item(event) || wrong_type(MEMBER_MATCHERS, "an array of objects", event, err);
    }
    if (depth == 3 && event == JSON_KEY) {
        r->inner = member_of(text, MEMBER_MATCHERS);
        return true;
    }
    return r->inner == MEMBER_NONE || take_matcher_member(r, event, text, err);
}

static bool take_inside(struct foreign_reader *r, unsigned depth, enum json_event event,
                        struct str text, struct error *err)
{
    switch ((int)r->member) {
    case MEMBER_LABELS:
        return take_label(r, event, text, err);
    case MEMBER_ANNOTATIONS:
        return take_annotation(r, event, text, err);
    case MEMBER_STATUS:
        return take_status(r, depth, event, text, err);
    case MEMBER_RECEIVERS:
        return take_receiver(r, depth, event, text, err);
    case MEMBER_MATCHERS:
        return take_matcher(r, depth, event, text, err);
    default:
        return true;
    }
}

static struct foreign_texts keep_texts(struct foreign_reader *r, const struct texts *texts)
{
    struct foreign_texts kept = {.count = texts->len};
    if (texts->len > 0) {
        kept.items = arena_array(&r->list->arena, struct str, texts->len);
        memcpy(kept.items, texts->items, texts->len * sizeof(*texts->items));
    }
    return kept;
}

/* Words of both engines; an alert that is not active is none. */
static bool read_alert_state(struct foreign_reader *r, bool *active, struct error *err)
{
    static const struct {
        struct str word;
        enum foreign_state state;
    } states[] = {
        {STR_INIT("pending"), FOREIGN_PENDING},       {STR_INIT("firing"), FOREIGN_FIRING},
        {STR_INIT("active"), FOREIGN_FIRING},         {STR_INIT("unprocessed"), FOREIGN_FIRING},
        {STR_INIT("suppressed"), FOREIGN_SUPPRESSED},
    };
    for (size_t i = 0; i < ARRAY_LEN(states); i++) {
        if (str_equal(states[i].word, r->state)) {
            r->alert.state = states[i].state;
            *active = true;
            return true;
        }
    }
    *active = false;
    return str_equal(r->state, STR("inactive")) ||
           error_set(err, ERROR_PROTOCOL, "the answer has an alert with the state '%.40s'",
                     r->state.data != NULL ? r->state.data : "");
}

static bool end_alert(struct foreign_reader *r, struct error *err)
{
    struct foreign_alert *a = &r->alert;
    bool active;
    if (!r->has_labels) {
        return error_set(err, ERROR_PROTOCOL, "the answer has an alert without labels");
    }
    if (!read_alert_state(r, &active, err) || !active) {
        return !error_is(err);
    }
    if (r->list->alerts.len == FOREIGN_MAX_ALERTS) {
        return error_set(err, ERROR_LIMIT, "the answer has more than %zu alerts",
                         FOREIGN_MAX_ALERTS);
    }
    a->labels = metric_reader_finish(&r->labels, err);
    if (a->labels == NULL) {
        return false;
    }
    a->annotations = (struct foreign_pairs){.count = r->annotations.len};
    if (r->annotations.len > 0) {
        a->annotations.items =
            arena_array(&r->list->arena, struct foreign_pair, r->annotations.len);
        memcpy(a->annotations.items, r->annotations.items,
               r->annotations.len * sizeof(*r->annotations.items));
    }
    a->silenced_by = keep_texts(r, &r->silenced_by);
    a->inhibited_by = keep_texts(r, &r->inhibited_by);
    a->muted_by = keep_texts(r, &r->muted_by);
    a->receivers = keep_texts(r, &r->receivers);
    vec_push(&r->list->alerts, *a);
    return true;
}

static bool read_silence_state(struct foreign_reader *r, struct error *err)
{
    static const struct str words[] = {
        [FOREIGN_SILENCE_PENDING] = STR_INIT("pending"),
        [FOREIGN_SILENCE_ACTIVE] = STR_INIT("active"),
        [FOREIGN_SILENCE_EXPIRED] = STR_INIT("expired"),
    };
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_equal(words[i], r->state)) {
            r->silence.state = (enum foreign_silence_state)i;
            return true;
        }
    }
    return error_set(err, ERROR_PROTOCOL, "the answer has a silence with the state '%.40s'",
                     r->state.data != NULL ? r->state.data : "");
}

static bool end_silence(struct foreign_reader *r, struct error *err)
{
    struct foreign_silence *s = &r->silence;
    if (s->id.len == 0 || !r->has_matchers || r->matchers.len == 0) {
        return error_set(err, ERROR_PROTOCOL, "the answer has a silence without %s",
                         s->id.len == 0 ? "an id" : "matchers");
    }
    if (!read_silence_state(r, err)) {
        return false;
    }
    if (r->list->silences.len == FOREIGN_MAX_SILENCES) {
        return error_set(err, ERROR_LIMIT, "the answer has more than %zu silences",
                         FOREIGN_MAX_SILENCES);
    }
    s->matchers.count = r->matchers.len;
    s->matchers.items = arena_array(&r->list->arena, struct foreign_matcher, r->matchers.len);
    memcpy(s->matchers.items, r->matchers.items, r->matchers.len * sizeof(*r->matchers.items));
    vec_push(&r->list->silences, *s);
    return true;
}

static bool take(struct foreign_reader *r, bool alert, unsigned depth, enum json_event event,
                 struct str text, struct error *err)
{
    if (depth == 1) {
        return take_member(r, alert, event, text, err);
    }
    if (depth > 1) {
        return take_inside(r, depth, event, text, err);
    }
    if (event == JSON_OBJECT_BEGIN) {
        begin(r);
        return true;
    }
    if (event != JSON_OBJECT_END) {
        return error_set(err, ERROR_PROTOCOL, "%s in the answer is %s, not an object",
                         alert ? "an alert" : "a silence", json_event_name(event));
    }
    return alert ? end_alert(r, err) : end_silence(r, err);
}

bool foreign_reader_alert(struct foreign_reader *r, unsigned depth, enum json_event event,
                          struct str text, struct error *err)
{
    return take(r, true, depth, event, text, err);
}

bool foreign_reader_silence(struct foreign_reader *r, unsigned depth, enum json_event event,
                            struct str text, struct error *err)
{
    return take(r, false, depth, event, text, err);
}
