/*
 * Why a transfer failed, in the words of somebody who has to do something about it: whom it was
 * with ('host:port'), what happened, and where it helps, what to look at.
 */
#include <errno.h>
#include <string.h>

#include "base/duration.h"
#include "base/utf8.h"
#include "net/http_internal.h"

struct failure {
    struct http_call *call;
    CURLcode result;
    const char *host; /* "'host:port'" */
    const char *says; /* curl's words */
    int os_error;     /* errno of the connection, or 0 */
};

void call_add_host(const struct http_call *call, struct strbuf *out)
{
    struct url url;
    struct error err = ERROR_INIT;
    if (call_unix_socket(call) != NULL) {
        strbuf_add_char(out, '\'');
        utf8_add_printable(out, str_from(call_unix_socket(call)));
        strbuf_add_char(out, '\'');
    } else if (url_parse(call->url, &url, &err)) {
        strbuf_add_char(out, '\'');
        utf8_add_printable(out, str_from(url.host));
        strbuf_printf(out, ":%s'", url.port);
        url_release(&url);
    } else {
        strbuf_add_c(out, "the server");
        error_release(&err);
    }
}

void call_add_subject(const struct http_call *call, struct strbuf *out)
{
    if (call->hide_path) {
        call_add_host(call, out);
        return;
    }
    strbuf_add_char(out, '\'');
    http_url_redacted(out, call->url);
    strbuf_add_char(out, '\'');
}

/* curl's own text, without what has been said already and without OpenSSL's numbers:
 * `OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0`. */
static void add_curl_text(const struct http_call *call, CURLcode result, struct strbuf *out)
{
    static const char *const openings[] = {"SSL certificate problem: ", "SSL: ", "SSL routines::"};
    const char *text = call->curl_text[0] != '\0' ? call->curl_text : curl_easy_strerror(result);
    for (size_t i = 0; i < ARRAY_LEN(openings); i++) {
        const char *found = strstr(text, openings[i]);
        text = found != NULL ? found + strlen(openings[i]) : text;
    }
    const char *number = strstr(text, ", errno ");
    utf8_add_printable(out,
                       str_span(text, number != NULL ? (size_t)(number - text) : strlen(text)));
}

static void set_timed_out(const struct failure *failure)
{
    struct http_call *call = failure->call;
    curl_off_t connected_us = 0;
    curl_off_t received = 0;
    if (call->easy != NULL) {
        curl_easy_getinfo(call->easy, CURLINFO_PRETRANSFER_TIME_T, &connected_us);
        curl_easy_getinfo(call->easy, CURLINFO_SIZE_DOWNLOAD_T, &received);
    }
    int64_t took_ms = mono_ms_since(loop_mono(call->client->loop), call->began);
    bool whole = connected_us != 0 || took_ms >= call->timeout_ms;
    struct strbuf limit = STRBUF_INIT;
    duration_format(&limit, whole ? call->timeout_ms : call->connect_timeout_ms);
    if (call->answer.status != 0) {
        error_set(&call->err, ERROR_TIMEOUT,
                  "%s did not finish its answer within %s (%lld bytes came)", failure->host,
                  strbuf_cstr(&limit), (long long)received);
    } else {
        error_set(&call->err, ERROR_TIMEOUT, "no %s %s within %s",
                  connected_us != 0 ? "answer from" : "connection to", failure->host,
                  strbuf_cstr(&limit));
    }
    strbuf_release(&limit);
}

static void set_not_connected(const struct failure *failure)
{
    struct error *err = &failure->call->err;
    struct strbuf whom = STRBUF_INIT;
    if (failure->call->config->proxy_url != NULL && call_unix_socket(failure->call) == NULL) {
        strbuf_add_c(&whom, "the proxy '");
        http_url_redacted(&whom, failure->call->config->proxy_url);
        strbuf_printf(&whom, "' on the way to %s", failure->host);
    } else {
        strbuf_add_c(&whom, failure->host);
    }
    const char *host = strbuf_cstr(&whom);
    switch (failure->os_error) {
    case ECONNREFUSED:
        error_set(err, ERROR_REFUSED, "%s refused the connection: nothing listens there", host);
        break;
    case ETIMEDOUT:
        error_set(err, ERROR_TIMEOUT, "no connection to %s: the network gave no answer", host);
        break;
    case ECONNRESET:
        error_set(err, ERROR_IO, "%s broke the connection off as it was made", host);
        break;
    case 0:
        error_set(err, ERROR_REFUSED, "cannot connect to %s: %s", host, failure->says);
        break;
    default:
        error_set(err, ERROR_REFUSED, "cannot connect to %s: %s", host,
                  strerror(failure->os_error));
        break;
    }
    err->sys = failure->os_error;
    strbuf_release(&whom);
}

static const struct {
    const char *said;
    const char *suggestion;
} tls_hints[] = {
    {"self-signed", "name the authority that signed it as tls_config: ca_file"},
    {"self signed", "name the authority that signed it as tls_config: ca_file"},
    {"unable to get local issuer", "name the authority that signed it as tls_config: ca_file"},
    {"subject name", "the name in the certificate can be given as tls_config: server_name"},
    {"certificate required", "give a client certificate: tls_config: cert_file and key_file"},
};

static void set_tls_error(const struct failure *failure)
{
    struct error *err = &failure->call->err;
    if (strstr(failure->says, "wrong version number") != NULL) {
        error_set(err, ERROR_TLS, "%s does not speak TLS", failure->host);
        error_suggest(err, "is it http:// instead of https://?");
        return;
    }
    error_set(err, ERROR_TLS, "TLS with %s failed: %s", failure->host, failure->says);
    for (size_t i = 0; i < ARRAY_LEN(tls_hints); i++) {
        if (strstr(failure->says, tls_hints[i].said) != NULL) {
            error_suggest(err, "%s", tls_hints[i].suggestion);
            return;
        }
    }
}

static void set_lost(const struct failure *failure)
{
    struct error *err = &failure->call->err;
    /* TLS 1.3 lets the client begin before the server has looked at its certificate. */
    if (strstr(failure->says, " alert ") != NULL) {
        set_tls_error(failure);
        return;
    }
    error_set(err, ERROR_IO, "the connection to %s broke: %s", failure->host,
              failure->os_error != 0 ? strerror(failure->os_error) : failure->says);
    err->sys = failure->os_error;
}

static void set_plain(const struct failure *failure, enum error_kind kind, const char *problem)
{
    error_set(&failure->call->err, kind, "%s %s", failure->host, problem);
}

static void set_error(const struct failure *failure)
{
    struct error *err = &failure->call->err;
    /* CURLcode has a hundred values, most of them of other protocols. */
    switch ((int)failure->result) {
    case CURLE_OPERATION_TIMEDOUT:
        set_timed_out(failure);
        break;
    case CURLE_COULDNT_CONNECT:
        set_not_connected(failure);
        break;
    case CURLE_COULDNT_RESOLVE_HOST:
        error_set(err, ERROR_DNS, "the name of %s cannot be resolved", failure->host);
        break;
    case CURLE_COULDNT_RESOLVE_PROXY:
        error_set(err, ERROR_DNS, "the name of the proxy for %s cannot be resolved", failure->host);
        break;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_USE_SSL_FAILED:
        set_tls_error(failure);
        break;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
        set_plain(failure, ERROR_PROTOCOL, "does not answer in HTTP");
        break;
    case CURLE_BAD_CONTENT_ENCODING:
        set_plain(failure, ERROR_PROTOCOL, "sent a compressed answer that is damaged");
        break;
    case CURLE_GOT_NOTHING:
        set_plain(failure, ERROR_IO, "closed the connection without an answer");
        break;
    case CURLE_PARTIAL_FILE:
        error_set(err, ERROR_IO, "the answer of %s is cut off: %s", failure->host, failure->says);
        break;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        set_lost(failure);
        break;
    case CURLE_URL_MALFORMAT:
        error_set(err, ERROR_CONFIG, "the URL of %s is not usable: %s", failure->host,
                  failure->says);
        break;
    default:
        error_set(err, ERROR_IO, "the request to %s failed: %s", failure->host, failure->says);
        break;
    }
}

void call_set_curl_error(struct http_call *call, CURLcode result)
{
    struct strbuf host = STRBUF_INIT;
    struct strbuf says = STRBUF_INIT;
    long os_error = 0;
    if (call->easy != NULL) {
        curl_easy_getinfo(call->easy, CURLINFO_OS_ERRNO, &os_error);
    }
    call_add_host(call, &host);
    add_curl_text(call, result, &says);
    set_error(&(struct failure){.call = call,
                                .result = result,
                                .host = strbuf_cstr(&host),
                                .says = strbuf_cstr(&says),
                                .os_error = (int)os_error});
    strbuf_release(&host);
    strbuf_release(&says);
}
