/*
 * What comes in: headers, of which a few are kept, and the body, which goes to its reader, into a
 * buffer, or, of an answer that becomes an error, as far as a message needs it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/unit.h"
#include "net/http_internal.h"

bool answer_is_success(const struct http_call *call)
{
    return call->answer.status >= 200 && call->answer.status < 300;
}

void answer_reset(struct answer *answer)
{
    free(answer->content_type);
    free(answer->location);
    struct strbuf body = answer->body;
    strbuf_reset(&body);
    *answer = (struct answer){.body = body};
}

static bool header_is(struct str line, const char *name, struct str *value)
{
    size_t colon = str_find(line, ':');
    *value = str_trim(str_slice(line, colon + 1, line.len));
    return colon < line.len && str_equal_ignoring_case(str_slice(line, 0, colon), str_from(name));
}

static void keep_header(struct answer *answer, struct str line)
{
    struct str value;
    if (header_is(line, "Content-Type", &value)) {
        free(answer->content_type);
        answer->content_type = str_dup(value);
    } else if (header_is(line, "Location", &value)) {
        free(answer->location);
        answer->location = str_dup(value);
    } else if (header_is(line, "Date", &value)) {
        char *text = str_dup(value);
        time_t seconds = curl_getdate(text, NULL);
        answer->server_time.ms = seconds > 0 ? (int64_t)seconds * 1000 : 0;
        free(text);
    }
}

size_t answer_on_header(char *data, size_t size, size_t count, void *user)
{
    struct http_call *call = user;
    struct str line = str_span(data, size * count);
    size_t header_bytes = call->answer.header_bytes + line.len;
    if (call->silent) {
        return 0;
    }
    if (header_bytes > HTTP_MAX_HEADER_BYTES) {
        struct strbuf subject = STRBUF_INIT;
        call_add_subject(call, &subject);
        error_set(&call->err, ERROR_LIMIT, "the headers of %s are larger than %zu KiB",
                  strbuf_cstr(&subject), HTTP_MAX_HEADER_BYTES / 1024);
        strbuf_release(&subject);
        return 0;
    }
    if (str_starts_with(line, STR("HTTP/"))) {
        /* A new answer: the one before was 1xx, or a proxy's. */
        answer_reset(&call->answer);
        long status = 0;
        curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
        call->answer.status = (int)status;
    }
    call->answer.header_bytes = header_bytes;
    keep_header(&call->answer, str_trim(line));
    return line.len;
}

static size_t too_large(struct http_call *call)
{
    struct strbuf text = STRBUF_INIT;
    call_add_subject(call, &text);
    strbuf_add_c(&text, " is larger than the limit of ");
    unit_format_long(&text, (double)call->max_bytes, UNIT_BYTES);
    error_set(&call->err, ERROR_LIMIT, "the answer of %s", strbuf_cstr(&text));
    strbuf_release(&text);
    return 0;
}

/* Of an answer that becomes an error: its beginning is kept, a short rest is read. */
static size_t take_error_body(struct answer *answer, const char *data, size_t len)
{
    size_t room = HTTP_ERROR_KEPT_BYTES - answer->body.len;
    strbuf_add(&answer->body, data, len < room ? len : room);
    answer->bytes += len;
    return answer->bytes <= HTTP_ERROR_DRAIN_BYTES ? len : 0;
}

size_t answer_on_body(char *data, size_t size, size_t count, void *user)
{
    struct http_call *call = user;
    struct answer *answer = &call->answer;
    size_t len = size * count;
    if (call->silent) {
        return 0;
    }
    if (!answer_is_success(call) && !call->any_status) {
        return take_error_body(answer, data, len);
    }
    if (len > call->max_bytes - answer->bytes) {
        return too_large(call);
    }
    answer->bytes += len;
    if (call->on_body == NULL || !answer_is_success(call)) {
        strbuf_add(&answer->body, data, len);
        return len;
    }
    bool ok = call->on_body(call->user, data, len, &call->err);
    return ok && !call->silent ? len : 0;
}
