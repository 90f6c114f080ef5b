/* See strbuf.h. */
#include "base/strbuf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void strbuf_init(struct strbuf *b, size_t max)
{
    *b = (struct strbuf){.max = max};
}

void strbuf_release(struct strbuf *b)
{
    free(b->data);
    *b = (struct strbuf){.max = b->max};
}

void strbuf_reset(struct strbuf *b)
{
    b->len = 0;
    b->overflowed = false;
    if (b->data != NULL) {
        b->data[0] = '\0';
    }
}

/* Room for `extra` bytes and the NUL, within the limit. */
static bool strbuf_grow(struct strbuf *b, size_t extra)
{
    if (extra > b->max || b->len > b->max - extra) {
        b->overflowed = true;
        return false;
    }
    size_t need = b->len + extra + 1;
    if (need > b->capacity) {
        size_t capacity = b->capacity != 0 ? b->capacity * 2 : 64;
        while (capacity < need) {
            capacity *= 2;
        }
        b->data = mem_realloc(b->data, capacity, 1);
        b->capacity = capacity;
    }
    return true;
}

bool strbuf_add(struct strbuf *b, const void *data, size_t len)
{
    if (!strbuf_grow(b, len)) {
        return false;
    }
    if (len != 0) {
        memcpy(b->data + b->len, data, len);
    }
    b->len += len;
    b->data[b->len] = '\0';
    return true;
}

bool strbuf_add_str(struct strbuf *b, struct str s)
{
    return strbuf_add(b, s.data, s.len);
}

bool strbuf_add_c(struct strbuf *b, const char *cstr)
{
    return strbuf_add(b, cstr, strlen(cstr));
}

bool strbuf_add_char(struct strbuf *b, char c)
{
    return strbuf_add(b, &c, 1);
}

bool strbuf_add_repeated(struct strbuf *b, char c, size_t times)
{
    if (!strbuf_grow(b, times)) {
        return false;
    }
    memset(b->data + b->len, c, times);
    b->len += times;
    b->data[b->len] = '\0';
    return true;
}

bool strbuf_vprintf(struct strbuf *b, const char *fmt, va_list args)
{
    va_list again;
    va_copy(again, args);
    size_t room = b->capacity > b->len ? b->capacity - b->len : 0;
    int len = vsnprintf(room != 0 ? b->data + b->len : NULL, room, fmt, args);
    bool ok = len >= 0 && strbuf_grow(b, (size_t)len);
    if (ok) {
        if ((size_t)len >= room) {
            vsnprintf(b->data + b->len, (size_t)len + 1, fmt, again);
        }
        b->len += (size_t)len;
    } else if (b->data != NULL) {
        b->data[b->len] = '\0';
    }
    va_end(again);
    return ok;
}

bool strbuf_printf(struct strbuf *b, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    bool ok = strbuf_vprintf(b, fmt, args);
    va_end(args);
    return ok;
}

char *strbuf_room(struct strbuf *b, size_t room)
{
    return strbuf_grow(b, room) ? b->data + b->len : NULL;
}

void strbuf_wrote(struct strbuf *b, const char *end)
{
    b->len = (size_t)(end - b->data);
    b->data[b->len] = '\0';
}

void strbuf_truncate(struct strbuf *b, size_t len)
{
    if (len < b->len) {
        b->len = len;
        b->data[len] = '\0';
    }
}

struct str strbuf_str(const struct strbuf *b)
{
    return str_span(b->data != NULL ? b->data : "", b->len);
}

const char *strbuf_cstr(const struct strbuf *b)
{
    return b->data != NULL ? b->data : "";
}

char *strbuf_take(struct strbuf *b)
{
    char *data = b->data != NULL ? b->data : mem_strdup("");
    *b = (struct strbuf){.max = b->max};
    return data;
}
