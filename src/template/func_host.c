/* stripPort and stripDomain: host and port as Go's net.SplitHostPort takes them apart. */
#include "template/functions.h"

struct host_port {
    struct str host;
    struct str port;
};

/* "host:port", "[::1]:port"; false where there is no port, or too many colons. */
static bool split(struct str s, struct host_port *out)
{
    size_t colon = s.len;
    for (size_t i = 0; i < s.len; i++) {
        colon = s.data[i] == ':' ? i : colon;
    }
    if (colon == s.len) {
        return false;
    }
    out->port = str_slice(s, colon + 1, s.len);
    if (s.data[0] == '[') {
        size_t close = str_find(s, ']');
        if (close + 1 != colon) {
            return false;
        }
        out->host = str_slice(s, 1, close - 1);
    } else {
        out->host = str_slice(s, 0, colon);
        if (str_find(out->host, ':') < out->host.len) {
            return false;
        }
    }
    struct str behind = str_slice(s, s.data[0] == '[' ? 1 : 0, s.len);
    return str_find(behind, '[') == behind.len && str_find(out->port, ']') == out->port.len &&
           str_find(out->host, ']') == out->host.len;
}

static bool is_ipv4(struct str s)
{
    size_t parts = 0;
    struct str part;
    while (str_split(&s, '.', &part)) {
        uint64_t number = 0;
        bool leading_zero = part.len > 1 && part.data[0] == '0';
        if (part.len > 3 || leading_zero || !str_to_u64(part, &number) || number > 255) {
            return false;
        }
        parts++;
    }
    return parts == 4;
}

/* Only addresses have a colon within the host. */
static bool is_address(struct str host)
{
    return is_ipv4(host) || str_find(host, ':') < host.len;
}

enum call_result call_strip_port(struct call *c, struct template_value *out)
{
    struct host_port parts;
    *out = split(c->args[0].string, &parts) ? template_string(parts.host) : c->args[0];
    return CALL_OK;
}

enum call_result call_strip_domain(struct call *c, struct template_value *out)
{
    struct host_port parts = {.port = STR("")};
    if (!split(c->args[0].string, &parts)) {
        parts = (struct host_port){.host = c->args[0].string, .port = STR("")};
    }
    if (is_address(parts.host)) {
        *out = c->args[0];
        return CALL_OK;
    }
    struct str name = str_slice(parts.host, 0, str_find(parts.host, '.'));
    *out = template_string(
        parts.port.len > 0 ? arena_printf(c->arena, "%.*s:%.*s", STR_ARG(name), STR_ARG(parts.port))
                           : name);
    return CALL_OK;
}
