/*
 * Headers of one's own: `headers: { X-Scope-OrgID: shop }`, or Prometheus' http_headers, where a
 * name has lists of values, secrets and files. All of them are treated as secrets.
 */
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "net/http_config_parts.h"

/* What the client says by itself; another value would break the protocol. */
static const char *const reserved[] = {
    "Accept-Encoding", "Connection",        "Content-Length", "Expect", "Host", "TE",
    "Trailer",         "Transfer-Encoding", "Upgrade"};

static bool name_fits(struct yaml_reader *r, const struct yaml_node *node, const char *name)
{
    if (!config_is_token(name)) {
        yaml_error(r, node, "this is not the name of a header");
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(reserved); i++) {
        if (strcasecmp(name, reserved[i]) == 0) {
            yaml_error(r, node, "the header '%s' is not free to be set", reserved[i]);
            return false;
        }
    }
    return true;
}

static void add_value(struct yaml_reader *r, const struct yaml_node *node,
                      struct config_header *header)
{
    struct secret value = {.value = yaml_string(r, node)};
    if (value.value != NULL && strpbrk(value.value, "\r\n") != NULL) {
        yaml_error(r, node, "the value of a header is one line");
        secret_release(&value);
    } else if (value.value != NULL) {
        vec_push(&header->values, value);
    }
}

static void add_file(struct yaml_reader *r, const struct yaml_node *node,
                     struct config_header *header)
{
    struct secret value = {.file = config_path_text(r, node)};
    if (value.file != NULL) {
        vec_push(&header->values, value);
    }
}

static void add_list(struct yaml_reader *r, const struct yaml_node *owner, const char *key,
                     void (*add)(struct yaml_reader *, const struct yaml_node *,
                                 struct config_header *),
                     struct config_header *header)
{
    const struct yaml_node *list = yaml_member(r, owner, key);
    if (list == NULL || list->kind == YAML_NULL) {
        return;
    }
    if (list->kind != YAML_SEQUENCE) {
        yaml_error(r, list, "'%s' is a list", key);
        return;
    }
    for (size_t i = 0; i < list->count; i++) {
        add(r, list->items[i], header);
    }
}

static void read_values(struct yaml_reader *r, const struct yaml_node *node,
                        struct config_header *header)
{
    if (node->kind != YAML_MAPPING) {
        add_value(r, node, header);
        return;
    }
    add_list(r, node, "values", add_value, header);
    add_list(r, node, "secrets", add_value, header);
    add_list(r, node, "files", add_file, header);
    yaml_read_done(r, node);
}

static bool has_login(const struct http_config *config)
{
    return config->basic || config->authorization_type != NULL || config->oauth2 != NULL;
}

void config_read_headers(struct yaml_reader *r, const struct yaml_node *owner, const char *key,
                         struct http_config *config)
{
    const struct yaml_node *mapping = config_mapping(r, owner, key);
    for (size_t i = 0; mapping != NULL && i < mapping->count; i++) {
        const struct yaml_node *name = mapping->items[2 * i];
        struct config_header header = {.name = str_dup(name->text)};
        if (strcasecmp(header.name, "Authorization") == 0 && has_login(config)) {
            yaml_error(r, name, "a header 'Authorization' beside another way to log in");
        }
        if (name_fits(r, name, header.name)) {
            read_values(r, mapping->items[2 * i + 1], &header);
        }
        vec_push(&config->headers, header);
    }
}

/* Prometheus gives each name a list of secrets. */
void config_read_proxy_headers(struct yaml_reader *r, const struct yaml_node *owner,
                               struct http_config *config)
{
    const struct yaml_node *mapping = config_mapping(r, owner, "proxy_connect_header");
    for (size_t i = 0; mapping != NULL && i < mapping->count; i++) {
        const struct yaml_node *name = mapping->items[2 * i];
        const struct yaml_node *value = mapping->items[2 * i + 1];
        struct config_header header = {.name = str_dup(name->text)};
        if (name_fits(r, name, header.name) && value->kind == YAML_SEQUENCE) {
            for (size_t j = 0; j < value->count; j++) {
                add_value(r, value->items[j], &header);
            }
        } else if (value->kind != YAML_SEQUENCE) {
            add_value(r, value, &header);
        }
        vec_push(&config->proxy_headers, header);
    }
}
