/* Alerts and silences of other engines. */
#include <stdlib.h>
#include <string.h>

#include "alert/alerts_private.h"
#include "base/mem.h"
#include "rule/alerting.h"

static struct other_source *find(const struct alerts *alerts, const char *source)
{
    VEC_EACH (&alerts->others, struct other_source, f) {
        if (strcmp(f->name, source) == 0) {
            return f;
        }
    }
    return NULL;
}

static struct other_source *find_or_add(struct alerts *alerts, const char *source)
{
    struct other_source *f = find(alerts, source);
    if (f == NULL) {
        vec_push(&alerts->others, ((struct other_source){.name = mem_strdup(source)}));
        f = &alerts->others.items[alerts->others.len - 1];
    }
    return f;
}

static void clear(struct other_source *f)
{
    VEC_EACH (&f->alerts, struct other, it) {
        labels_unref(it->alert.labels);
        free(it->alert.annotations.items);
        free((void *)(uintptr_t)it->alert.generator_url);
    }
    f->alerts.len = 0;
    VEC_EACH (&f->silences, struct silence, s) {
        silence_release(s);
    }
    f->silences.len = 0;
}

void alerts_set_others(struct alerts *alerts, const char *source, const struct other_alert *list,
                       size_t count, const struct silence *silences, size_t silence_count)
{
    struct other_source *f = find_or_add(alerts, source);
    clear(f);
    for (size_t i = 0; i < count; i++) {
        struct other other = {.alert = list[i], .fingerprint = alert_fingerprint(list[i].labels)};
        other.alert.labels = labels_ref(list[i].labels);
        other.alert.annotations = alert_copy_pairs(list[i].annotations);
        other.alert.generator_url =
            list[i].generator_url != NULL ? mem_strdup(list[i].generator_url) : NULL;
        vec_push(&f->alerts, other);
    }
    for (size_t i = 0; i < silence_count; i++) {
        struct silence copy;
        silence_copy(&copy, &silences[i]);
        free(copy.source);
        copy.source = mem_strdup(source);
        vec_push(&f->silences, copy);
    }
    alerts_touch(alerts);
}

static void release(struct other_source *f)
{
    clear(f);
    vec_release(&f->alerts);
    vec_release(&f->silences);
    free(f->name);
}

void alerts_drop_others(struct alerts *alerts, const char *source)
{
    struct other_source *f = find(alerts, source);
    if (f != NULL) {
        release(f);
        vec_remove(&alerts->others, (size_t)(f - alerts->others.items));
        alerts_touch(alerts);
    }
}

void alerts_release_others(struct alerts *alerts)
{
    VEC_EACH (&alerts->others, struct other_source, f) {
        release(f);
    }
    vec_release(&alerts->others);
}

void alerts_set_silence_host(struct alerts *alerts, const char *source,
                             const struct silence_host *host)
{
    find_or_add(alerts, source)->host = *host;
}
