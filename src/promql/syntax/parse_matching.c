/* What stands behind an operator: `bool`, `on (...)`, `group_left (...)`, `fill (0)`, in this order
 * (prometheus: promql/parser/generated_parser.y, bin_modifier). */
#include "promql/syntax/parser.h"

/* `(0)`, `(-1)`; a metric may be called fill, so without a parenthesis it is no modifier. */
static bool parse_fill_value(struct parser *p, double *value)
{
    size_t open = p->token.begin;
    if (!parser_expect(p, TOKEN_PAREN_OPEN, "'('")) {
        return false;
    }
    bool negative = parser_sign(p);
    if (p->token.kind != TOKEN_NUMBER) {
        return parser_unexpected(p, "a number");
    }
    *value = negative ? -p->token.value : p->token.value;
    parser_advance(p);
    return parser_close(p, open);
}

static bool is_fill(enum keyword keyword)
{
    return keyword == KEYWORD_FILL || keyword == KEYWORD_FILL_LEFT || keyword == KEYWORD_FILL_RIGHT;
}

static bool parse_fills(struct parser *p, struct node *n)
{
    while (is_fill(p->token.keyword) && lexer_at_paren(&p->lexer)) {
        enum keyword word = p->token.keyword;
        bool left = word != KEYWORD_FILL_RIGHT;
        bool right = word != KEYWORD_FILL_LEFT;
        if ((left && n->binary.has_fill_left) || (right && n->binary.has_fill_right)) {
            return parser_fail(p, p->token.begin, p->token.end,
                               "a second value for what is missing on one side");
        }
        double value = 0;
        parser_advance(p);
        if (!parse_fill_value(p, &value)) {
            return false;
        }
        if (left) {
            n->binary.has_fill_left = true;
            n->binary.fill_left = value;
        }
        if (right) {
            n->binary.has_fill_right = true;
            n->binary.fill_right = value;
        }
    }
    return true;
}

static bool parse_group(struct parser *p, struct node *n)
{
    bool left = p->token.keyword == KEYWORD_GROUP_LEFT;
    if (!left && p->token.keyword != KEYWORD_GROUP_RIGHT) {
        return true;
    }
    n->binary.has_group = true;
    n->binary.card = left ? CARD_MANY_TO_ONE : CARD_ONE_TO_MANY;
    parser_advance(p);
    return p->token.kind != TOKEN_PAREN_OPEN ||
           parser_labels(p, &n->binary.include, &n->binary.include_count);
}

bool parser_matching(struct parser *p, struct node *n)
{
    if (p->token.keyword == KEYWORD_BOOL) {
        n->binary.return_bool = true;
        parser_advance(p);
    }
    if (p->token.keyword == KEYWORD_ON || p->token.keyword == KEYWORD_IGNORING) {
        n->binary.has_matching = true;
        n->binary.on = p->token.keyword == KEYWORD_ON;
        parser_advance(p);
        if (!parser_labels(p, &n->binary.labels, &n->binary.label_count) || !parse_group(p, n)) {
            return false;
        }
    }
    return parse_fills(p, n);
}
