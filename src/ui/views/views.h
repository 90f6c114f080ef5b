/* The views: each draws its part of a frame into a rectangle. */
#ifndef TOCSIN_UI_VIEWS_VIEWS_H
#define TOCSIN_UI_VIEWS_VIEWS_H

#include "ui/frame.h"

/* The always visible row: environment, counts of alerts, age of data, sources, LIVE or PAUSED,
 * clock with zone. */
void status_draw(struct frame *frame, struct rect r);
/* Where one is: the row below it. */
void title_draw(struct frame *frame, struct rect r);
/* Keys that work here, or the filter being typed. */
void hints_draw(struct frame *frame, struct rect r, unsigned contexts);
/* All keys, from the key table, over the body. */
void help_draw(struct frame *frame, struct rect r);

void overview_draw(struct frame *frame, struct rect r);
void sources_draw(struct frame *frame, struct rect r);
/* One source in full, and the rows that this takes in so many columns. */
void source_box_draw(struct frame *frame, struct rect r, const struct source_health *s);
int source_box_rows(const struct source_health *s, int64_t now_ms, int width);
void detail_draw(struct frame *frame, struct rect r, const struct instance *instance);
/* Nothing to show yet: what is being waited for, or what is wrong, in words. */
void empty_draw(struct frame *frame, struct rect r);

/* "up", "down 6m08s: connection refused": a source's state in words. */
void source_state_text(struct strbuf *out, const struct source_health *source, int64_t now_ms);
enum role source_state_role(enum source_state state);
/* The age of its data; "-" where there was none. */
void source_age_text(struct strbuf *out, const struct source_health *source, int64_t now_ms);
bool source_is_late(const struct source_health *source, int64_t now_ms);

#endif
