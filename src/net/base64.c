#include "net/base64.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_add(struct strbuf *out, struct str data)
{
    for (size_t at = 0; at < data.len; at += 3) {
        struct str group = str_slice(data, at, 3);
        uint32_t bits = 0;
        for (size_t i = 0; i < 3; i++) {
            bits = bits << 8 | (i < group.len ? (unsigned char)group.data[i] : 0);
        }
        for (size_t i = 0; i < 4; i++) {
            strbuf_add_char(out, i <= group.len ? alphabet[bits >> (18 - 6 * i) & 63] : '=');
        }
    }
}
