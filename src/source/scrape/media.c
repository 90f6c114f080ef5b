#include "source/scrape/media.h"

#include <string.h>

#include "net/http.h"
#include "net/url.h"

enum exposition_format media_format(struct str content_type)
{
    struct str type = str_trim(str_slice(content_type, 0, str_find(content_type, ';')));
    return str_equal_ignoring_case(type, STR("application/openmetrics-text"))
               ? EXPOSITION_OPENMETRICS
               : EXPOSITION_TEXT;
}

static bool says(struct str content_type, const char *word)
{
    size_t len = strlen(word);
    for (size_t i = 0; i + len <= content_type.len; i++) {
        if (str_equal_ignoring_case(str_slice(content_type, i, len), str_from(word))) {
            return true;
        }
    }
    return false;
}

static void suggest_metrics_path(const char *url, struct error *err)
{
    struct url parts;
    struct error ignored = ERROR_INIT;
    if (!url_parse(url, &parts, &ignored)) {
        error_release(&ignored);
        return;
    }
    if (strcmp(parts.path, "/metrics") != 0) {
        error_suggest(err, "did you mean '%s://%s:%s/metrics'?", parts.scheme, parts.host,
                      parts.port);
    }
    url_release(&parts);
}

void media_explain(struct str content_type, struct str head, const char *url, struct error *err)
{
    if (err->kind != ERROR_SYNTAX && err->kind != ERROR_PROTOCOL) {
        return;
    }
    struct str start = str_trim(head);
    if (str_starts_with(start, STR("\xef\xbb\xbf"))) {
        start = str_slice(start, 3, start.len);
    }
    char first = start.len > 0 ? start.data[0] : '\0';
    if (first == '<' || says(content_type, "text/html")) {
        error_set(err, ERROR_PROTOCOL, "this is a web page, not metrics");
        suggest_metrics_path(url, err);
    } else if (first == '[' ||
               (first == '{' && (says(content_type, "json") || err->span.line == 1))) {
        error_set(err, ERROR_PROTOCOL, "this is JSON, not metrics");
        suggest_metrics_path(url, err);
    } else if (says(content_type, "application/vnd.google.protobuf")) {
        error_set(err, ERROR_UNSUPPORTED,
                  "the server sends metrics as protocol buffers only, not as text");
    }
}
