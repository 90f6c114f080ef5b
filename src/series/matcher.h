/* Label matchers: `=`, `!=`, `=~`, `!~`. A missing label is the empty string, so `{a=""}` matches
 * series without it. */
#ifndef TOCSIN_SERIES_MATCHER_H
#define TOCSIN_SERIES_MATCHER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "series/labels.h"
#include "series/regex.h"

enum matcher_op { MATCH_EQUAL, MATCH_NOT_EQUAL, MATCH_REGEX, MATCH_NOT_REGEX };

/* Owner: matcher_release frees the texts and the expression. */
struct matcher {
    enum matcher_op op;
    char *name;
    char *value;         /* in the block of the name */
    struct regex *regex; /* for the two regex ops */
};

bool matcher_init(struct matcher *m, enum matcher_op op, struct str name, struct str value,
                  struct error *err) ATTR_NODISCARD;
void matcher_release(struct matcher *m);
/* A deep copy that cannot fail (the pattern was compiled before). */
void matcher_copy(struct matcher *to, const struct matcher *from);
bool matcher_equal(const struct matcher *a, const struct matcher *b);
enum matcher_verdict { MATCHER_NO, MATCHER_YES, MATCHER_LIMIT };
enum matcher_verdict matcher_test(const struct matcher *m, struct str value);
/* All of them against a set. */
enum matcher_verdict matchers_test(const struct matcher *ms, size_t n, const struct labels *ls);
/* `name="value"` with PromQL's quoting. */
void matcher_format(struct strbuf *out, const struct matcher *m);
const char *matcher_op_text(enum matcher_op op);

#endif
