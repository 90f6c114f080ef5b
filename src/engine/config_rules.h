/*
 * The rules of the configuration:
 *
 *     global:
 *       external_labels: { cluster: eu1 }        # for the texts of alerts
 *       external_url: https://tocsin.example
 *     rule_files:
 *       - alerts/one.yaml                        # or a pattern; from the configuration's folder
 *       - builtin:hosts                          # a pack that is compiled in
 *       - { files: slo/all.yaml, source: prom }  # who answers, where that is not clear
 *       - { files: prom/all.yaml, source: prom, recorded: server }
 *     services:
 *       - name: checkout
 *         alerts: [ p95 > 500ms for 5m ]
 *
 * Who answers: `source`, else global.default_source, else the only source there is; where nothing
 * but polled sources are there, the embedded engine over all of them ("local"). A source that has
 * alerts and no series, an Alertmanager, answers for no rule.
 *
 * Who records: `recorded: here`, the default, is tocsin; `recorded: server` says that the server
 * has what the file's recording rules record (rule/inline.h).
 *
 * A file that two items name for one source is read once. The pack of rules about tocsin itself is
 * always there, over "local".
 *
 * Owner: the parts of struct config.
 */
#ifndef TOCSIN_ENGINE_CONFIG_RULES_H
#define TOCSIN_ENGINE_CONFIG_RULES_H

#include "alert/ruleset.h"
#include "yaml/read.h"

struct config;

#define CONFIG_MAX_RULE_FILES 10000

struct config_rules {
    struct ruleset *set;
    struct arena arena; /* of the labels */
    struct rule_pairs external_labels;
    char *external_url;  /* "" where none is set */
    VEC(char *) watched; /* files that were read: a change of one is a new configuration */
};

/* Before anything is read. */
void config_rules_init(struct config_rules *rules);
void config_rules_release(struct config_rules *rules);
/* The members of `global:`. */
void config_rules_read_global(struct config_rules *rules, struct yaml_reader *r,
                              const struct yaml_node *global);
/* Adds the rules about tocsin itself. */
void config_rules_add_own(struct config_rules *rules, int64_t interval_ms, struct diags *diags);
/* Are there others than the rules about tocsin itself? */
bool config_rules_has_users(const struct config_rules *rules);
/* `rule_files:` and the alerts of services; sources, services and packs are read. */
void config_rules_read(struct config *config, struct yaml_reader *r, const struct yaml_node *root);

#endif
