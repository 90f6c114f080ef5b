/*
 * See oauth2.h. The cache has an entry for each configuration in use; an entry holds a reference,
 * and goes when nobody else does.
 *
 * How a client names itself: HTTP Basic, which every server must take (RFC 6749, section 2.3.1),
 * and in the body after that was refused, which some servers insist on. What worked is remembered.
 */
#include "net/oauth2.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "net/base64.h"
#include "net/http_internal.h"
#include "net/json.h"

enum client_style { STYLE_BASIC, STYLE_BODY };

struct oauth2_wait {
    struct token_entry *entry;
    struct oauth2_wait *previous;
    struct oauth2_wait *next;
    oauth2_cb cb;
    void *user;
};

struct token_entry {
    struct oauth2_cache *cache;
    struct token_entry *next;
    struct http_config *config;
    enum client_style style;
    bool style_known;
    char *token; /* NULL: none yet, or dropped */
    struct mono expires;
    struct http_call *fetch;
    struct oauth2_wait *waits;
};

struct oauth2_cache {
    struct http_client *client;
    struct token_entry *entries;
};

struct oauth2_cache *oauth2_cache_create(struct http_client *client)
{
    struct oauth2_cache *cache = mem_zalloc(1, sizeof(*cache));
    cache->client = client;
    return cache;
}

static void forget_token(struct token_entry *entry)
{
    struct secret token = {.value = entry->token};
    secret_release(&token);
    entry->token = NULL;
}

static void entry_free(struct token_entry *entry)
{
    http_cancel(entry->fetch);
    forget_token(entry);
    http_config_unref(entry->config);
    free(entry);
}

void oauth2_cache_stop(struct oauth2_cache *cache)
{
    for (struct token_entry *entry = cache->entries; entry != NULL; entry = entry->next) {
        http_cancel(entry->fetch);
        entry->fetch = NULL;
    }
}

void oauth2_cache_destroy(struct oauth2_cache *cache)
{
    while (cache->entries != NULL) {
        struct token_entry *entry = cache->entries;
        cache->entries = entry->next;
        entry_free(entry);
    }
    free(cache);
}

/* Entries whose configuration is used by nobody else. */
static void prune(struct oauth2_cache *cache)
{
    struct token_entry **link = &cache->entries;
    while (*link != NULL) {
        struct token_entry *entry = *link;
        if (entry->config->refs == 1 && entry->waits == NULL && entry->fetch == NULL) {
            *link = entry->next;
            entry_free(entry);
        } else {
            link = &entry->next;
        }
    }
}

static struct token_entry *find(struct oauth2_cache *cache, const struct http_config *config)
{
    struct token_entry *entry = cache->entries;
    while (entry != NULL && entry->config != config) {
        entry = entry->next;
    }
    return entry;
}

static struct token_entry *find_or_add(struct oauth2_cache *cache, const struct http_config *config)
{
    struct token_entry *entry = find(cache, config);
    if (entry == NULL) {
        prune(cache);
        entry = mem_zalloc(1, sizeof(*entry));
        entry->cache = cache;
        entry->config = http_config_ref(config);
        entry->next = cache->entries;
        cache->entries = entry;
    }
    return entry;
}

static void tell_waits(struct token_entry *entry, const struct error *err)
{
    while (entry->waits != NULL) {
        struct oauth2_wait *wait = entry->waits;
        oauth2_cb cb = wait->cb;
        void *user = wait->user;
        oauth2_cancel(wait);
        cb(user, err == NULL ? entry->token : NULL, err);
    }
}

bool oauth2_decode(struct str body, char **token, int64_t *life_ms, struct error *err)
{
    struct json_document *document = json_parse(body, OAUTH2_MAX_BYTES, err);
    if (document == NULL) {
        return false;
    }
    struct json root = json_root(document);
    struct str text;
    bool ok = json_get_str(root, "access_token", &text, err);
    struct json life = json_find(root, "expires_in");
    double seconds = 0;
    *life_ms = OAUTH2_DEFAULT_LIFE_MS;
    if (ok && (text.len == 0 || memchr(text.data, '\0', text.len) != NULL)) {
        ok = error_set(err, ERROR_PROTOCOL, "the access token is not a usable text");
    }
    if (ok && json_kind(life) != JSON_KIND_MISSING && json_kind(life) != JSON_KIND_NULL) {
        ok = json_get_number(root, "expires_in", &seconds, err);
        bool sane = seconds > 0 && seconds < 1e9;
        *life_ms = sane ? (int64_t)(seconds * 1000) : OAUTH2_DEFAULT_LIFE_MS;
    }
    if (ok) {
        *token = str_dup(text);
    }
    json_destroy(document);
    return ok;
}

static void keep_token(struct token_entry *entry, char *token, int64_t life_ms)
{
    int64_t margin_ms = life_ms / 2 < OAUTH2_MARGIN_MS ? life_ms / 2 : OAUTH2_MARGIN_MS;
    struct mono now = loop_mono(entry->cache->client->loop);
    forget_token(entry);
    entry->token = token;
    entry->expires.ns = now.ns + (life_ms - margin_ms) * 1000000;
    entry->style_known = true;
}

static bool fetch(struct token_entry *entry, struct error *err);

static void fail(struct token_entry *entry, struct error *err)
{
    struct strbuf url = STRBUF_INIT;
    http_url_redacted(&url, entry->config->oauth2->token_url);
    error_wrap(err, "no access token from '%s'", strbuf_cstr(&url));
    strbuf_release(&url);
    tell_waits(entry, err);
    error_release(err);
}

static void on_fetched(void *user, const struct http_response *response, const struct error *err)
{
    struct token_entry *entry = user;
    struct error problem = ERROR_INIT;
    entry->fetch = NULL;
    if (err != NULL) {
        bool refused = err->http == 400 || err->http == 401;
        if (refused && !entry->style_known && entry->style == STYLE_BASIC) {
            entry->style = STYLE_BODY;
            if (!fetch(entry, &problem)) {
                fail(entry, &problem);
            }
            return;
        }
        entry->style = entry->style_known ? entry->style : STYLE_BASIC;
        error_copy(&problem, err);
        fail(entry, &problem);
        return;
    }
    char *token = NULL;
    int64_t life_ms;
    if (!oauth2_decode(response->body, &token, &life_ms, &problem)) {
        fail(entry, &problem);
        return;
    }
    keep_token(entry, token, life_ms);
    tell_waits(entry, NULL);
}

/* RFC 6749, 2.3.1: both parts are form-encoded before they are put together. */
static void add_basic(struct strbuf *out, const char *id, struct str secret)
{
    struct strbuf pair;
    struct strbuf part;
    strbuf_init(&pair, 8 * SECRET_MAX_BYTES);
    strbuf_init(&part, 4 * SECRET_MAX_BYTES);
    http_form_add(&part, "", str_from(id));
    strbuf_add_str(&pair, str_slice(strbuf_str(&part), 1, part.len));
    strbuf_reset(&part);
    http_form_add(&part, "", secret);
    strbuf_add_char(&pair, ':');
    strbuf_add_str(&pair, str_slice(strbuf_str(&part), 1, part.len));
    strbuf_add_c(out, "Basic ");
    base64_add(out, strbuf_str(&pair));
    secret_wipe(&part);
    secret_wipe(&pair);
}

static void send_fetch(struct token_entry *entry, struct str secret)
{
    const struct oauth2_config *oauth2 = entry->config->oauth2;
    struct strbuf form = STRBUF_INIT;
    struct strbuf basic;
    strbuf_init(&basic, 16 * SECRET_MAX_BYTES);
    http_form_add(&form, "grant_type", STR("client_credentials"));
    if (oauth2->scope != NULL) {
        http_form_add(&form, "scope", str_from(oauth2->scope));
    }
    VEC_EACH (&oauth2->parameters, const struct form_parameter, parameter) {
        http_form_add(&form, parameter->name, str_from(parameter->value));
    }
    struct http_request request = {
        .method = HTTP_POST,
        .url = oauth2->token_url,
        .config = oauth2->http,
        .content_type = "application/x-www-form-urlencoded",
        .max_bytes = OAUTH2_MAX_BYTES,
        .done = on_fetched,
        .user = entry,
    };
    struct http_header headers[] = {{"Accept", "application/json"}, {"Authorization", NULL}};
    request.headers = headers;
    request.header_count = 1;
    if (entry->style == STYLE_BASIC) {
        add_basic(&basic, oauth2->client_id, secret);
        headers[1].value = strbuf_cstr(&basic);
        request.header_count = 2;
    } else {
        http_form_add(&form, "client_id", str_from(oauth2->client_id));
        http_form_add(&form, "client_secret", secret);
    }
    request.body = strbuf_str(&form);
    entry->fetch = http_send(entry->cache->client, &request);
    secret_wipe(&basic);
    secret_wipe(&form);
}

static bool fetch(struct token_entry *entry, struct error *err)
{
    struct strbuf secret;
    strbuf_init(&secret, SECRET_MAX_BYTES);
    bool ok = secret_read(&entry->config->oauth2->client_secret, &secret, err);
    if (ok) {
        send_fetch(entry, strbuf_str(&secret));
    }
    secret_wipe(&secret);
    return ok;
}

bool oauth2_get(struct oauth2_cache *cache, const struct http_config *config, oauth2_cb cb,
                void *user, const char **token, struct oauth2_wait **wait, struct error *err)
{
    struct token_entry *entry = find_or_add(cache, config);
    *token = NULL;
    *wait = NULL;
    if (entry->token != NULL && loop_mono(cache->client->loop).ns < entry->expires.ns) {
        *token = entry->token;
        return true;
    }
    if (entry->fetch == NULL && !fetch(entry, err)) {
        return false;
    }
    struct oauth2_wait *w = mem_zalloc(1, sizeof(*w));
    w->entry = entry;
    w->cb = cb;
    w->user = user;
    w->next = entry->waits;
    if (w->next != NULL) {
        w->next->previous = w;
    }
    entry->waits = w;
    *wait = w;
    return true;
}

void oauth2_cancel(struct oauth2_wait *wait)
{
    if (wait == NULL) {
        return;
    }
    *(wait->previous != NULL ? &wait->previous->next : &wait->entry->waits) = wait->next;
    if (wait->next != NULL) {
        wait->next->previous = wait->previous;
    }
    free(wait);
}

void oauth2_drop(struct oauth2_cache *cache, const struct http_config *config, const char *token)
{
    struct token_entry *entry = find(cache, config);
    if (entry != NULL && entry->token != NULL && strcmp(entry->token, token) == 0) {
        forget_token(entry);
    }
}
