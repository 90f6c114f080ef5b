/*
 * HTTP's statuses as errors: what was asked, what the server answered, and the first line of what
 * it had to say about it.
 */
#include <string.h>

#include "base/utf8.h"
#include "net/http_internal.h"

/* Of the server's own words in a message. */
#define SAID_MAX_COLUMNS 200
/* A longer wait than newer versions of curl believe in. */
#define RETRY_AFTER_MAX_MS ((int64_t)6 * 3600 * 1000)

static const char *reason(int status)
{
    static const struct {
        int status;
        const char *words;
    } reasons[] = {
        {301, "moved permanently"},
        {302, "found elsewhere"},
        {303, "see other"},
        {304, "not modified"},
        {307, "temporary redirect"},
        {308, "permanent redirect"},
        {400, "bad request"},
        {401, "unauthorized"},
        {403, "forbidden"},
        {404, "not found"},
        {405, "method not allowed"},
        {406, "not acceptable"},
        {408, "request timeout"},
        {409, "conflict"},
        {410, "gone"},
        {413, "content too large"},
        {415, "unsupported media"},
        {422, "unprocessable content"},
        {429, "too many requests"},
        {500, "internal server error"},
        {501, "not implemented"},
        {502, "bad gateway"},
        {503, "service unavailable"},
        {504, "gateway timeout"},
    };
    for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
        if (reasons[i].status == status) {
            return reasons[i].words;
        }
    }
    return "";
}

static enum error_kind kind_of(int status)
{
    switch (status) {
    case 401:
    case 403:
        return ERROR_AUTH;
    case 429:
    case 503:
        return ERROR_BUSY;
    default:
        return ERROR_HTTP;
    }
}

/* The first line that says something, fit for a message. A page of HTML is not. */
static void add_first_line(const struct answer *answer, struct strbuf *out)
{
    struct str rest = strbuf_str(&answer->body);
    struct str line = STR_NONE;
    while (line.len == 0 && str_split(&rest, '\n', &line)) {
        line = str_trim(line);
    }
    if (line.len == 0 || line.data[0] == '<') {
        return;
    }
    struct strbuf text = STRBUF_INIT;
    utf8_add_printable(&text, line);
    struct str said = strbuf_str(&text);
    size_t columns = 0;
    size_t at = 0;
    while (at < said.len && columns < SAID_MAX_COLUMNS) {
        size_t length;
        utf8_decode(str_slice(said, at, said.len), &length);
        at += length;
        columns++;
    }
    strbuf_add_c(out, ": ");
    strbuf_add(out, said.data, at);
    strbuf_add_c(out, at < said.len ? "\xe2\x80\xa6" : "");
    strbuf_release(&text);
}

int64_t call_retry_after_ms(const struct http_call *call)
{
    curl_off_t seconds = 0;
    if (call->easy != NULL) {
        curl_easy_getinfo(call->easy, CURLINFO_RETRY_AFTER, &seconds);
    }
    int64_t ms = seconds > RETRY_AFTER_MAX_MS / 1000 ? RETRY_AFTER_MAX_MS : (int64_t)seconds * 1000;
    return ms > 0 ? ms : 0;
}

void call_set_status_error(struct http_call *call)
{
    struct strbuf text = STRBUF_INIT;
    int status = call->answer.status;
    call_add_subject(call, &text);
    strbuf_printf(&text, " answered %d", status);
    if (reason(status)[0] != '\0') {
        strbuf_printf(&text, " (%s)", reason(status));
    }
    if (status < 400 && call->answer.location != NULL) {
        strbuf_add_c(&text, " to '");
        http_url_redacted(&text, call->answer.location);
        strbuf_add_char(&text, '\'');
    } else {
        add_first_line(&call->answer, &text);
    }
    error_set(&call->err, kind_of(status), "%s", strbuf_cstr(&text));
    call->err.http = status;
    call->err.retry_after_ms = call->answer.retry_after_ms;
    strbuf_release(&text);
}
