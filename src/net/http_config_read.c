/*
 * Prometheus' http_config out of YAML. What contradicts itself is an error here and not a surprise
 * at night: two ways to log in, a secret given twice, a certificate without its key.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/http_config_parts.h"

bool config_given(struct yaml_reader *r, const struct yaml_node *owner, const char *key)
{
    const struct yaml_node *node = yaml_member(r, owner, key);
    return node != NULL && node->kind != YAML_NULL;
}

const struct yaml_node *config_mapping(struct yaml_reader *r, const struct yaml_node *owner,
                                       const char *key)
{
    const struct yaml_node *node = yaml_member(r, owner, key);
    if (node == NULL || node->kind == YAML_NULL || !yaml_is_mapping(r, node)) {
        return NULL;
    }
    return node;
}

void config_refuse_both(struct yaml_reader *r, const struct yaml_node *owner, const char *key,
                        const char *other)
{
    if (config_given(r, owner, key) && config_given(r, owner, other)) {
        yaml_error(r, yaml_member(r, owner, key), "'%s' and '%s' exclude each other", key, other);
    }
}

static char *beside_configuration(const struct yaml_reader *r, const char *path)
{
    const char *file = yaml_file(r->doc);
    const char *slash = file != NULL ? strrchr(file, '/') : NULL;
    if (path[0] == '/' || slash == NULL) {
        return mem_strdup(path);
    }
    return mem_printf("%.*s/%s", (int)(slash - file), file, path);
}

char *config_path_text(struct yaml_reader *r, const struct yaml_node *node)
{
    char *text = yaml_string(r, node);
    if (text == NULL) {
        return NULL;
    }
    char *path = beside_configuration(r, text);
    free(text);
    if (access(path, R_OK) != 0) {
        yaml_warning(r, node, "the file '%s' cannot be read now", path);
    }
    return path;
}

void config_path(struct yaml_reader *r, const struct yaml_node *owner, const char *key, char **out)
{
    if (config_given(r, owner, key)) {
        free(*out);
        *out = config_path_text(r, yaml_member(r, owner, key));
    }
}

void config_secret(struct yaml_reader *r, const struct yaml_node *owner, const char *key,
                   const char *file_key, struct secret *out)
{
    yaml_read_string(r, owner, key, &out->value);
    config_path(r, owner, file_key, &out->file);
    config_refuse_both(r, owner, key, file_key);
}

static void read_basic_auth(struct yaml_reader *r, const struct yaml_node *owner,
                            struct http_config *config)
{
    const struct yaml_node *node = config_mapping(r, owner, "basic_auth");
    if (node == NULL) {
        return;
    }
    config->basic = true;
    config_secret(r, node, "username", "username_file", &config->username);
    config_secret(r, node, "password", "password_file", &config->password);
    if (!config_given(r, node, "username") && !config_given(r, node, "username_file")) {
        yaml_error(r, node, "'basic_auth' has neither 'username' nor 'username_file'");
    }
    yaml_read_done(r, node);
}

bool config_is_token(const char *text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "!#$%&'*+-.^_`|~";
    return text[0] != '\0' && text[strspn(text, allowed)] == '\0';
}

static void read_authorization(struct yaml_reader *r, const struct yaml_node *owner,
                               struct http_config *config)
{
    const struct yaml_node *node = config_mapping(r, owner, "authorization");
    if (node == NULL) {
        return;
    }
    config->authorization_type = mem_strdup("Bearer");
    yaml_read_string(r, node, "type", &config->authorization_type);
    config_secret(r, node, "credentials", "credentials_file", &config->credentials);
    if (strcasecmp(config->authorization_type, "basic") == 0) {
        diag_suggest(yaml_error(r, yaml_member(r, node, "type"), "'basic' is not for this block"),
                     "use 'basic_auth: { username, password }'");
    } else if (!config_is_token(config->authorization_type)) {
        yaml_error(r, yaml_member(r, node, "type"), "the type is one word, such as 'Bearer'");
    }
    if (!config_given(r, node, "credentials") && !config_given(r, node, "credentials_file")) {
        yaml_error(r, node, "'authorization' has neither 'credentials' nor 'credentials_file'");
    }
    yaml_read_done(r, node);
}

static void read_bearer_token(struct yaml_reader *r, const struct yaml_node *owner,
                              struct http_config *config)
{
    if (!config_given(r, owner, "bearer_token") && !config_given(r, owner, "bearer_token_file")) {
        return;
    }
    if (config->authorization_type == NULL) {
        config->authorization_type = mem_strdup("Bearer");
        config_secret(r, owner, "bearer_token", "bearer_token_file", &config->credentials);
    }
}

static void refuse_two_logins(struct yaml_reader *r, const struct yaml_node *owner)
{
    static const char *const logins[] = {"basic_auth", "authorization", "oauth2", "bearer_token",
                                         "bearer_token_file"};
    const char *first = NULL;
    for (size_t i = 0; i < ARRAY_LEN(logins); i++) {
        if (!config_given(r, owner, logins[i])) {
            continue;
        }
        /* The last pair is refused as a secret given twice. */
        if (first != NULL && strncmp(first, "bearer", 6) != 0) {
            config_refuse_both(r, owner, logins[i], first);
        }
        first = first != NULL ? first : logins[i];
    }
}

static void check_proxy_url(struct yaml_reader *r, const struct yaml_node *node, const char *url)
{
    static const char *const schemes[] = {"http://",    "https://",  "socks4://",
                                          "socks4a://", "socks5://", "socks5h://"};
    for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
        size_t len = strlen(schemes[i]);
        if (strncasecmp(url, schemes[i], len) == 0 && url[len] != '\0') {
            return;
        }
    }
    diag_suggest(yaml_error(r, node, "this is not a proxy's URL"),
                 "such as http://proxy.example:3128 or socks5h://127.0.0.1:1080");
}

void config_read_proxy(struct yaml_reader *r, const struct yaml_node *owner,
                       struct http_config *config)
{
    yaml_read_string(r, owner, "proxy_url", &config->proxy_url);
    yaml_read_string(r, owner, "no_proxy", &config->no_proxy);
    yaml_read_bool(r, owner, "proxy_from_environment", &config->proxy_from_environment);
    config_read_proxy_headers(r, owner, config);
    if (config->proxy_url != NULL) {
        check_proxy_url(r, yaml_member(r, owner, "proxy_url"), config->proxy_url);
    }
    if (config->proxy_from_environment) {
        config_refuse_both(r, owner, "proxy_from_environment", "proxy_url");
        config_refuse_both(r, owner, "proxy_from_environment", "no_proxy");
    } else if (config->no_proxy != NULL && config->proxy_url == NULL) {
        yaml_error(r, yaml_member(r, owner, "no_proxy"), "'no_proxy' without 'proxy_url'");
    }
}

struct http_config *http_config_read(struct yaml_reader *r, const struct yaml_node *node)
{
    struct http_config *config = http_config_default();
    if (node == NULL || node->kind != YAML_MAPPING) {
        return config;
    }
    read_basic_auth(r, node, config);
    read_authorization(r, node, config);
    read_bearer_token(r, node, config);
    config->oauth2 = config_read_oauth2(r, node);
    refuse_two_logins(r, node);
    const struct yaml_node *tls = config_mapping(r, node, "tls_config");
    if (tls != NULL) {
        config_read_tls(r, tls, &config->tls);
    }
    config_read_proxy(r, node, config);
    config_read_headers(r, node, "headers", config);
    config_read_headers(r, node, "http_headers", config);
    yaml_read_bool(r, node, "follow_redirects", &config->follow_redirects);
    yaml_read_bool(r, node, "enable_http2", &config->enable_http2);
    return config;
}
