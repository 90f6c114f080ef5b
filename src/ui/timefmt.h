/*
 * Times as a person reads them: local time or UTC, never without saying which.
 */
#ifndef TOCSIN_UI_TIMEFMT_H
#define TOCSIN_UI_TIMEFMT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"

/* Local time minus UTC at that time. */
int64_t timefmt_offset_ms(int64_t ms, bool utc);
/* "03:07:41", and the zone's name ("CET", "UTC"). */
void timefmt_clock(struct strbuf *out, int64_t ms, bool utc);
void timefmt_zone(struct strbuf *out, int64_t ms, bool utc);
/* "03:07" */
void timefmt_minute(struct strbuf *out, int64_t ms, bool utc);
/* "Nov 21" */
void timefmt_day(struct strbuf *out, int64_t ms, bool utc);
/* "4s", "6m08s", "3d": an age; what lies in the future is 0s. */
void timefmt_age(struct strbuf *out, int64_t now_ms, int64_t then_ms);
/* Only its largest part, "6m", "3d": an age that need not change every second. */
void timefmt_age_coarse(struct strbuf *out, int64_t now_ms, int64_t then_ms);
/* "stale 6m", or "not seen yet" where there never was data (then_ms is 0). */
void timefmt_stale(struct strbuf *out, int64_t now_ms, int64_t then_ms);
/* "1h", "30m", "1d": a range. */
void timefmt_range(struct strbuf *out, int64_t ms);

#endif
