/* How bad an alert is, from its label `severity`: one table for colours, exit statuses, urgency and
 * sorting. A word that the table does not have is a warning. */
#ifndef TOCSIN_RULE_SEVERITY_H
#define TOCSIN_RULE_SEVERITY_H

#include "base/str.h"

/* In order of how bad. */
enum severity { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_CRITICAL };

enum severity severity_of(struct str word);
/* "info", "warning", "critical" */
const char *severity_name(enum severity severity);

#endif
