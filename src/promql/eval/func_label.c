/* label_replace and label_join: functions of label sets, not of points. */
#include "base/utf8.h"
#include "promql/eval/func.h"
#include "series/regex.h"

bool func_label_name_valid(const struct evaluator *ev, struct str name)
{
    if (name.len == 0) {
        return false;
    }
    if (ev->semantics == SEMANTICS_V3) {
        return utf8_valid(name);
    }
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && (i == 0 || c < '0' || c > '9')) {
            return false;
        }
    }
    return true;
}

static bool check_name(struct evaluator *ev, struct str name, const char *what,
                       const char *function)
{
    return func_label_name_valid(ev, name) ||
           error_set(ev->err, ERROR_EVALUATION, "invalid %s label name in %s(): %.*s", what,
                     function, STR_ARG(name));
}

/* Sets `name` of a row to `value`. A metric name that is set by hand is not dropped any more. */
static bool set_label(struct evaluator *ev, struct columns *c, size_t row, struct labels_builder *b,
                      struct str name, struct str value)
{
    labels_builder_from(b, c->heads[row].labels);
    labels_builder_set(b, name, value);
    struct labels *labels = labels_builder_finish(b, ev->err);
    if (labels == NULL) {
        return false;
    }
    columns_relabel(c, row, labels);
    if (str_equal(name, STR(LABEL_NAME))) {
        c->heads[row].drop_name = false;
    }
    return true;
}

static bool replace_rows(struct evaluator *ev, struct columns *c, struct regex *re,
                         struct str target, struct str replacement, struct str source)
{
    struct labels_builder b;
    labels_builder_init(&b, ev->table);
    struct strbuf value;
    strbuf_init(&value, LABELS_MAX_VALUE);
    bool ok = true;
    for (size_t i = 0; ok && i < c->count; i++) {
        if (!eval_spend(ev, WORK_ROW)) {
            ok = false;
            break;
        }
        strbuf_reset(&value);
        struct str subject = labels_get(c->heads[i].labels, source);
        switch (regex_replace(re, subject, replacement, &value)) {
        case REGEX_NO_MATCH:
            break;
        case REGEX_LIMIT:
            ok = error_set(ev->err, ERROR_LIMIT,
                           "the regular expression of label_replace() took too long on '%.*s'",
                           STR_ARG(subject));
            break;
        case REGEX_MATCH:
            ok = value.overflowed ? error_set(ev->err, ERROR_LIMIT,
                                              "label_replace() makes a value longer than %d bytes",
                                              LABELS_MAX_VALUE)
                                  : set_label(ev, c, i, &b, target, strbuf_str(&value));
            break;
        }
    }
    strbuf_release(&value);
    labels_builder_release(&b);
    return ok && columns_merge(c, COLUMNS_SAME_LABELSET, ev->work);
}

bool func_label_replace(struct evaluator *ev, const struct node *n, struct columns *out)
{
    struct str target = eval_string(n->call.args[1]);
    struct str pattern = eval_string(n->call.args[4]);
    struct regex *re = regex_create(pattern, ev->err);
    if (re == NULL) {
        /* Prometheus' words to the letter, which programs compare; they do not say why. */
        return error_set(ev->err, ERROR_EVALUATION,
                         "invalid regular expression in label_replace(): %.*s", STR_ARG(pattern));
    }
    bool ok = check_name(ev, target, "destination", "label_replace") &&
              eval_vector(ev, n->call.args[0], out) &&
              replace_rows(ev, out, re, target, eval_string(n->call.args[2]),
                           eval_string(n->call.args[3]));
    regex_destroy(re);
    return ok;
}

static bool join_rows(struct evaluator *ev, const struct node *n, struct columns *c)
{
    struct str target = eval_string(n->call.args[1]);
    struct str separator = eval_string(n->call.args[2]);
    struct labels_builder b;
    labels_builder_init(&b, ev->table);
    struct strbuf value;
    strbuf_init(&value, LABELS_MAX_VALUE);
    bool ok = true;
    for (size_t i = 0; ok && i < c->count; i++) {
        if (!eval_spend(ev, WORK_ROW)) {
            ok = false;
            break;
        }
        strbuf_reset(&value);
        for (size_t a = 3; a < n->call.arg_count; a++) {
            if (a > 3) {
                strbuf_add_str(&value, separator);
            }
            strbuf_add_str(&value, labels_get(c->heads[i].labels, eval_string(n->call.args[a])));
        }
        ok = value.overflowed
                 ? error_set(ev->err, ERROR_LIMIT,
                             "label_join() makes a value longer than %d bytes", LABELS_MAX_VALUE)
                 : set_label(ev, c, i, &b, target, strbuf_str(&value));
    }
    strbuf_release(&value);
    labels_builder_release(&b);
    return ok && columns_merge(c, COLUMNS_SAME_LABELSET, ev->work);
}

bool func_label_join(struct evaluator *ev, const struct node *n, struct columns *out)
{
    for (size_t a = 3; a < n->call.arg_count; a++) {
        if (!check_name(ev, eval_string(n->call.args[a]), "source", "label_join")) {
            return false;
        }
    }
    return check_name(ev, eval_string(n->call.args[1]), "destination", "label_join") &&
           eval_vector(ev, n->call.args[0], out) && join_rows(ev, n, out);
}
