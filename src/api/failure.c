#include "api/failure.h"

static enum error_kind kind_of(int status)
{
    switch (status) {
    case 400:
        return ERROR_USAGE;
    case 401:
    case 403:
        return ERROR_AUTH;
    case 404:
        return ERROR_NOT_FOUND;
    case 405:
        return ERROR_UNSUPPORTED;
    case 413:
        return ERROR_LIMIT;
    case 503:
        return ERROR_BUSY;
    default:
        return ERROR_HTTP;
    }
}

/* Under /api/v2/ it is a text, elsewhere an object. */
bool api_failure(int status, struct json root, struct error *err)
{
    struct str text =
        json_kind(root) == JSON_KIND_STRING ? json_str(root) : json_str(json_find(root, "error"));
    struct str suggestion = json_str(json_find(root, "suggestion"));
    if (text.len == 0) {
        return error_set(err, kind_of(status), "the engine answers with HTTP status %d", status);
    }
    error_set(err, kind_of(status), "%.*s", STR_ARG(text));
    if (suggestion.len != 0) {
        error_suggest(err, "%.*s", STR_ARG(suggestion));
    }
    return false;
}
