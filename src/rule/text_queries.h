/*
 * What the texts of alerts ask for (`{{ query "up" }}`), asked beside them: a text is expanded
 * until it wants an answer that is not there, the question is asked, and the text is expanded anew.
 *
 * Owner: text_queries_init/text_queries_release. Limit: TEXT_QUERIES_MAX of one evaluation of a
 * rule; another one fails.
 */
#ifndef TOCSIN_RULE_TEXT_QUERIES_H
#define TOCSIN_RULE_TEXT_QUERIES_H

#include "promql/promql.h"
#include "template/template.h"

#define TEXT_QUERIES_MAX 100

struct text_query {
    char *text;
    struct expr *expr; /* NULL: does not parse */
    bool answered;
    struct value value;
    struct error err;
};

struct text_queries {
    VEC(struct text_query) list;
};

void text_queries_init(struct text_queries *q);
void text_queries_release(struct text_queries *q);
/* For alerting_context.query, with the queries as its user. */
enum template_query text_queries_look(void *user, struct str expr, struct arena *arena,
                                      struct template_value *out, struct error *err);
/* One that is to be asked, or NULL. */
struct text_query *text_queries_open(struct text_queries *q);
/* Moves out of `value`, or copies `err`; one of them is NULL. */
void text_query_answer(struct text_query *query, struct value *value, const struct error *err);

#endif
