/*
 * The configuration: one immutable snapshot, put together from what each folder reads of its own
 * block. Everything wrong with it is found before anything starts, and reported at once.
 *
 * Owner: reference-counted; sources keep the snapshot they were made from.
 */
#ifndef TOCSIN_ENGINE_CONFIG_H
#define TOCSIN_ENGINE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "engine/config_promql.h"
#include "engine/config_rules.h"
#include "panel/packs.h"
#include "panel/services.h"
#include "source/source.h"

#define CONFIG_INTERVAL_DEFAULT_MS  15000
#define CONFIG_RETENTION_DEFAULT_MS ((int64_t)6 * 3600 * 1000)

/* Something named on the command line that is yet to be recognised: a server's address. */
struct config_target {
    char *url;
    char *name;    /* of the source it will be: "127.0.0.1:9090" */
    bool optional; /* looked for on this machine: where nothing answers, nothing is said */
};

struct config {
    unsigned refs;
    char *file; /* NULL: from the command line alone */
    char *environment;
    char *default_source; /* or NULL */
    int64_t interval_ms;
    int64_t retention_ms;
    size_t max_series;
    struct config_promql promql;
    char *theme;  /* or NULL */
    char *glyphs; /* or NULL */
    struct source_configs sources;
    VEC(struct config_target) targets;
    struct services services;
    struct packs packs;
    struct config_rules rules;
};

/* Where the configuration is: `named` (from --config), $TOCSIN_CONFIG,
 * $XDG_CONFIG_HOME/tocsin/tocsin.yaml, /etc/tocsin/tocsin.yaml. A heap string, or NULL where there
 * is none; a named one need not exist. */
char *config_find(const char *named);
/* NULL after reported errors. Panel packs with errors count. */
struct config *config_load(const char *file, struct diags *diags);
/* From targets of the command line; none of them: this machine, and what answers on its loopback
 * address. */
struct config *config_from_targets(const char *const *targets, size_t count, struct diags *diags);
struct config *config_ref(const struct config *config);
void config_unref(struct config *config); /* NULL is fine */
/* The folders of panel packs, nearest first. Each and the array are the caller's to free. */
char **config_panel_folders(size_t *count);
/* The same for themes. */
char **config_theme_folders(size_t *count);

#endif
