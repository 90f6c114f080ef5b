/* The life of an HTTP configuration; http_config_read.c fills one. */
#include "net/http_config.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "net/http_config_fields.h"

struct http_config *http_config_default(void)
{
    struct http_config *config = mem_zalloc(1, sizeof(*config));
    config->refs = 1;
    config->follow_redirects = true;
    config->enable_http2 = true;
    return config;
}

struct http_config *http_config_ref(const struct http_config *config)
{
    /* The count is the one part of an immutable thing that changes. */
    struct http_config *counted = (struct http_config *)(uintptr_t)config;
    counted->refs++;
    return counted;
}

static void release_headers(struct config_header *headers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        VEC_EACH (&headers[i].values, struct secret, value) {
            secret_release(value);
        }
        vec_release(&headers[i].values);
        free(headers[i].name);
    }
}

static void release_tls(struct tls_config *tls)
{
    struct secret key = {.value = tls->key, .file = tls->key_file};
    secret_release(&key);
    free(tls->ca);
    free(tls->ca_file);
    free(tls->cert);
    free(tls->cert_file);
    free(tls->server_name);
}

static void oauth2_config_destroy(struct oauth2_config *oauth2)
{
    if (oauth2 == NULL) {
        return;
    }
    VEC_EACH (&oauth2->parameters, struct form_parameter, parameter) {
        free(parameter->name);
        free(parameter->value);
    }
    vec_release(&oauth2->parameters);
    secret_release(&oauth2->client_secret);
    http_config_unref(oauth2->http);
    free(oauth2->client_id);
    free(oauth2->token_url);
    free(oauth2->scope);
    free(oauth2);
}

void http_config_unref(struct http_config *config)
{
    if (config == NULL || --config->refs > 0) {
        return;
    }
    secret_release(&config->username);
    secret_release(&config->password);
    secret_release(&config->credentials);
    oauth2_config_destroy(config->oauth2);
    release_tls(&config->tls);
    release_headers(config->headers.items, config->headers.len);
    release_headers(config->proxy_headers.items, config->proxy_headers.len);
    vec_release(&config->headers);
    vec_release(&config->proxy_headers);
    free(config->authorization_type);
    free(config->proxy_url);
    free(config->no_proxy);
    free(config);
}
