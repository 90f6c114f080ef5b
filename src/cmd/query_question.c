/* The question as the command line puts it: its options, and the grid of times they mean. */
#include <string.h>

#include "base/duration.h"
#include "cmd/query.h"
#include "engine/config_promql.h"
#include "yaml/read.h"

/* Lines of a range's table where no --step is given. */
#define STEPS_DEFAULT 60

static bool read_format(const struct invocation *inv, struct query_question *q, struct error *err)
{
    const char *format = invocation_value(inv, "format");
    q->format = value_format_table;
    if (format == NULL || strcmp(format, "table") == 0) {
        return true;
    }
    if (strcmp(format, "json") == 0) {
        q->format = value_format_json;
    } else if (strcmp(format, "csv") == 0) {
        q->format = value_format_csv;
    } else {
        error_set(err, ERROR_USAGE, "unknown format '%s'", format);
        error_suggest(err, "formats are table, json and csv");
        return false;
    }
    return true;
}

/* `*ms` stays as it is where the option was not given. As long as in the configuration. */
static bool read_duration(const struct invocation *inv, const char *option, int64_t *ms,
                          struct error *err)
{
    const char *text = invocation_value(inv, option);
    if (text == NULL) {
        return true;
    }
    if (!duration_parse(str_from(text), ms, err)) {
        err->kind = ERROR_USAGE;
        return error_wrap(err, "--%s", option);
    }
    if (*ms <= 0 || *ms > YAML_MAX_DURATION_MS) {
        return error_set(err, ERROR_USAGE, "--%s must be %s", option,
                         *ms > 0 ? "at most 100y" : "longer than 0");
    }
    return true;
}

static bool read_max_samples(const struct invocation *inv, struct query_question *q,
                             struct error *err)
{
    const char *text = invocation_value(inv, "max-samples");
    uint64_t samples = 0;
    if (text != NULL && (!str_to_u64(str_from(text), &samples) || samples == 0 ||
                         samples > (uint64_t)CONFIG_PROMQL_SAMPLES_LIMIT)) {
        return error_set(err, ERROR_USAGE, "--max-samples is a number from 1 to %lld, not '%s'",
                         (long long)CONFIG_PROMQL_SAMPLES_LIMIT, text);
    }
    q->eval.max_samples = (size_t)samples;
    return true;
}

static bool read_engine(const struct invocation *inv, struct query_question *q, struct error *err)
{
    const char *semantics = invocation_value(inv, "semantics");
    if (semantics != NULL && strcmp(semantics, "v3") != 0 && strcmp(semantics, "v2") != 0) {
        error_set(err, ERROR_USAGE, "unknown semantics '%s'", semantics);
        error_suggest(err, "semantics are v3 and v2");
        return false;
    }
    bool v2 = semantics != NULL && strcmp(semantics, "v2") == 0;
    q->eval.semantics = v2 ? SEMANTICS_V2 : SEMANTICS_V3;
    q->has_semantics = semantics != NULL;
    return read_duration(inv, "lookback", &q->eval.lookback_delta_ms, err) &&
           read_duration(inv, "timeout", &q->timeout_ms, err) && read_max_samples(inv, q, err);
}

/* A time that was not given is now. */
static bool read_moment(const char *text, struct query_moment *out, struct error *err)
{
    *out = (struct query_moment){.from_now = true};
    return text == NULL || query_moment_parse(str_from(text), out, err);
}

static bool read_times(const struct invocation *inv, struct query_question *q, struct error *err)
{
    const char *at = invocation_value(inv, "time");
    const char *start = invocation_value(inv, "start");
    const char *end = invocation_value(inv, "end");
    const char *step = invocation_value(inv, "step");
    q->instant = start == NULL && end == NULL && step == NULL;
    if (!q->instant && start == NULL) {
        return error_set(err, ERROR_USAGE, "a range begins somewhere: --start");
    }
    if (!q->instant && at != NULL) {
        return error_set(err, ERROR_USAGE, "--time is one time, --start begins a range");
    }
    if (!read_moment(at, &q->at, err) || !read_moment(start, &q->start, err) ||
        !read_moment(end, &q->end, err) ||
        (step != NULL && !query_step_parse(str_from(step), &q->step_ms, err))) {
        return false;
    }
    /* Where only one of them is said from now, the grid will tell. */
    if (!q->instant && q->start.from_now == q->end.from_now && q->end.ms < q->start.ms) {
        return error_set(err, ERROR_USAGE, "--end is before --start");
    }
    return true;
}

bool query_question_grid(const struct query_question *q, int64_t now_ms, struct grid *grid,
                         int64_t *end_ms, struct error *err)
{
    *end_ms = 0;
    *grid = grid_instant(query_moment_at(&q->at, now_ms));
    if (q->instant) {
        return true;
    }
    int64_t start_ms = query_moment_at(&q->start, now_ms);
    *end_ms = query_moment_at(&q->end, now_ms);
    if (*end_ms < start_ms) {
        return error_set(err, ERROR_USAGE, "--end is before --start");
    }
    int64_t step_ms = q->step_ms;
    if (step_ms == 0) {
        /* Whole seconds, so that the times are easy to read. */
        step_ms = (*end_ms - start_ms) / STEPS_DEFAULT / 1000 * 1000;
        step_ms = step_ms > 0 ? step_ms : 1000;
    }
    *grid = grid_range(start_ms, *end_ms, step_ms);
    return true;
}

/* Options of which one would have no effect. */
static bool check_together(const struct invocation *inv, struct error *err)
{
    const char *source = invocation_value(inv, "source");
    bool loads = invocation_value(inv, "load") != NULL;
    if (loads && source != NULL) {
        return error_set(err, ERROR_USAGE, "--load and --source both say who is asked");
    }
    bool is_target = source != NULL && strchr(source, ':') != NULL;
    if (invocation_value(inv, "config") != NULL && (loads || is_target)) {
        return error_set(err, ERROR_USAGE, "--config has no effect where %s is given",
                         loads ? "--load" : "an address");
    }
    return true;
}

bool query_question_read(struct query_question *q, const struct invocation *inv, struct error *err)
{
    if (!read_format(inv, q, err)) {
        return false;
    }
    if (inv->argument_count != 1) {
        error_set(err, ERROR_USAGE, "'query' takes one expression");
        error_suggest(err, "%s",
                      inv->argument_count == 0 ? "one that begins with '-' stands behind --"
                                               : "for the shell it is one in quotes: '...'");
        return false;
    }
    q->text = str_from(inv->arguments[0]);
    q->source = invocation_value(inv, "source");
    return check_together(inv, err) && read_engine(inv, q, err) && read_times(inv, q, err);
}
