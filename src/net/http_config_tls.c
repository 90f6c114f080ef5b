/* The tls_config block. */
#include <string.h>

#include "net/http_config_parts.h"

/* A certificate or key, as a text in PEM or as a file. */
static void read_pem(struct yaml_reader *r, const struct yaml_node *node, const char *key,
                     const char *file_key, char **text, char **file)
{
    yaml_read_string(r, node, key, text);
    config_path(r, node, file_key, file);
    config_refuse_both(r, node, key, file_key);
    if (*text != NULL && strstr(*text, "-----BEGIN ") == NULL) {
        diag_suggest(yaml_error(r, node, "'%s' is not a text in PEM (-----BEGIN ...)", key),
                     "a file's name is given as '%s'", file_key);
    }
}

void config_read_tls(struct yaml_reader *r, const struct yaml_node *node, struct tls_config *out)
{
    static const char *const versions[] = {"TLS10", "TLS11", "TLS12", "TLS13"};
    static const enum tls_version numbers[] = {TLS_VERSION_10, TLS_VERSION_11, TLS_VERSION_12,
                                               TLS_VERSION_13};
    read_pem(r, node, "ca", "ca_file", &out->ca, &out->ca_file);
    read_pem(r, node, "cert", "cert_file", &out->cert, &out->cert_file);
    read_pem(r, node, "key", "key_file", &out->key, &out->key_file);
    bool has_cert = config_given(r, node, "cert") || config_given(r, node, "cert_file");
    bool has_key = config_given(r, node, "key") || config_given(r, node, "key_file");
    if (has_cert != has_key) {
        yaml_error(r, node, "a client certificate needs both 'cert' and 'key' (or their files)");
    }
    yaml_read_string(r, node, "server_name", &out->server_name);
    if (out->server_name != NULL && strpbrk(out->server_name, "/:@?# \t\r\n") != NULL) {
        yaml_error(r, yaml_member(r, node, "server_name"), "'server_name' is a host's name only");
    }
    yaml_read_bool(r, node, "insecure_skip_verify", &out->insecure_skip_verify);
    size_t version = ARRAY_LEN(versions);
    yaml_read_choice(r, node, "min_version", versions, ARRAY_LEN(versions), &version);
    out->min_version = version < ARRAY_LEN(versions) ? numbers[version] : TLS_VERSION_ANY;
    yaml_read_done(r, node);
}
