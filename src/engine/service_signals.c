/* See service_signals.h. */
#include "engine/service_signals.h"

#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "panel/bind.h"

static struct service_signal *find_or_add(struct service_signals *s, const char *name)
{
    VEC_EACH (&s->list, struct service_signal, signal) {
        if (strcmp(signal->name, name) == 0) {
            return signal;
        }
    }
    struct service_signal fresh = {.name = mem_strdup(name), .text = STRBUF_INIT};
    vec_push(&s->list, fresh);
    vec_push(&s->names, s->list.items[s->list.len - 1].name);
    return &s->list.items[s->list.len - 1];
}

static void add_panel(struct service_signals *s, const struct panel *panel,
                      const struct binding_scope *scope)
{
    struct error err = ERROR_INIT;
    struct binding *binding = binding_create(panel, scope, NULL, &err);
    if (binding == NULL) {
        /* The pack's own check has told of it. */
        error_release(&err);
        return;
    }
    for (size_t i = 0; i < binding->count; i++) {
        struct service_signal *signal = find_or_add(s, panel->signals.items[i].name);
        strbuf_add_c(&signal->text, signal->text.len != 0 ? " or (" : "(");
        expr_print(&signal->text, binding->signals[i], PRINT_PLAIN);
        strbuf_add_char(&signal->text, ')');
    }
    binding_destroy(binding);
}

void service_signals_init(struct service_signals *s, const struct service *service,
                          const struct packs *packs, int64_t window_ms)
{
    *s = (struct service_signals){0};
    struct strbuf match = STRBUF_INIT;
    for (size_t i = 0; i < service->match_count; i++) {
        strbuf_printf(&match, "%s%s=", i == 0 ? "" : ",", service->match[i].label);
        escape_quoted(&match, str_from(service->match[i].value));
    }
    const struct binding_scope scope = {
        .match = strbuf_cstr(&match), .single = true, .window_ms = window_ms};
    VEC_EACH (&packs->list, struct panel *const, panel) {
        if (service->panel == NULL ? (*panel)->shape == PANEL_RED
                                   : strcmp(service->panel, (*panel)->name) == 0) {
            add_panel(s, *panel, &scope);
        }
    }
    strbuf_release(&match);
}

void service_signals_release(struct service_signals *s)
{
    VEC_EACH (&s->list, struct service_signal, signal) {
        free(signal->name);
        strbuf_release(&signal->text);
        expr_unref(signal->expr);
    }
    vec_release(&s->list);
    vec_release(&s->names);
}

const struct expr *service_signals_find(void *user, struct str name)
{
    struct service_signals *s = user;
    VEC_EACH (&s->list, struct service_signal, signal) {
        if (!str_equal_c(name, signal->name)) {
            continue;
        }
        if (signal->expr == NULL) {
            struct error err = ERROR_INIT;
            signal->expr = expr_parse(strbuf_str(&signal->text), NULL, &err);
            /* Only over the limit of an expression's length is there none: then the name is no
             * signal, and whoever uses it is told that it is unknown. */
            error_release(&err);
        }
        return signal->expr;
    }
    return NULL;
}
