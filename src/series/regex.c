/*
 * Matching. Simple shapes (regex_syntax.h) are compared directly; they are most of what rules and
 * dashboards ask. The rest is PCRE2's, interpreted: its just-in-time compiler would cost every
 * pattern tens of kilobytes of private memory, and the store asks once per distinct value and not
 * once per series (store_select.c), so there is little for it to win.
 *
 * A hostile pattern ends at the match limit, which on today's machines is a few milliseconds. The
 * match data is made for each call: it carries PCRE2's 20 KiB of backtracking frames, which a
 * thousand idle rules must not hold.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "series/regex.h"
#include "series/regex_syntax.h"

/* Steps of backtracking, and KiB of frames. RE2 has no such limits, as it needs none; ordinary
 * patterns use a thousandth of this. */
#define LIMITS "(*LF)(*LIMIT_MATCH=100000)(*LIMIT_HEAP=4096)"

struct regex {
    unsigned refs;
    unsigned min_any;
    unsigned min_any_after;
    enum regex_shape shape;
    pcre2_code *code; /* NULL for simple shapes until a replacement needs groups */
    char *pcre;       /* what to compile then, or NULL */
    struct str word;
    const struct str *words; /* sorted */
    size_t words_count;
    const struct str *groups; /* names from group 1 on */
    size_t groups_count;
    struct str strings[]; /* words, groups; behind them their text */
};

#define ANCHORED (PCRE2_DOTALL | PCRE2_ANCHORED | PCRE2_ENDANCHORED)

static pcre2_code *compile(struct str pcre, uint32_t options, int *error_code)
{
    struct strbuf text;
    strbuf_init(&text, pcre.len + sizeof(LIMITS));
    strbuf_add_c(&text, LIMITS);
    strbuf_add_str(&text, pcre);
    PCRE2_SIZE offset = 0;
    options |= PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_ALT_CIRCUMFLEX | PCRE2_NEVER_BACKSLASH_C;
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)strbuf_cstr(&text), text.len, options, error_code, &offset, NULL);
    strbuf_release(&text);
    return code;
}

static bool compile_error(int error_code, struct str pattern, struct error *err)
{
    char message[160];
    if (pcre2_get_error_message(error_code, (PCRE2_UCHAR *)message, sizeof(message)) <= 0) {
        message[0] = '\0';
    }
    struct str shown = str_slice(pattern, 0, 80);
    struct span span = {.line = 1, .column = 1, .length = (uint32_t)utf8_count(pattern)};
    return error_set_at(err, ERROR_SYNTAX, span, "regular expression cannot be used: %s: '%.*s'",
                        message, STR_ARG(shown));
}

static int by_text(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* Sorted and each once. */
static void order_words(struct regex_syntax *syntax)
{
    if (syntax->words_count < 2) {
        return;
    }
    qsort(syntax->words, syntax->words_count, sizeof(*syntax->words), by_text);
    size_t kept = 1;
    for (size_t i = 1; i < syntax->words_count; i++) {
        if (!str_equal(syntax->words[i], syntax->words[kept - 1])) {
            syntax->words[kept++] = syntax->words[i];
        }
    }
    syntax->words_count = kept;
}

static size_t text_bytes(const struct str *strings, size_t count)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        bytes += strings[i].len;
    }
    return bytes;
}

static struct str keep_text(char **text, struct str s)
{
    if (s.len == 0) {
        return STR("");
    }
    struct str kept = str_span(memcpy(*text, s.data, s.len), s.len);
    *text += s.len;
    return kept;
}

/* What matching needs of the syntax, in one small allocation: there may be one for every matcher of
 * thousands of rules. */
static struct regex *compact(const struct regex_syntax *syntax)
{
    size_t words = syntax->words_count;
    size_t groups = syntax->groups.len;
    size_t bytes = (words + groups) * sizeof(struct str) + text_bytes(syntax->words, words) +
                   text_bytes(syntax->groups.items, groups) + syntax->word.len;
    struct regex *re = mem_alloc(sizeof(*re) + bytes);
    char *text = (char *)(re->strings + words + groups);
    *re = (struct regex){.refs = 1,
                         .min_any = syntax->min_any,
                         .min_any_after = syntax->min_any_after,
                         .shape = syntax->shape,
                         .word = keep_text(&text, syntax->word),
                         .words = re->strings,
                         .words_count = words,
                         .groups = re->strings + words,
                         .groups_count = groups};
    for (size_t i = 0; i < words; i++) {
        re->strings[i] = keep_text(&text, syntax->words[i]);
    }
    for (size_t i = 0; i < groups; i++) {
        re->strings[words + i] = keep_text(&text, syntax->groups.items[i]);
    }
    return re;
}

static struct regex *create(struct str pattern, bool searches, struct error *err)
{
    struct regex_syntax syntax;
    if (!regex_syntax_init(&syntax, pattern, err)) {
        return NULL;
    }
    if (searches) { /* shapes are of what is anchored */
        syntax.shape = REGEX_SHAPE_OTHER;
        syntax.words_count = 0;
        syntax.word = STR("");
    }
    order_words(&syntax);
    struct regex *re = compact(&syntax);
    if (re->shape == REGEX_SHAPE_OTHER) {
        int error_code = 0;
        re->code = compile(strbuf_str(&syntax.pcre), searches ? 0 : ANCHORED, &error_code);
        if (re->code == NULL) {
            compile_error(error_code, pattern, err);
            regex_destroy(re);
            re = NULL;
        }
    } else if (re->groups_count > 0) {
        re->pcre = str_dup(strbuf_str(&syntax.pcre));
    }
    regex_syntax_release(&syntax);
    return re;
}

struct regex *regex_create(struct str pattern, struct error *err)
{
    return create(pattern, false, err);
}

struct regex *regex_create_search(struct str pattern, struct error *err)
{
    return create(pattern, true, err);
}

struct regex *regex_ref(struct regex *re)
{
    re->refs++;
    return re;
}

void regex_destroy(struct regex *re)
{
    if (re == NULL || --re->refs > 0) {
        return;
    }
    pcre2_code_free(re->code);
    free(re->pcre);
    free(re);
}

size_t regex_literals(const struct regex *re, const struct str **literals)
{
    *literals = re->words;
    return re->shape == REGEX_SHAPE_WORDS ? re->words_count : 0;
}

static bool is_one_of(const struct regex *re, struct str subject)
{
    size_t low = 0;
    size_t high = re->words_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_compare(re->words[middle], subject);
        if (order == 0) {
            return true;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return false;
}

/* `word` with at least so many characters before and behind it. */
static bool contains(const struct regex *re, struct str subject)
{
    size_t margins = re->min_any + re->min_any_after;
    if (subject.len < re->word.len + margins) {
        return false;
    }
    return str_contains(str_slice(subject, re->min_any, subject.len - margins), re->word);
}

static bool match_shape(const struct regex *re, struct str subject)
{
    switch (re->shape) {
    case REGEX_SHAPE_WORDS:
        return is_one_of(re, subject);
    case REGEX_SHAPE_ANY:
        return subject.len >= re->min_any;
    case REGEX_SHAPE_PREFIX:
        return subject.len >= re->word.len + re->min_any && str_starts_with(subject, re->word);
    case REGEX_SHAPE_SUFFIX:
        return subject.len >= re->word.len + re->min_any && str_ends_with(subject, re->word);
    case REGEX_SHAPE_CONTAINS:
        return contains(re, subject);
    case REGEX_SHAPE_OTHER:
        break;
    }
    assert(false);
    return false;
}

/* Invalid UTF-8 matches as RE2 sees it: each bad byte is U+FFFD. */
static char *repair(struct str subject, size_t *len)
{
    char *fixed = mem_alloc(subject.len * 3 + 1);
    *len = 0;
    while (subject.len > 0) {
        size_t length = 0;
        uint32_t c = utf8_decode(subject, &length);
        *len += utf8_encode(c, fixed + *len);
        subject = str_slice(subject, length, subject.len);
    }
    return fixed;
}

/* A match by PCRE2; the offsets in `data` are within *subject, which becomes *repaired where it was
 * not valid UTF-8 (to be freed by the caller). */
static enum regex_result match_pcre(const pcre2_code *code, struct str *subject, char **repaired,
                                    pcre2_match_data *data)
{
    const char *text = subject->data != NULL ? subject->data : "";
    int result = pcre2_match(code, (PCRE2_SPTR)text, subject->len, 0, 0, data, NULL);
    if (result <= PCRE2_ERROR_UTF8_ERR1 && result >= PCRE2_ERROR_UTF8_ERR21) {
        *repaired = repair(*subject, &subject->len);
        subject->data = *repaired;
        result = pcre2_match(code, (PCRE2_SPTR)subject->data, subject->len, 0, 0, data, NULL);
    }
    if (result == PCRE2_ERROR_NOMATCH) {
        return REGEX_NO_MATCH;
    }
    return result >= 0 ? REGEX_MATCH : REGEX_LIMIT;
}

enum regex_result regex_match(struct regex *re, struct str subject)
{
    if (re->shape != REGEX_SHAPE_OTHER) {
        return match_shape(re, subject) ? REGEX_MATCH : REGEX_NO_MATCH;
    }
    if (!str_starts_with(subject, re->word)) {
        return REGEX_NO_MATCH;
    }
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    if (data == NULL) {
        return REGEX_LIMIT;
    }
    char *repaired = NULL;
    enum regex_result result = match_pcre(re->code, &subject, &repaired, data);
    pcre2_match_data_free(data);
    free(repaired);
    return result;
}

/* One `$...` of a template: what is left of it behind the dollar sign, and the group it names. */
struct reference {
    struct str name;
    size_t length; /* bytes behind the dollar sign; 0: no reference */
};

/* Bytes of the letter, digit or `_` that `s` begins with; 0 where it begins with none. No group is
 * named by other letters than ASCII's, but a reference may be: to nothing. */
static size_t word_character(struct str s)
{
    char c = s.len > 0 ? s.data[0] : ' ';
    if ((unsigned char)c < 0x80) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    }
    size_t length = 0;
    (void)utf8_decode(s, &length);
    int error_code = 0;
    pcre2_code *code = compile(STR("[\\p{L}\\p{Nd}]"), ANCHORED, &error_code);
    pcre2_match_data *data = code != NULL ? pcre2_match_data_create(1, NULL) : NULL;
    bool matches =
        data != NULL && pcre2_match(code, (PCRE2_SPTR)s.data, length, 0, 0, data, NULL) >= 0;
    pcre2_match_data_free(data);
    pcre2_code_free(code);
    return matches ? length : 0;
}

/* Go: regexp/regexp.go, extract. */
static struct reference read_reference(struct str behind_dollar)
{
    bool brace = str_starts_with(behind_dollar, STR("{"));
    size_t begin = brace ? 1 : 0;
    size_t end = begin;
    size_t length = 0;
    do {
        end += length;
        length = word_character(str_slice(behind_dollar, end, behind_dollar.len));
    } while (length > 0);
    struct reference none = {.length = 0};
    if (end == begin || (brace && (end == behind_dollar.len || behind_dollar.data[end] != '}'))) {
        return none;
    }
    return (struct reference){.name = str_slice(behind_dollar, begin, end - begin),
                              .length = end + (brace ? 1 : 0)};
}

/* The group's number, or SIZE_MAX where there is none of that name. Of several that share a name,
 * the first that took part in the match. */
static size_t find_group(const struct regex *re, struct str name, const PCRE2_SIZE *ovector)
{
    uint64_t number = 0;
    bool leading_zero = name.len > 1 && name.data[0] == '0';
    if (!leading_zero && str_to_u64(name, &number)) {
        return number <= re->groups_count ? (size_t)number : SIZE_MAX;
    }
    for (size_t i = 0; i < re->groups_count; i++) {
        if (str_equal(re->groups[i], name) && ovector[2 * (i + 1)] != PCRE2_UNSET) {
            return i + 1;
        }
    }
    return SIZE_MAX;
}

/* `ovector` has pairs of offsets for all groups. */
static void expand(const struct regex *re, struct str subject, const PCRE2_SIZE *ovector,
                   struct str replacement, struct strbuf *out)
{
    while (replacement.len > 0) {
        size_t dollar = str_find(replacement, '$');
        strbuf_add_str(out, str_slice(replacement, 0, dollar));
        replacement = str_slice(replacement, dollar, replacement.len);
        if (replacement.len == 0) {
            return;
        }
        replacement = str_slice(replacement, 1, replacement.len);
        if (str_starts_with(replacement, STR("$"))) {
            strbuf_add_char(out, '$');
            replacement = str_slice(replacement, 1, replacement.len);
            continue;
        }
        struct reference ref = read_reference(replacement);
        if (ref.length == 0) {
            strbuf_add_char(out, '$');
            continue;
        }
        size_t group = find_group(re, ref.name, ovector);
        if (group != SIZE_MAX && ovector[2 * group] != PCRE2_UNSET) {
            size_t begin = ovector[2 * group];
            strbuf_add_str(out, str_slice(subject, begin, ovector[2 * group + 1] - begin));
        }
        replacement = str_slice(replacement, ref.length, replacement.len);
    }
}

enum regex_result regex_replace(struct regex *re, struct str subject, struct str replacement,
                                struct strbuf *out)
{
    if (re->shape != REGEX_SHAPE_OTHER && !match_shape(re, subject)) {
        return REGEX_NO_MATCH;
    }
    if (re->shape != REGEX_SHAPE_OTHER && re->groups_count == 0) {
        PCRE2_SIZE whole[2] = {0, subject.len};
        expand(re, subject, whole, replacement, out);
        return REGEX_MATCH;
    }
    int error_code = 0;
    if (re->code == NULL) {
        re->code = compile(str_from(re->pcre), ANCHORED, &error_code);
    }
    if (re->code == NULL) {
        return REGEX_LIMIT; /* too large for PCRE2: nothing else is left to be wrong with it */
    }
    pcre2_match_data *data = pcre2_match_data_create((uint32_t)re->groups_count + 1, NULL);
    if (data == NULL) {
        return REGEX_LIMIT;
    }
    char *repaired = NULL;
    enum regex_result result = match_pcre(re->code, &subject, &repaired, data);
    if (result == REGEX_MATCH) {
        expand(re, subject, pcre2_get_ovector_pointer(data), replacement, out);
    }
    pcre2_match_data_free(data);
    free(repaired);
    return result;
}

/* The matches of one replacing share this many steps, and each may take the second number. */
#define REPLACE_STEPS    1000000
#define REPLACE_AT_LEAST 1000

/* The next match from `from` on. */
static enum regex_result next_match(const struct regex *re, struct str subject, size_t from,
                                    size_t matches, pcre2_match_data *data,
                                    pcre2_match_context *context)
{
    uint32_t limit = (uint32_t)(REPLACE_STEPS / (matches + 1));
    pcre2_set_match_limit(context, limit < REPLACE_AT_LEAST ? REPLACE_AT_LEAST : limit);
    uint32_t options = from > 0 ? PCRE2_NO_UTF_CHECK : 0;
    const char *text = subject.data != NULL ? subject.data : "";
    int result = pcre2_match(re->code, (PCRE2_SPTR)text, subject.len, from, options, data, context);
    return result >= 0 ? REGEX_MATCH : result == PCRE2_ERROR_NOMATCH ? REGEX_NO_MATCH : REGEX_LIMIT;
}

/* Go: regexp.go, replaceAll. An empty match directly behind another one is none. */
static enum regex_result replace_matches(const struct regex *re, struct str subject,
                                         struct str replacement, struct strbuf *out,
                                         pcre2_match_data *data, pcre2_match_context *context)
{
    const PCRE2_SIZE *ovector = pcre2_get_ovector_pointer(data);
    size_t from = 0;
    size_t copied = 0;
    for (size_t matches = 0; from <= subject.len && !out->overflowed; matches++) {
        enum regex_result result = next_match(re, subject, from, matches, data, context);
        if (result == REGEX_LIMIT || matches == REGEX_MAX_REPLACED) {
            return REGEX_LIMIT;
        }
        if (result == REGEX_NO_MATCH) {
            break;
        }
        size_t begin = ovector[0];
        size_t end = ovector[1];
        strbuf_add_str(out, str_slice(subject, copied, begin - copied));
        if (end > copied || begin == 0) {
            expand(re, subject, ovector, replacement, out);
        }
        copied = end;
        size_t length = 1;
        (void)utf8_decode(str_slice(subject, from, subject.len), &length);
        from = end > from ? end : from + (length > 0 ? length : 1);
    }
    strbuf_add_str(out, str_slice(subject, copied, subject.len));
    return REGEX_MATCH;
}

enum regex_result regex_replace_all(struct regex *re, struct str subject, struct str replacement,
                                    struct strbuf *out)
{
    char *repaired = NULL;
    pcre2_match_context *context = pcre2_match_context_create(NULL);
    pcre2_match_data *data = pcre2_match_data_create((uint32_t)re->groups_count + 1, NULL);
    enum regex_result result = REGEX_LIMIT;
    if (!utf8_valid(subject)) {
        repaired = repair(subject, &subject.len);
        subject.data = repaired;
    }
    if (context != NULL && data != NULL) {
        result = replace_matches(re, subject, replacement, out, data, context);
    }
    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
    free(repaired);
    return result;
}

void regex_library(struct strbuf *out)
{
    char text[64];
    pcre2_config(PCRE2_CONFIG_VERSION, text);
    strbuf_add_c(out, text);
}
