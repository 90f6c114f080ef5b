/* Nearest word for messages. Words are short and lists of candidates small (keys, functions, metric
 * names of one panel), so the plain quadratic table on the stack is all there is. */
#include "base/suggest.h"

#include <stdbool.h>

/* A longer word is no slip of the finger on a key or a function's name. */
#define SUGGEST_MAX_WORD 64

static unsigned char fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c - 'A' + 'a') : (unsigned char)c;
}

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
    unsigned m = a < b ? a : b;
    return m < c ? m : c;
}

/* Edits between `a` and `b`: insert, delete, replace, swap of neighbours (optimal string alignment:
 * no substring is edited twice). The case of ASCII letters counts for nothing. */
static unsigned edit_distance(struct str a, struct str b)
{
    unsigned rows[3][SUGGEST_MAX_WORD + 1];
    unsigned *before = rows[0];
    unsigned *last = rows[1];
    unsigned *now = rows[2];
    for (size_t j = 0; j <= b.len; j++) {
        last[j] = (unsigned)j;
    }
    for (size_t i = 1; i <= a.len; i++) {
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= b.len; j++) {
            unsigned char ca = fold(a.data[i - 1]);
            unsigned char cb = fold(b.data[j - 1]);
            now[j] = min3(last[j] + 1, now[j - 1] + 1, last[j - 1] + (ca != cb));
            if (i > 1 && j > 1 && ca == fold(b.data[j - 2]) && fold(a.data[i - 2]) == cb &&
                before[j - 2] + 1 < now[j]) {
                now[j] = before[j - 2] + 1;
            }
        }
        unsigned *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[b.len];
}

/* Letters that both begin with, counted twice, and end with. A letter left out shares more than one
 * that was replaced, and how a word begins is seldom wrong: `rat` is rate and not rad. */
static size_t shared_ends(struct str a, struct str b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    size_t begin = 0;
    while (begin < shorter && fold(a.data[begin]) == fold(b.data[begin])) {
        begin++;
    }
    size_t end = 0;
    while (end < shorter - begin &&
           fold(a.data[a.len - 1 - end]) == fold(b.data[b.len - 1 - end])) {
        end++;
    }
    return 2 * begin + end;
}

const char *suggest_nearest(struct str word, const char *const *candidates, size_t count)
{
    if (word.len == 0 || word.len > SUGGEST_MAX_WORD) {
        return NULL;
    }
    unsigned allowed = (unsigned)(word.len / 3);
    allowed = allowed < 1 ? 1 : allowed > 3 ? 3 : allowed;
    const char *best = NULL;
    unsigned best_distance = allowed + 1;
    size_t best_shared = 0;
    for (size_t i = 0; i < count; i++) {
        struct str candidate = str_from(candidates[i]);
        size_t apart =
            candidate.len > word.len ? candidate.len - word.len : word.len - candidate.len;
        if (candidate.len > SUGGEST_MAX_WORD || apart > best_distance) {
            continue;
        }
        unsigned distance = edit_distance(word, candidate);
        /* As many edits as letters would be another word altogether. */
        if (distance > allowed || distance >= word.len || distance > best_distance) {
            continue;
        }
        size_t shared = shared_ends(word, candidate);
        if (distance < best_distance || shared > best_shared) {
            best = candidates[i];
            best_distance = distance;
            best_shared = shared;
        }
    }
    return best;
}
