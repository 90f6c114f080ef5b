/*
 * Asking what `tocsin gate` wants to know, once or until its time is over: of a source, or of
 * samples in files.
 *
 * Owner: gate_run_create/gate_run_destroy (NULL is fine). The checks outlive the run's last turn,
 * and are released before it is destroyed: they have labels of it.
 */
#ifndef TOCSIN_CMD_GATE_RUN_H
#define TOCSIN_CMD_GATE_RUN_H

#include "cmd/command.h"
#include "cmd/gate_check.h"

#define GATE_OPEN_MAX 16 /* questions under way at a time */

struct gate_run;

/* By --source, --config and --load. NULL after reported errors, or with `err`. */
struct gate_run *gate_run_create(struct gate_checks *checks, const struct invocation *inv,
                                 int64_t wait_ms, struct diags *diags, struct error *err);
void gate_run_destroy(struct gate_run *run);
/* False where nobody can be asked as it was said; a source that does not answer makes rules
 * unknown. */
bool gate_run_until_over(struct gate_run *run, struct error *err) ATTR_NODISCARD;
int64_t gate_run_took_ms(const struct gate_run *run);

#endif
