/*
 * The alerts of a server's own rules, while somebody follows them: asked for at the polls of its
 * source, behind all other questions. What comes of it is no part of the source's health: many
 * servers that answer PromQL have no rules, or not this endpoint.
 *
 * Asked less often: a server without rules, or without the endpoint (RULES_RARELY_MS); one that
 * fails (doubling); one whose answers are so large that at each poll they would be more than
 * RULES_BYTES_A_SECOND.
 *
 * Owner: rules_create/rules_destroy (cancels).
 */
#ifndef TOCSIN_SOURCE_PROMETHEUS_RULES_H
#define TOCSIN_SOURCE_PROMETHEUS_RULES_H

#include "source/foreign.h"
#include "source/prometheus/api.h"
#include "source/source.h"

#define RULES_RARELY_MS      INT64_C(600000)
#define RULES_BYTES_A_SECOND ((size_t)32 * 1024)

struct rules;

/* All outlive it. `interval_ms`: between polls. */
struct rules *rules_create(const struct source_env *env, struct api *api, int64_t interval_ms);
void rules_destroy(struct rules *rules); /* NULL is fine */
/* As in struct foreign_ops. */
void rules_follow(struct rules *rules, void (*changed)(void *user), void *user);
const struct foreign_list *rules_list(const struct rules *rules);
const char *rules_problem(const struct rules *rules);
/* A poll begins. */
void rules_poll(struct rules *rules, int64_t timeout_ms);

/* The wait after an answer with `count` rules, and after the `failures`th failure in a row. Pure.
 */
int64_t rules_wait_ms(int64_t interval_ms, size_t count, size_t bytes);
int64_t rules_backoff_ms(int64_t interval_ms, unsigned failures);

#endif
