/* Functions, aggregations and the lists of labels that go with them and with operators. */
#include <string.h>

#include "base/utf8.h"
#include "promql/functions.h"
#include "promql/operators.h"
#include "promql/syntax/literals.h"
#include "promql/syntax/parser.h"

static bool parse_label(struct parser *p, struct str *label)
{
    const struct token *t = &p->token;
    if (t->kind == TOKEN_STRING) {
        if (!literal_string(&p->expr->arena, p->expr->text, t->begin, t->end - t->begin, label,
                            p->err)) {
            return false;
        }
        if (label->len == 0 || !utf8_valid(*label) || memchr(label->data, '\0', label->len)) {
            return parser_fail(p, t->begin, t->end, "not a label name");
        }
        parser_advance(p);
        return true;
    }
    if (t->kind != TOKEN_WORD || !word_is_label_name(t->text)) {
        return parser_unexpected(p, "a label name");
    }
    *label = t->text;
    parser_advance(p);
    return true;
}

/* Past a label's error, to what stands behind it. */
static void skip_label(struct parser *p)
{
    parser_recover(p, STOP_COMMA | STOP_CLOSE);
}

bool parser_labels(struct parser *p, struct str **labels, uint32_t *count)
{
    size_t open = p->token.begin;
    if (!parser_expect(p, TOKEN_PAREN_OPEN, "'(' and label names")) {
        if (error_is(p->err) && p->token.kind == TOKEN_WORD) {
            error_suggest(p->err, "write '(%.*s)'", STR_ARG(p->token.text));
        }
        return false;
    }
    while (p->token.kind != TOKEN_PAREN_CLOSE) {
        if (p->token.kind == TOKEN_END) {
            return parser_close(p, open);
        }
        if (p->token.kind == TOKEN_COMMA && p->options->conveniences) {
            /* `by ($each, le)` where $each stands for nothing */
            parser_advance(p);
            continue;
        }
        struct str label = STR_NONE;
        if (parse_label(p, &label)) {
            *labels = parser_grow(p, *labels, *count, sizeof(**labels));
            (*labels)[(*count)++] = label;
        } else {
            skip_label(p);
        }
        if (p->token.kind != TOKEN_COMMA && p->token.kind != TOKEN_PAREN_CLOSE) {
            if (p->token.kind == TOKEN_END) {
                return parser_close(p, open);
            }
            parser_unexpected(p, "',' or ')'");
            skip_label(p);
        }
        if (p->token.kind == TOKEN_COMMA) {
            parser_advance(p);
        } else if (p->token.kind != TOKEN_PAREN_CLOSE) {
            return parser_close(p, open);
        }
    }
    parser_advance(p);
    return true;
}

/* `(a, b)`: the arguments of a call or an aggregation. */
static bool parse_arguments(struct parser *p, struct node ***args, uint32_t *count)
{
    size_t open = p->token.begin;
    if (!parser_expect(p, TOKEN_PAREN_OPEN, "'('")) {
        return false;
    }
    if (p->token.kind == TOKEN_PAREN_CLOSE) {
        parser_advance(p);
        return true;
    }
    for (;;) {
        if (p->token.kind == TOKEN_END) {
            return parser_close(p, open);
        }
        struct node *arg = parser_binary(p, 1);
        if (arg == NULL) {
            return false;
        }
        *args = parser_grow(p, *args, *count, sizeof(**args));
        (*args)[(*count)++] = arg;
        if (p->token.kind != TOKEN_COMMA && p->token.kind != TOKEN_PAREN_CLOSE &&
            p->token.kind != TOKEN_END) {
            parser_unexpected(p, "an operator or ')'");
            parser_suggest_keyword(p);
            arg->broken = true;
            parser_recover(p, STOP_COMMA | STOP_CLOSE);
        }
        if (p->token.kind != TOKEN_COMMA) {
            return parser_close(p, open);
        }
        size_t comma = p->token.begin;
        parser_advance(p);
        if (p->token.kind == TOKEN_PAREN_CLOSE) {
            parser_fail(p, comma, comma + 1, "no argument behind the comma");
            parser_note(p);
            parser_advance(p);
            return true;
        }
    }
}

struct node *parser_call(struct parser *p, const struct token *name)
{
    struct node *n = parser_node(p, NODE_CALL, name->begin);
    if (n == NULL) {
        return NULL;
    }
    n->call.name = name->text;
    n->call.function = function_find(name->text);
    if (n->call.function == NULL) {
        /* Its arguments may be wrong as well. */
        parser_fail(p, name->begin, name->end, "unknown function '%.*s'", STR_ARG(name->text));
        parser_suggest_call(p, name->text);
        parser_note(p);
        n->broken = true;
    }
    if (!parse_arguments(p, &n->call.args, &n->call.arg_count)) {
        return NULL;
    }
    return parser_finish(p, n);
}

bool parser_at_grouping(const struct parser *p)
{
    return p->token.keyword == KEYWORD_BY || p->token.keyword == KEYWORD_WITHOUT;
}

static bool parse_grouping(struct parser *p, struct node *n)
{
    n->aggregate.has_grouping = true;
    n->aggregate.without = p->token.keyword == KEYWORD_WITHOUT;
    parser_advance(p);
    return parser_labels(p, &n->aggregate.labels, &n->aggregate.label_count);
}

/* Which argument is which. A wrong number of them is noted; the node is broken then, and keeps its
 * last argument, whose insides are still looked at. */
static void take_arguments(struct parser *p, struct node *n, size_t open, struct node **args,
                           size_t count)
{
    const struct aggregate_info *info = aggregate_info(n->aggregate.op);
    size_t wanted = info->parameter == PARAMETER_NONE ? 1 : 2;
    if (count == wanted) {
        n->aggregate.parameter = wanted == 2 ? args[0] : NULL;
        n->aggregate.inner = args[wanted - 1];
        return;
    }
    parser_fail(p, open, p->previous_end, "%s takes %zu argument%s, got %zu", info->name, wanted,
                wanted == 1 ? "" : "s", count);
    parser_note(p);
    n->broken = true;
    n->aggregate.inner = count > 0 ? args[count - 1] : NULL;
}

struct node *parser_aggregate(struct parser *p, const struct token *name)
{
    struct node *n = parser_node(p, NODE_AGGREGATE, name->begin);
    if (n == NULL) {
        return NULL;
    }
    n->aggregate.op = name->aggregate;
    if (parser_at_grouping(p) && !parse_grouping(p, n)) {
        return NULL;
    }
    struct node **args = NULL;
    uint32_t count = 0;
    size_t open = p->token.begin;
    if (!parse_arguments(p, &args, &count)) {
        return NULL;
    }
    take_arguments(p, n, open, args, count);
    if (parser_at_grouping(p)) {
        if (n->aggregate.has_grouping) {
            parser_unexpected(p, "an operator: the grouping stands before the parenthesis already");
            return NULL;
        }
        if (!parse_grouping(p, n)) {
            return NULL;
        }
    }
    return parser_finish(p, n);
}
