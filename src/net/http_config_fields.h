/* The inside of struct http_config, for the files that read it out of YAML and those that put it
 * into requests. */
#ifndef TOCSIN_NET_HTTP_CONFIG_FIELDS_H
#define TOCSIN_NET_HTTP_CONFIG_FIELDS_H

#include <stdbool.h>

#include "base/vec.h"
#include "net/http_config.h"
#include "net/secret.h"

enum tls_version {
    TLS_VERSION_ANY,
    TLS_VERSION_10,
    TLS_VERSION_11,
    TLS_VERSION_12,
    TLS_VERSION_13
};

/* Certificates and keys are PEM texts, or names of files. */
struct tls_config {
    char *ca;
    char *ca_file;
    char *cert;
    char *cert_file;
    char *key;
    char *key_file;
    char *server_name; /* asked for and verified in place of the URL's host */
    bool insecure_skip_verify;
    enum tls_version min_version;
};

struct config_header {
    char *name;
    VEC(struct secret) values; /* a header line for each */
};

struct form_parameter {
    char *name;
    char *value;
};

/* Client credentials, RFC 6749 section 4.4. */
struct oauth2_config {
    char *client_id;
    struct secret client_secret;
    char *token_url;
    char *scope; /* joined with blanks, or NULL */
    VEC(struct form_parameter) parameters;
    struct http_config *http; /* for asking the token: its own tls_config and proxy */
};

struct http_config {
    unsigned refs;
    bool basic;
    struct secret username;
    struct secret password;
    char *authorization_type; /* "Bearer"; NULL: no `authorization` */
    struct secret credentials;
    struct oauth2_config *oauth2; /* or NULL */
    struct tls_config tls;
    char *proxy_url;
    char *no_proxy;
    bool proxy_from_environment;
    VEC(struct config_header) proxy_headers;
    VEC(struct config_header) headers;
    bool follow_redirects;
    bool enable_http2;
};

#endif
