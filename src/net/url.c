#include "net/url.h"

#include <curl/curl.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "net/http.h"

/* Where the host begins, behind `scheme://`; 0 where there is no scheme (RFC 3986, 3.1). */
static size_t scheme_end(const char *text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789+-.";
    size_t len = strspn(text, allowed);
    return len > 0 && strncmp(text + len, "://", 3) == 0 ? len + 3 : 0;
}

static bool not_a_url(struct error *err, const char *text)
{
    struct strbuf shown = STRBUF_INIT;
    http_url_redacted(&shown, text);
    error_set(err, ERROR_CONFIG, "'%s' is not a URL", strbuf_cstr(&shown));
    error_suggest(err, "a URL looks like http://host:9090/path");
    strbuf_release(&shown);
    return false;
}

/* Missing parts stay NULL. */
static char *part(CURLU *handle, CURLUPart which, unsigned flags)
{
    char *value = NULL;
    return curl_url_get(handle, which, &value, flags) == CURLUE_OK ? value : NULL;
}

bool url_parse(const char *text, struct url *out, struct error *err)
{
    *out = (struct url){0};
    if (strlen(text) > URL_MAX_BYTES) {
        return error_set(err, ERROR_LIMIT, "a URL is longer than %zu bytes", URL_MAX_BYTES);
    }
    /* curl itself takes one slash, or three. */
    if (scheme_end(text) == 0 || text[scheme_end(text)] == '/') {
        return not_a_url(err, text);
    }
    CURLU *handle = curl_url();
    if (handle == NULL ||
        curl_url_set(handle, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
        curl_url_cleanup(handle);
        return not_a_url(err, text);
    }
    out->scheme = part(handle, CURLUPART_SCHEME, 0);
    out->user = part(handle, CURLUPART_USER, CURLU_URLDECODE);
    out->password = part(handle, CURLUPART_PASSWORD, CURLU_URLDECODE);
    out->host = part(handle, CURLUPART_HOST, 0);
    out->port = part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    out->path = part(handle, CURLUPART_PATH, 0);
    out->query = part(handle, CURLUPART_QUERY, 0);
    curl_url_cleanup(handle);
    if (out->scheme == NULL || out->host == NULL || out->path == NULL) {
        url_release(out);
        return not_a_url(err, text);
    }
    if (strcmp(out->scheme, "http") != 0 && strcmp(out->scheme, "https") != 0) {
        error_set(err, ERROR_CONFIG, "'%s://' is neither http:// nor https://", out->scheme);
        url_release(out);
        return false;
    }
    return true;
}

void url_release(struct url *url)
{
    curl_free(url->scheme);
    curl_free(url->user);
    curl_free(url->password);
    curl_free(url->host);
    curl_free(url->port);
    curl_free(url->path);
    curl_free(url->query);
    *url = (struct url){0};
}

bool url_resolve(struct strbuf *out, const char *base, const char *location, struct error *err)
{
    CURLU *handle = curl_url();
    char *resolved = NULL;
    bool ok = handle != NULL && curl_url_set(handle, CURLUPART_URL, base, 0) == CURLUE_OK &&
              curl_url_set(handle, CURLUPART_URL, location, CURLU_URLENCODE) == CURLUE_OK &&
              curl_url_get(handle, CURLUPART_URL, &resolved, 0) == CURLUE_OK;
    if (ok) {
        strbuf_add_c(out, resolved);
    } else {
        struct strbuf shown = STRBUF_INIT;
        http_url_redacted(&shown, location);
        error_set(err, ERROR_PROTOCOL, "redirected to '%s', which is not a URL",
                  strbuf_cstr(&shown));
        strbuf_release(&shown);
    }
    curl_free(resolved);
    curl_url_cleanup(handle);
    return ok;
}

bool url_same_party(const struct url *from, const struct url *to)
{
    if (strcasecmp(from->host, to->host) != 0) {
        return false;
    }
    if (strcmp(from->scheme, to->scheme) == 0) {
        return strcmp(from->port, to->port) == 0;
    }
    return strcmp(from->scheme, "http") == 0 && strcmp(from->port, "80") == 0 &&
           strcmp(to->port, "443") == 0;
}

/* By the text alone: what does not parse has to be shown without its secrets as well. Of what has
 * no scheme, everything up to the last '@' may be one. */
void http_url_redacted(struct strbuf *out, const char *url)
{
    const char *authority = url + scheme_end(url);
    const char *authority_end = authority + strcspn(authority, authority != url ? "/?#" : "?#");
    const char *host = authority;
    for (const char *p = authority; p < authority_end; p++) {
        host = *p == '@' ? p + 1 : host;
    }
    utf8_add_printable(out, str_span(url, (size_t)(authority - url)));
    utf8_add_printable(out, str_span(host, strcspn(host, "?#")));
}

bool http_url_join(struct strbuf *out, const char *base, const char *path, struct error *err)
{
    struct url url;
    if (!url_parse(base, &url, err)) {
        return false;
    }
    const char *authority_end = base + scheme_end(base);
    authority_end += strcspn(authority_end, "/?#");
    strbuf_add(out, base, (size_t)(authority_end - base));
    size_t kept = strcspn(authority_end, "?#");
    while (kept > 0 && authority_end[kept - 1] == '/') {
        kept--;
    }
    strbuf_add(out, authority_end, kept);
    if (path[0] != '/' && path[0] != '\0') {
        strbuf_add_char(out, '/');
    }
    strbuf_add_c(out, path);
    url_release(&url);
    return true;
}

static void add_encoded(struct strbuf *out, struct str value)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '.' || c == '_' || c == '~';
        if (plain) {
            strbuf_add_char(out, (char)c);
        } else {
            strbuf_add(out, (char[]){'%', hex[c >> 4], hex[c & 15]}, 3);
        }
    }
}

void http_form_add(struct strbuf *out, const char *name, struct str value)
{
    if (out->len != 0) {
        strbuf_add_char(out, '&');
    }
    add_encoded(out, str_from(name));
    strbuf_add_char(out, '=');
    add_encoded(out, value);
}
