/*
 * Any text as a URL. What is shown of it holds no user and password; a path joined to it leads to
 * the same host; a redirect that resolves is a URL again.
 */
#include <stdlib.h>
#include <string.h>

#include "net/http.h"
#include "net/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void insist(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* `text` shown: nothing a terminal would obey; no '@' in the host, or anywhere without a scheme. */
static void check_shown(const char *text)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.";
    struct strbuf shown = STRBUF_INIT;
    http_url_redacted(&shown, text);
    size_t scheme = strspn(text, letters);
    bool has_scheme = scheme > 0 && strncmp(text + scheme, "://", 3) == 0;
    const char *host = strbuf_cstr(&shown) + (has_scheme ? scheme + 3 : 0);
    insist(memchr(host, '@', has_scheme ? strcspn(host, "/") : strlen(host)) == NULL);
    for (size_t i = 0; i < shown.len; i++) {
        unsigned char c = (unsigned char)shown.data[i];
        insist(c >= 0x20 && c != 0x7f);
    }
    strbuf_release(&shown);
}

static void check_joined(const char *text, const struct url *url)
{
    struct strbuf joined;
    struct error err = ERROR_INIT;
    struct url again;
    strbuf_init(&joined, 2 * URL_MAX_BYTES);
    insist(http_url_join(&joined, text, "/api/v1/query", &err));
    insist(url_parse(strbuf_cstr(&joined), &again, &err));
    insist(url_same_party(url, &again));
    insist(str_ends_with(str_from(again.path), STR("/api/v1/query")));
    insist(again.query == NULL);
    url_release(&again);
    strbuf_release(&joined);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err = ERROR_INIT;
    struct url url;
    if (size > 2048) {
        return 0;
    }
    char *text = str_dup(str_span((const char *)data, size));
    check_shown(text);
    if (url_parse(text, &url, &err)) {
        check_joined(text, &url);
        url_release(&url);
    } else {
        insist(error_is(&err));
    }
    error_release(&err);
    struct strbuf target;
    strbuf_init(&target, URL_MAX_BYTES);
    if (url_resolve(&target, "http://joe:pw@host:9090/a/b?c", text, &err)) {
        check_shown(strbuf_cstr(&target));
    }
    error_release(&err);
    strbuf_release(&target);
    free(text);
    return 0;
}
