/* What the files of an alerting rule share. Private to this folder. */
#ifndef TOCSIN_RULE_ALERTING_PRIVATE_H
#define TOCSIN_RULE_ALERTING_PRIVATE_H

#include "rule/alerting.h"

void alerting_destroy_alert(struct alert *alert);
void alerting_clear_found(struct alerting *a);
/* Where `labels` stand among the alerts, or are to be put. */
size_t alerting_position(const struct alerting *a, const struct labels *labels);

/* Expands the texts of `pairs`; a text that fails becomes its error. The pairs are in `arena`. */
enum alerting_result alerting_expand(struct template ***texts, struct rule_pairs pairs,
                                     const struct template_data *data, struct arena *arena,
                                     struct rule_pairs *out);

#endif
