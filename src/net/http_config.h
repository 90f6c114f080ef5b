/*
 * Prometheus' `http_config` members as a value: basic_auth, authorization, oauth2 (client
 * credentials), tls_config, proxy_url, headers (`http_headers` is accepted too), follow_redirects,
 * enable_http2. Secrets that come from files
 * (`*_file`) are read again for every request, so that rotation needs no reload; a file that cannot
 * be read is that request's error.
 *
 * Immutable and reference-counted. Secrets never show in messages or dumps.
 */
#ifndef TOCSIN_NET_HTTP_CONFIG_H
#define TOCSIN_NET_HTTP_CONFIG_H

#include <stdbool.h>

#include "base/error.h"

struct http_config;
struct yaml_reader;
struct yaml_node;

/* Reads the members it knows out of mapping `node` (other members are left to the caller:
 * yaml/read.h counts what was used). Errors go to the reader. Never NULL. */
struct http_config *http_config_read(struct yaml_reader *reader, const struct yaml_node *node);
/* No options at all. */
struct http_config *http_config_default(void);
struct http_config *http_config_ref(const struct http_config *config);
void http_config_unref(struct http_config *config); /* NULL is fine */

#endif
