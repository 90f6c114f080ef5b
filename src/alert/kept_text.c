/* See kept_text.h. What has PromQL's form is read by PromQL's parser. */
#include "alert/kept_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/mem.h"
#include "promql/promql.h"
#include "rule/alerting.h"

char *kept_labels_write(const struct labels *labels)
{
    struct strbuf out = STRBUF_INIT;
    labels_format(&out, labels);
    return strbuf_take(&out);
}

/* The selector that `text` is; its matchers live as long as the expression. */
static struct expr *parse_selector(const char *text, const struct node **selector,
                                   struct error *err)
{
    struct expr *e = expr_parse(str_from(text), NULL, err);
    if (e == NULL) {
        return NULL;
    }
    const struct node *n = e->root;
    if (n->kind != NODE_SELECTOR || n->selector.range_ms != 0 || n->selector.offset_ms != 0 ||
        n->selector.at != AT_NONE) {
        error_set(err, ERROR_PROTOCOL, "'%s' is no list of labels", text);
        expr_unref(e);
        return NULL;
    }
    *selector = n;
    return e;
}

struct labels *kept_labels_read(const char *text, struct label_table *table, struct error *err)
{
    const struct node *selector;
    struct expr *e = parse_selector(text, &selector, err);
    if (e == NULL) {
        return NULL;
    }
    struct labels_builder b;
    bool is_set = true;
    labels_builder_init(&b, table);
    for (size_t i = 0; i < selector->selector.matcher_count; i++) {
        const struct matcher *m = &selector->selector.matchers[i];
        is_set = is_set && m->op == MATCH_EQUAL;
        labels_builder_add(&b, str_from(m->name), str_from(m->value));
    }
    struct labels *labels = is_set ? labels_builder_finish(&b, err) : NULL;
    if (!is_set) {
        error_set(err, ERROR_PROTOCOL, "'%s' is no set of labels", text);
    }
    labels_builder_release(&b);
    expr_unref(e);
    return labels;
}

/* Characters that a line cannot have, and how they are written behind a backslash. */
static const char plain_characters[] = {'\n', '\0', '\\', ':'};
static const char escaped_characters[] = {'n', '0', '\\', ':'};

/* A colon ends a name, and stands for itself in a value. */
static void add_escaped(struct strbuf *out, struct str text, bool name)
{
    size_t count = ARRAY_LEN(plain_characters) - (name ? 0 : 1);
    for (size_t i = 0; i < text.len; i++) {
        const char *found = memchr(plain_characters, text.data[i], count);
        if (found != NULL) {
            strbuf_add_char(out, '\\');
            strbuf_add_char(out, escaped_characters[found - plain_characters]);
        } else {
            strbuf_add_char(out, text.data[i]);
        }
    }
}

char *kept_pairs_write(struct rule_pairs pairs)
{
    struct strbuf out;
    strbuf_init(&out, 16 * STRBUF_MAX_DEFAULT);
    for (size_t i = 0; i < pairs.count; i++) {
        add_escaped(&out, pairs.items[i].name, true);
        strbuf_add_c(&out, ": ");
        add_escaped(&out, pairs.items[i].value, false);
        strbuf_add_char(&out, '\n');
    }
    return strbuf_take(&out);
}

static struct str unescaped(struct arena *arena, struct str text)
{
    char *to = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (c == '\\' && i + 1 < text.len) {
            i++;
            const char *found =
                memchr(escaped_characters, text.data[i], sizeof(escaped_characters));
            c = found != NULL ? plain_characters[found - escaped_characters] : text.data[i];
        }
        to[len++] = c;
    }
    return str_span(to, len);
}

static size_t find_colon(struct str line)
{
    size_t i = 0;
    while (i < line.len && line.data[i] != ':') {
        i += line.data[i] == '\\' ? 2 : 1;
    }
    return i;
}

struct rule_pairs kept_pairs_read(const char *text)
{
    struct arena arena;
    VEC(struct rule_pair) list = {0};
    arena_init(&arena);
    struct str rest = str_from(text), line;
    while (str_split(&rest, '\n', &line)) {
        size_t colon = find_colon(line);
        if (colon + 1 < line.len) {
            struct rule_pair pair = {.name = unescaped(&arena, str_slice(line, 0, colon)),
                                     .value =
                                         unescaped(&arena, str_slice(line, colon + 2, SIZE_MAX))};
            vec_push(&list, pair);
        }
    }
    struct rule_pairs out =
        alert_copy_pairs((struct rule_pairs){.items = list.items, .count = list.len});
    vec_release(&list);
    arena_release(&arena);
    return out;
}

char *kept_matchers_write(const struct silence *s)
{
    struct strbuf out = STRBUF_INIT;
    silence_format_matchers(&out, s);
    return strbuf_take(&out);
}

bool kept_matchers_read(const char *text, struct silence *s, struct error *err)
{
    char *braced = mem_printf("{%s}", text);
    const struct node *selector;
    struct expr *e = parse_selector(braced, &selector, err);
    free(braced);
    if (e == NULL) {
        return false;
    }
    for (size_t i = 0; i < selector->selector.matcher_count; i++) {
        struct matcher copy;
        matcher_copy(&copy, &selector->selector.matchers[i]);
        vec_push(&s->matchers, copy);
    }
    expr_unref(e);
    return true;
}
