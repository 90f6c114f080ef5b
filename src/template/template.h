/*
 * Go's text/template as Prometheus uses it for the labels, annotations and messages of alerts: the
 * whole language, its built-in functions, and Prometheus' (functions.def).
 *
 *     {{ $labels.instance }} is at {{ $value | humanizePercentage }}
 *
 * As there, a name that a map does not have is "" (missingkey=zero); a field that a struct does not
 * have is an error. Values are of Go's types: int and float64 are not compared with each other.
 *
 * Owner: a template is immutable and reference-counted. Values given in are borrowed until
 * template_expand returns.
 * Limits: below; going over one is ERROR_LIMIT. Errors have their place in the template's text.
 */
#ifndef TOCSIN_TEMPLATE_TEMPLATE_H
#define TOCSIN_TEMPLATE_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/str.h"
#include "base/strbuf.h"

#define TEMPLATE_MAX_TEXT   ((size_t)256 * 1024)       /* bytes */
#define TEMPLATE_MAX_DEPTH  100                        /* blocks and parentheses in each other */
#define TEMPLATE_MAX_CALLS  100                        /* templates in each other */
#define TEMPLATE_MAX_OUTPUT ((size_t)1024 * 1024)      /* bytes of an expansion, or a text in it */
#define TEMPLATE_MAX_MEMORY ((size_t)64 * 1024 * 1024) /* bytes used by one expansion */
#define TEMPLATE_MAX_STEPS  1000000                    /* actions, values and calls of one */

enum template_kind {
    TEMPLATE_NIL,
    TEMPLATE_BOOL,
    TEMPLATE_INT,
    TEMPLATE_FLOAT,
    TEMPLATE_STRING,
    TEMPLATE_LIST,
    TEMPLATE_MAP,
    TEMPLATE_TIME,     /* `integer`: nanoseconds since the Unix epoch; shown in UTC */
    TEMPLATE_DURATION, /* `integer`: nanoseconds */
};

struct template_list;
struct template_map;

struct template_value {
    enum template_kind kind;
    union {
        bool boolean;
        int64_t integer;
        double number;
        struct str string;
        const struct template_list *list;
        const struct template_map *map;
    };
};

struct template_list {
    const struct template_value *items;
    size_t count;
};

struct template_member {
    struct str name;
    struct template_value value;
};

struct template_map {
    const struct template_member *members; /* sorted by name, none twice */
    size_t count;
    bool is_struct; /* members are fields: a missing one is an error */
    bool of_any;    /* values of any kind: a missing one is nil, and not "" */
};

struct template;

/* NULL with ERROR_SYNTAX or ERROR_LIMIT. */
struct template *template_parse(struct str text, struct error *err) ATTR_NODISCARD;
struct template *template_ref(const struct template *t);
void template_unref(struct template *t); /* NULL is fine */
/* No actions: the text is its own expansion. */
bool template_is_plain(const struct template *t);
/* ERROR_SYNTAX where the template uses a variable that it does not declare itself and that is none
 * of `names` ("$labels"): what template_expand would refuse whenever it came there. */
bool template_check_variables(const struct template *t, const struct str *names, size_t count,
                              struct error *err) ATTR_NODISCARD;

struct template_variable {
    struct str name; /* "$labels" */
    struct template_value value;
};

enum template_query { TEMPLATE_QUERY_OK, TEMPLATE_QUERY_FAILED, TEMPLATE_QUERY_PENDING };

struct template_data {
    struct template_value dot;
    const struct template_variable *variables;
    size_t variable_count;
    struct str external_url; /* externalURL, pathPrefix */
    struct wall now;         /* of the function `now`; 0: there is no such time here, an error */
    /* `query "expr"`: a list of samples, struct maps with Labels and Value, allocated in `arena`.
     * Pending: the answer is not known yet; the expansion ends as TEMPLATE_PENDING and is run again
     * from the start when it is. NULL: no queries here. */
    enum template_query (*query)(void *user, struct str expr, struct arena *arena,
                                 struct template_value *out, struct error *err);
    void *user;
};

enum template_result { TEMPLATE_OK, TEMPLATE_FAILED, TEMPLATE_PENDING };

/* Appends to `out`, which is as it was unless the result is TEMPLATE_OK. Failed: ERROR_EVALUATION,
 * ERROR_LIMIT, or what the query failed with. */
enum template_result template_expand(const struct template *t, const struct template_data *data,
                                     struct strbuf *out, struct error *err) ATTR_NODISCARD;

/* Constructors. */
static inline struct template_value template_string(struct str s)
{
    return (struct template_value){.kind = TEMPLATE_STRING, .string = s};
}

static inline struct template_value template_float(double number)
{
    return (struct template_value){.kind = TEMPLATE_FLOAT, .number = number};
}

static inline struct template_value template_int(int64_t integer)
{
    return (struct template_value){.kind = TEMPLATE_INT, .integer = integer};
}

static inline struct template_value template_bool(bool boolean)
{
    return (struct template_value){.kind = TEMPLATE_BOOL, .boolean = boolean};
}

static inline struct template_value template_of_map(const struct template_map *map)
{
    return (struct template_value){.kind = TEMPLATE_MAP, .map = map};
}

static inline struct template_value template_of_list(const struct template_list *list)
{
    return (struct template_value){.kind = TEMPLATE_LIST, .list = list};
}

#endif
