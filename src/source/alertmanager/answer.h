/*
 * Answers of an Alertmanager's API, fed as they arrive: /api/v2/alerts and /api/v2/silences, a list
 * of objects each, into a list of ours; and what it says to a silence that was made. Pure.
 *
 * Owner: answer_create/answer_destroy; list and table are borrowed. Limits: FOREIGN_MAX_BYTES, and
 * those of source/foreign_reader.h.
 */
#ifndef TOCSIN_SOURCE_ALERTMANAGER_ANSWER_H
#define TOCSIN_SOURCE_ALERTMANAGER_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "source/foreign.h"

enum answer_kind { ANSWER_ALERTS, ANSWER_SILENCES };

struct answer_reader;

struct answer_reader *answer_create(enum answer_kind kind, struct foreign_list *list,
                                    struct label_table *table);
void answer_destroy(struct answer_reader *a); /* NULL is fine */
bool answer_feed(struct answer_reader *a, const char *data, size_t len,
                 struct error *err) ATTR_NODISCARD;
bool answer_finish(struct answer_reader *a, struct error *err) ATTR_NODISCARD;

/* The body of POST /api/v2/silences. ERROR_LIMIT where `out` does not take it. */
bool silence_body(struct strbuf *out, const struct foreign_silence *silence,
                  struct error *err) ATTR_NODISCARD;
/* {"silenceID":"..."}: the caller frees; NULL with err. */
char *silence_id_of(struct str body, struct error *err) ATTR_NODISCARD;

#endif
