/* See query_time.h. */
#include "cmd/query_time.h"

#include "base/duration.h"
#include "base/number.h"
#include "base/timestamp.h"

/* "now", "now-1h", "now+5m" */
static bool parse_relative(struct str s, int64_t *ms)
{
    if (!str_starts_with(s, STR("now"))) {
        return false;
    }
    struct str distance = str_slice(s, 3, s.len);
    *ms = 0;
    if (distance.len == 0) {
        return true;
    }
    bool back = distance.data[0] == '-';
    if (!back && distance.data[0] != '+') {
        return false;
    }
    struct error wrong = ERROR_INIT;
    bool ok = duration_parse(str_slice(distance, 1, distance.len), ms, &wrong) &&
              *ms <= (int64_t)(TIMESTAMP_MAX_SECONDS * 1000);
    error_release(&wrong);
    *ms = back ? -*ms : *ms;
    return ok;
}

bool query_moment_parse(struct str s, struct query_moment *out, struct error *err)
{
    out->from_now = false;
    if (timestamp_parse(s, &out->ms)) {
        return true;
    }
    out->from_now = true;
    if (parse_relative(s, &out->ms)) {
        return true;
    }
    error_set(err, ERROR_USAGE, "'%.*s' is not a time", STR_ARG(s));
    error_suggest(err, "times are Unix seconds, RFC 3339 such as 2026-11-21T02:49:10Z, or now-1h");
    return false;
}

int64_t query_moment_at(const struct query_moment *moment, int64_t now_ms)
{
    return moment->from_now ? now_ms + moment->ms : moment->ms;
}

bool query_step_parse(struct str s, int64_t *step_ms, struct error *err)
{
    double seconds;
    struct error wrong = ERROR_INIT;
    bool ok = (number_parse(s, &seconds) && timestamp_from_seconds(seconds, step_ms)) ||
              duration_parse(s, step_ms, &wrong);
    error_release(&wrong);
    if (!ok || *step_ms <= 0) {
        return error_set(err, ERROR_USAGE, "'%.*s' is not a step such as 15s", STR_ARG(s));
    }
    return true;
}
