/* See condition.h. */
#include "rule/condition.h"

#include "base/strbuf.h"
#include "rule/impossible.h"

static const struct node *without_parens(const struct node *n)
{
    while (n->kind == NODE_PAREN) {
        n = n->paren;
    }
    return n;
}

struct expr *condition_parse(struct str text, const struct parse_options *options,
                             struct diags *diags)
{
    struct span all = diag_span(text, 0, text.len);
    if (str_trim(text).len == 0) {
        struct diag *diag = diags_add(diags, DIAG_ERROR, NULL, text, all, "a condition is missing");
        diag_suggest(diag, "such as 'p95 > 500ms'");
        return NULL;
    }
    struct expr *e = expr_parse_all(text, options, NULL, diags);
    if (e == NULL) {
        return NULL;
    }
    const struct node *root = without_parens(e->root);
    struct span span = diag_span(text, root->begin, root->end);
    if (root->type != VALUE_VECTOR) {
        diags_add(diags, DIAG_ERROR, NULL, text, span,
                  "a condition is about series, and this gives a %s",
                  root->type == VALUE_MATRIX ? "range vector" : value_type_name(root->type));
        expr_unref(e);
        return NULL;
    }
    if (root->kind == NODE_SIGNAL) {
        struct diag *diag =
            diags_add(diags, DIAG_WARNING, NULL, text, span,
                      "'%.*s' alone holds wherever it has a value", STR_ARG(root->signal.name));
        diag_suggest(diag, "compare it with something");
    }
    impossible_check(e, diags);
    return e;
}

struct expr *condition_read(struct yaml_reader *r, const struct yaml_node *at, struct str text,
                            const struct parse_options *options)
{
    struct diags wrong;
    diags_init(&wrong);
    struct expr *e = condition_parse(text, options, &wrong);
    yaml_diags_in(r, at, &wrong);
    diags_release(&wrong);
    return e;
}

struct found {
    struct str signal;
    struct str metric;
};

static bool find_name(void *user, const struct node *n)
{
    struct found *found = user;
    if (n->kind == NODE_SIGNAL) {
        found->signal = n->signal.name;
        return false;
    }
    if (n->kind == NODE_SELECTOR && found->metric.len == 0) {
        found->metric = n->selector.metric;
    }
    return true;
}

/* Each word with a capital: `payment-gateway` is PaymentGateway. */
static void add_words(struct strbuf *out, struct str name)
{
    bool begins = true;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        bool lower = c >= 'a' && c <= 'z';
        bool other = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
        if (lower || other) {
            strbuf_add_char(out, lower && begins ? (char)(c - 'a' + 'A') : c);
        }
        begins = !lower && !other;
    }
}

struct str condition_alert_name(struct arena *arena, struct str service, const struct expr *e)
{
    struct found found = {0};
    node_walk(e->root, find_name, &found);
    struct strbuf name = STRBUF_INIT;
    add_words(&name, service);
    add_words(&name, found.signal.len != 0 ? found.signal : found.metric);
    struct str out = arena_str(arena, name.len != 0 ? strbuf_str(&name) : STR("Alert"));
    strbuf_release(&name);
    return out;
}
