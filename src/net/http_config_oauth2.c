/* The oauth2 block: client credentials. */
#include <string.h>

#include "base/mem.h"
#include "net/http_config_parts.h"
#include "net/url.h"

static char *read_scopes(struct yaml_reader *r, const struct yaml_node *node)
{
    const struct yaml_node *list = yaml_member(r, node, "scopes");
    if (list == NULL || list->kind == YAML_NULL) {
        return NULL;
    }
    if (list->kind != YAML_SEQUENCE) {
        yaml_error(r, list, "'scopes' is a list");
        return NULL;
    }
    struct strbuf joined = STRBUF_INIT;
    for (size_t i = 0; i < list->count; i++) {
        char *scope = yaml_string(r, list->items[i]);
        if (scope != NULL) {
            strbuf_printf(&joined, "%s%s", joined.len != 0 ? " " : "", scope);
        }
        free(scope);
    }
    return strbuf_take(&joined);
}

static void read_parameters(struct yaml_reader *r, const struct yaml_node *node,
                            struct oauth2_config *oauth2)
{
    const struct yaml_node *mapping = config_mapping(r, node, "endpoint_params");
    for (size_t i = 0; mapping != NULL && i < mapping->count; i++) {
        char *value = yaml_string(r, mapping->items[2 * i + 1]);
        if (value != NULL) {
            struct form_parameter parameter = {.name = str_dup(mapping->items[2 * i]->text),
                                               .value = value};
            vec_push(&oauth2->parameters, parameter);
        }
    }
}

/* Where the secret goes has to be beyond doubt before anything is sent. */
static void check_token_url(struct yaml_reader *r, const struct yaml_node *node,
                            const struct oauth2_config *oauth2)
{
    const struct yaml_node *at = yaml_required(r, node, "token_url");
    struct error err = ERROR_INIT;
    struct url url;
    if (at == NULL || oauth2->token_url == NULL) {
        return;
    }
    if (url_parse(oauth2->token_url, &url, &err)) {
        url_release(&url);
    } else {
        yaml_error(r, at, "%s", error_text(&err));
    }
    error_release(&err);
}

struct oauth2_config *config_read_oauth2(struct yaml_reader *r, const struct yaml_node *owner)
{
    const struct yaml_node *node = config_mapping(r, owner, "oauth2");
    if (node == NULL) {
        return NULL;
    }
    struct oauth2_config *oauth2 = mem_zalloc(1, sizeof(*oauth2));
    oauth2->http = http_config_default();
    yaml_required(r, node, "client_id");
    yaml_read_string(r, node, "client_id", &oauth2->client_id);
    config_secret(r, node, "client_secret", "client_secret_file", &oauth2->client_secret);
    if (!config_given(r, node, "client_secret") && !config_given(r, node, "client_secret_file")) {
        yaml_error(r, node, "'oauth2' has neither 'client_secret' nor 'client_secret_file'");
    }
    yaml_read_string(r, node, "token_url", &oauth2->token_url);
    check_token_url(r, node, oauth2);
    oauth2->scope = read_scopes(r, node);
    read_parameters(r, node, oauth2);
    const struct yaml_node *tls = config_mapping(r, node, "tls_config");
    if (tls != NULL) {
        config_read_tls(r, tls, &oauth2->http->tls);
    }
    config_read_proxy(r, node, oauth2->http);
    yaml_read_done(r, node);
    oauth2->client_id = oauth2->client_id != NULL ? oauth2->client_id : mem_strdup("");
    oauth2->token_url = oauth2->token_url != NULL ? oauth2->token_url : mem_strdup("");
    return oauth2;
}
