/* Pieces of reading an HTTP configuration that its parts share. */
#ifndef TOCSIN_NET_HTTP_CONFIG_PARTS_H
#define TOCSIN_NET_HTTP_CONFIG_PARTS_H

#include "net/http_config_fields.h"
#include "yaml/read.h"

/* The member where it is a mapping; NULL where it is missing, empty, or wrong (reported). */
const struct yaml_node *config_mapping(struct yaml_reader *r, const struct yaml_node *owner,
                                       const char *key);
/* Is the key there, and not null? */
bool config_given(struct yaml_reader *r, const struct yaml_node *owner, const char *key);
/* An error at `key` where `other` is given as well. */
void config_refuse_both(struct yaml_reader *r, const struct yaml_node *owner, const char *key,
                        const char *other);
/* A file's name, as Prometheus understands it: relative to the folder of the configuration. Warned
 * of where there is no such file now. */
void config_path(struct yaml_reader *r, const struct yaml_node *owner, const char *key, char **out);
char *config_path_text(struct yaml_reader *r, const struct yaml_node *node);
/* A secret as `key` or as the file `file_key`, not both. */
void config_secret(struct yaml_reader *r, const struct yaml_node *owner, const char *key,
                   const char *file_key, struct secret *out);

/* RFC 9110, 5.6.2: what the name of a header or of an authorization scheme is made of. */
bool config_is_token(const char *text);

/* http_config_tls.c: the members of a tls_config block. */
void config_read_tls(struct yaml_reader *r, const struct yaml_node *owner, struct tls_config *out);
/* http_config_headers.c: a mapping of names to a value or to {values, secrets, files}. */
void config_read_headers(struct yaml_reader *r, const struct yaml_node *owner, const char *key,
                         struct http_config *config);
void config_read_proxy_headers(struct yaml_reader *r, const struct yaml_node *owner,
                               struct http_config *config);
/* http_config_oauth2.c */
struct oauth2_config *config_read_oauth2(struct yaml_reader *r, const struct yaml_node *owner);
/* http_config_read.c: proxy_url, no_proxy, proxy_from_environment, proxy_connect_header. */
void config_read_proxy(struct yaml_reader *r, const struct yaml_node *owner,
                       struct http_config *config);

#endif
