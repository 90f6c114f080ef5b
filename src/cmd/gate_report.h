/*
 * What `tocsin gate` found, for people, for programs and for what shows test results: text, JSON
 * and JUnit's XML.
 *
 * Owner: plain values; texts are borrowed. Each writer adds all of it to `out`; where the buffer
 * was too small `out->overflowed` says so.
 */
#ifndef TOCSIN_CMD_GATE_REPORT_H
#define TOCSIN_CMD_GATE_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "base/strbuf.h"

/* In the order of exit statuses. */
enum gate_state { GATE_OK, GATE_WARNING, GATE_CRITICAL, GATE_UNKNOWN };
/* "ok", "warning", "critical", "unknown" */
const char *gate_state_name(enum gate_state state);

/* A rule as it was judged; one that holds for several series is there once for each. */
struct gate_result {
    struct str name;
    struct str expr;
    enum gate_state state;
    double value;     /* NaN: there is none */
    double threshold; /* what the value is compared with; NaN: the rule has none to tell */
    const char *unit; /* of both: a word of base/unit.h, or NULL */
    struct str labels;
    struct str message;
    int64_t held_ms; /* how long it was seen to hold */
};

struct gate_report {
    const char *file;
    int64_t took_ms;
    const struct gate_result *results;
    size_t count;
};

/* The worst of all: critical before unknown before warning, since what is not known may be no
 * reason to go on. Nothing at all is unknown. */
enum gate_state gate_report_state(const struct gate_report *report);

/* NULL where there is none of the name: "text", "json", "junit". */
typedef void (*gate_format)(struct strbuf *out, const struct gate_report *report);
gate_format gate_format_find(const char *name);
void gate_format_text(struct strbuf *out, const struct gate_report *report);
void gate_format_json(struct strbuf *out, const struct gate_report *report);
void gate_format_junit(struct strbuf *out, const struct gate_report *report);

#endif
