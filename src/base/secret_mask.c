/* See secret_mask.h. */
#include "base/secret_mask.h"

#include <stdbool.h>
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"

static const char *const keys[] = {"password", "client_secret", "credentials", "bearer_token",
                                   "secret",   "secret_key",    "token",       "Authorization"};

static bool is_key_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

static bool is_secret_key(struct str word)
{
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        if (str_equal_ignoring_case(word, str_from(keys[i]))) {
            return true;
        }
    }
    return false;
}

/* Where the value at `s` ends: its closing quote, or the end of a flow item or line. */
static size_t value_length(struct str s)
{
    if (s.len != 0 && (s.data[0] == '"' || s.data[0] == '\'')) {
        size_t close = str_find(str_slice(s, 1, s.len), s.data[0]);
        return close + 1 < s.len ? close + 2 : s.len;
    }
    size_t i = 0;
    while (i < s.len && s.data[i] != ',' && s.data[i] != '}' && s.data[i] != ']') {
        i++;
    }
    return i;
}

static bool is_reference(struct str value)
{
    struct str bare = str_trim(value);
    while (bare.len != 0 && (bare.data[0] == '"' || bare.data[0] == '\'')) {
        bare = str_slice(bare, 1, bare.len);
    }
    return str_starts_with(bare, STR("${")) || bare.len == 0 || bare.data[0] == '{' ||
           bare.data[0] == '[';
}

/* A star for every character; returns the bytes written. */
static size_t put_stars(char *out, struct str value)
{
    size_t stars = 0;
    while (value.len != 0) {
        size_t used;
        utf8_decode(value, &used);
        value = str_slice(value, used, value.len);
        out[stars++] = '*';
    }
    return stars;
}

/* Where the value begins behind a key of `word` bytes: past its closing quote, the colon and
 * blanks; 0 where no colon follows. */
static size_t behind_colon(struct str s, size_t word)
{
    size_t i = word;
    while (i < s.len && (s.data[i] == '"' || s.data[i] == '\'' || s.data[i] == ' ')) {
        i++;
    }
    if (i == s.len || s.data[i] != ':') {
        return 0;
    }
    do {
        i++;
    } while (i < s.len && s.data[i] == ' ');
    return i;
}

/* Where `s` begins as `://user:PASSWORD@`: the bytes before the password, and its length; else 0.
 */
static size_t before_password(struct str s, size_t *length)
{
    if (!str_starts_with(s, STR("://"))) {
        return 0;
    }
    size_t begin = 0, end = 0;
    for (size_t i = 3; i < s.len && strchr("/?# \t\"'", s.data[i]) == NULL; i++) {
        if (s.data[i] == ':' && begin == 0) {
            begin = i + 1;
        } else if (s.data[i] == '@') {
            end = i;
        }
    }
    *length = begin != 0 && end > begin ? end - begin : 0;
    return *length != 0 ? begin : 0;
}

size_t secret_mask(char *line, size_t len)
{
    struct str rest = str_span(line, len);
    char *out = line;
    while (rest.len != 0) {
        size_t word = 0;
        while (word < rest.len && is_key_byte(rest.data[word])) {
            word++;
        }
        bool secret = is_secret_key(str_slice(rest, 0, word));
        size_t take = word != 0 ? word : 1;
        size_t password = 0;
        size_t behind = secret ? behind_colon(rest, word) : before_password(rest, &password);
        bool has_value = behind != 0;
        take = has_value ? behind : take;
        memmove(out, rest.data, take);
        out += take;
        rest.data += take;
        rest.len -= take;
        size_t hidden = password != 0 ? password : has_value ? value_length(rest) : 0;
        struct str value = str_slice(rest, 0, hidden);
        if (hidden != 0 && !is_reference(value)) {
            out += put_stars(out, value);
            rest.data += hidden;
            rest.len -= hidden;
        }
    }
    return (size_t)(out - line);
}
