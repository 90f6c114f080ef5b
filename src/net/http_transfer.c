/*
 * One transfer: the request as the options of an easy handle.
 *
 * Nothing of what the configuration keeps secret, and no client certificate, is given to a host the
 * user did not name (`foreign`).
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/un.h>

#include "base/mem.h"
#include "net/base64.h"
#include "net/http_internal.h"

/* Header lines end where curl ends them: a line break inside would begin another header. */
static bool add_line(struct curl_slist **list, const char *name, struct strbuf *value,
                     struct error *err)
{
    if (strpbrk(strbuf_cstr(value), "\r\n") != NULL) {
        return error_set(err, ERROR_CONFIG, "the value of header '%s' has a line break in it",
                         name);
    }
    /* curl's way of saying a header without a value. */
    char *line =
        value->len != 0 ? mem_printf("%s: %s", name, strbuf_cstr(value)) : mem_printf("%s;", name);
    *list = curl_slist_append(*list, line);
    explicit_bzero(line, strlen(line));
    free(line);
    return true;
}

static bool add_config_headers(struct curl_slist **list, const struct config_header *headers,
                               size_t count, struct error *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        for (size_t j = 0; ok && j < headers[i].values.len; j++) {
            struct strbuf value;
            strbuf_init(&value, SECRET_MAX_BYTES);
            ok = secret_read(&headers[i].values.items[j], &value, err) &&
                 add_line(list, headers[i].name, &value, err);
            secret_wipe(&value);
        }
    }
    return ok;
}

static bool basic_value(const struct http_config *config, struct strbuf *value, struct error *err)
{
    struct strbuf pair;
    strbuf_init(&pair, 3 * SECRET_MAX_BYTES);
    bool ok = secret_read(&config->username, &pair, err) && strbuf_add_char(&pair, ':') &&
              secret_read(&config->password, &pair, err);
    strbuf_add_c(value, "Basic ");
    base64_add(value, strbuf_str(&pair));
    secret_wipe(&pair);
    return ok;
}

static bool add_authorization(struct http_call *call, struct error *err)
{
    const struct http_config *config = call->config;
    struct strbuf value;
    strbuf_init(&value, 6 * SECRET_MAX_BYTES);
    bool ok = true;
    if (config->basic) {
        ok = basic_value(config, &value, err);
    } else if (config->authorization_type != NULL) {
        strbuf_printf(&value, "%s ", config->authorization_type);
        ok = secret_read(&config->credentials, &value, err);
    } else if (call->token != NULL) {
        strbuf_printf(&value, "Bearer %s", call->token);
    }
    if (ok && value.len != 0) {
        ok = add_line(&call->header_list, "Authorization", &value, err);
    }
    secret_wipe(&value);
    return ok;
}

static bool is_credential(const char *line)
{
    static const char *const names[] = {"Authorization:", "Cookie:", "Proxy-Authorization:"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (strncasecmp(line, names[i], strlen(names[i])) == 0) {
            return true;
        }
    }
    return false;
}

static bool add_headers(struct http_call *call, struct error *err)
{
    struct curl_slist **list = &call->header_list;
    VEC_EACH (&call->headers, char *, line) {
        if (strpbrk(*line, "\r\n") != NULL) {
            return error_set(err, ERROR_CONFIG, "a header has a line break in it");
        }
        if (!call->foreign || !is_credential(*line)) {
            *list = curl_slist_append(*list, *line);
        }
    }
    if (call->content_type != NULL) {
        struct strbuf type = STRBUF_INIT;
        strbuf_add_c(&type, call->content_type);
        bool ok = add_line(list, "Content-Type", &type, err);
        strbuf_release(&type);
        if (!ok) {
            return false;
        }
    } else {
        /* Otherwise curl claims a form for every POST. */
        *list = curl_slist_append(*list, "Content-Type:");
    }
    /* No waiting for `100 Continue` in front of a body. */
    *list = curl_slist_append(*list, "Expect:");
    if (call->foreign) {
        return true;
    }
    return add_authorization(call, err) &&
           add_config_headers(list, call->config->headers.items, call->config->headers.len, err);
}

static void set_blob(CURL *easy, CURLoption option, const char *pem)
{
    struct curl_blob blob = {
        .data = (void *)(uintptr_t)pem, .len = strlen(pem), .flags = CURL_BLOB_NOCOPY};
    curl_easy_setopt(easy, option, &blob);
}

static long ssl_version(enum tls_version version)
{
    switch (version) {
    case TLS_VERSION_10:
        return CURL_SSLVERSION_TLSv1_0;
    case TLS_VERSION_11:
        return CURL_SSLVERSION_TLSv1_1;
    case TLS_VERSION_ANY:
    case TLS_VERSION_12:
        return CURL_SSLVERSION_TLSv1_2;
    case TLS_VERSION_13:
        return CURL_SSLVERSION_TLSv1_3;
    }
    return CURL_SSLVERSION_DEFAULT;
}

static void set_tls(struct http_call *call)
{
    const struct tls_config *tls = &call->config->tls;
    CURL *easy = call->easy;
    if (tls->ca != NULL) {
        set_blob(easy, CURLOPT_CAINFO_BLOB, tls->ca);
    } else if (tls->ca_file != NULL) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, tls->ca_file);
    }
    /* A folder of certificates beside the file (Debian's default is both) keeps curl from caching
     * what it read of the file, at 20 ms of the loop's time for each connection. */
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    if (!call->foreign && tls->cert != NULL) {
        set_blob(easy, CURLOPT_SSLCERT_BLOB, tls->cert);
    } else if (!call->foreign && tls->cert_file != NULL) {
        curl_easy_setopt(easy, CURLOPT_SSLCERT, tls->cert_file);
    }
    if (!call->foreign && tls->key != NULL) {
        set_blob(easy, CURLOPT_SSLKEY_BLOB, tls->key);
    } else if (!call->foreign && tls->key_file != NULL) {
        curl_easy_setopt(easy, CURLOPT_SSLKEY, tls->key_file);
    }
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, ssl_version(tls->min_version));
    if (tls->insecure_skip_verify) {
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }
}

static bool set_unix_socket(struct http_call *call, const char *path, struct error *err)
{
    if (strlen(path) >= sizeof(((struct sockaddr_un *)NULL)->sun_path)) {
        return error_set(err, ERROR_CONFIG, "the name of the socket '%s' is too long", path);
    }
    curl_easy_setopt(call->easy, CURLOPT_UNIX_SOCKET_PATH, path);
    curl_easy_setopt(call->easy, CURLOPT_PROXY, "");
    return true;
}

static bool set_proxy(struct http_call *call, struct error *err)
{
    const struct http_config *config = call->config;
    if (call_unix_socket(call) != NULL) {
        return set_unix_socket(call, call_unix_socket(call), err);
    }
    if (config->proxy_url != NULL) {
        curl_easy_setopt(call->easy, CURLOPT_PROXY, config->proxy_url);
        curl_easy_setopt(call->easy, CURLOPT_NOPROXY,
                         config->no_proxy != NULL ? config->no_proxy : "");
    } else if (!config->proxy_from_environment) {
        curl_easy_setopt(call->easy, CURLOPT_PROXY, "");
    }
    bool ok = add_config_headers(&call->proxy_header_list, config->proxy_headers.items,
                                 config->proxy_headers.len, err);
    curl_easy_setopt(call->easy, CURLOPT_PROXYHEADER, call->proxy_header_list);
    return ok;
}

/*
 * curl takes the name to ask for and to verify (SNI) from the URL. So with a server_name the URL
 * carries that name, CURLOPT_CONNECT_TO leads to the real host, and the Host header says what it
 * always said.
 */
static void set_named_server(struct http_call *call, const struct url *url, const char *server_name)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_printf(&text, "%s://%s:%s%s", url->scheme, server_name, url->port, url->path);
    if (url->query != NULL) {
        strbuf_printf(&text, "?%s", url->query);
    }
    curl_easy_setopt(call->easy, CURLOPT_URL, strbuf_cstr(&text));
    strbuf_reset(&text);
    strbuf_printf(&text, "%s:%s:%s:%s", server_name, url->port, url->host, url->port);
    call->connect_to = curl_slist_append(NULL, strbuf_cstr(&text));
    curl_easy_setopt(call->easy, CURLOPT_CONNECT_TO, call->connect_to);
    strbuf_reset(&text);
    strbuf_printf(&text, "Host: %s", url->host);
    if (strcmp(url->port, "443") != 0) {
        strbuf_printf(&text, ":%s", url->port);
    }
    call->header_list = curl_slist_append(call->header_list, strbuf_cstr(&text));
    if (url->user != NULL) {
        curl_easy_setopt(call->easy, CURLOPT_USERNAME, url->user);
        curl_easy_setopt(call->easy, CURLOPT_PASSWORD, url->password != NULL ? url->password : "");
    }
    strbuf_release(&text);
}

static bool set_url(struct http_call *call, struct error *err)
{
    struct url url;
    if (!url_parse(call->url, &url, err)) {
        return false;
    }
    const char *server_name = call->config->tls.server_name;
    if (server_name != NULL && !call->foreign && strcmp(url.scheme, "https") == 0 &&
        strcasecmp(server_name, url.host) != 0) {
        set_named_server(call, &url, server_name);
    } else {
        curl_easy_setopt(call->easy, CURLOPT_URL, call->url);
    }
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(call->easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(call->easy, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
    url_release(&url);
    return true;
}

static void set_method(struct http_call *call)
{
    CURL *easy = call->easy;
    bool has_body = call->body_len != 0 || call->method == HTTP_POST || call->method == HTTP_PUT;
    if (has_body) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body_len);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body != NULL ? call->body : "");
    }
    switch (call->method) {
    case HTTP_GET:
        if (has_body) {
            curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "GET");
        }
        break;
    case HTTP_POST:
        break;
    case HTTP_PUT:
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "PUT");
        break;
    case HTTP_DELETE:
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "DELETE");
        break;
    }
}

/*
 * Each call that ends makes curl go through its whole DNS cache for entries older than this, which
 * with a thousand targets is a million looks a tick. One call a second does it for all.
 */
static long dns_cache_timeout_s(struct http_client *client)
{
    struct mono now = loop_mono(client->loop);
    if (client->dns_pruned.ns != 0 && mono_ms_since(now, client->dns_pruned) < 1000) {
        return -1;
    }
    client->dns_pruned = now;
    return HTTP_DNS_CACHE_S;
}

static void set_basics(struct http_call *call)
{
    CURL *easy = call->easy;
    int64_t used_ms = mono_ms_since(loop_mono(call->client->loop), call->began);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->curl_text);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    sockets_attach(call->client, easy);
    curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, dns_cache_timeout_s(call->client));
#if LIBCURL_VERSION_NUM >= 0x075700
    /* A call that ends while its name is being looked up would wait for the look-up to end. */
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(call->timeout_ms - used_ms));
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)call->connect_timeout_ms);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                     call->config->enable_http2 ? (long)CURL_HTTP_VERSION_2TLS
                                                : (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "tocsin/" TOCSIN_VERSION);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, answer_on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, answer_on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
}

bool transfer_begin(struct http_call *call, struct error *err)
{
    call->easy = curl_easy_init();
    if (call->easy == NULL) {
        return error_set(err, ERROR_UNSUPPORTED, "libcurl gives no handle");
    }
    call->curl_text[0] = '\0';
    set_basics(call);
    set_tls(call);
    set_method(call);
    if (!set_url(call, err) || !set_proxy(call, err) || !add_headers(call, err)) {
        return false;
    }
    curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->header_list);
    CURLMcode code = curl_multi_add_handle(call->client->multi, call->easy);
    return code == CURLM_OK || error_set(err, ERROR_IO, "libcurl: %s", curl_multi_strerror(code));
}

static void free_list(struct curl_slist **list)
{
    for (struct curl_slist *line = *list; line != NULL; line = line->next) {
        explicit_bzero(line->data, strlen(line->data));
    }
    curl_slist_free_all(*list);
    *list = NULL;
}

void transfer_end(struct http_call *call)
{
    if (call->easy == NULL) {
        return;
    }
    curl_multi_remove_handle(call->client->multi, call->easy);
    curl_easy_cleanup(call->easy);
    call->easy = NULL;
    free_list(&call->header_list);
    free_list(&call->proxy_header_list);
    free_list(&call->connect_to);
}
