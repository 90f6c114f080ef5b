/*
 * The alerts, the rules and the silences as views, and what they share.
 *
 * They show what is now even while the screen is paused: a page must not be missed because somebody
 * froze a chart.
 */
#ifndef TOCSIN_UI_VIEWS_ALERTS_H
#define TOCSIN_UI_VIEWS_ALERTS_H

#include "ui/frame.h"
#include "ui/widgets/facts.h"

void alerts_draw(struct frame *frame, struct rect r);
/* The open one; `alert` may be NULL: it is gone. */
void alert_detail_draw(struct frame *frame, struct rect r, const struct alert_info *alert);
void rules_draw(struct frame *frame, struct rect r);
void silences_draw(struct frame *frame, struct rect r);
/* The dialog of a new silence, over the body. */
void dialog_draw(struct frame *frame, struct rect r);
/* A question of one line, in the hints row. */
void dialog_line_draw(struct frame *frame, struct rect r);

/* The overview's panel: rows it wants of at most `max` (0: nothing is loud), and the panel. */
int alert_panel_rows(const struct frame *frame, int max);
void alert_panel_draw(struct frame *frame, struct rect r);

void alert_facts(struct facts *out, const struct frame *frame, const struct alert_info *alert);
/* "▲ CheckoutBurnFast": the mark and name of an alert. */
void alert_name_text(struct strbuf *out, const struct frame *frame, const struct alert_info *alert);

/* All 0 without alerts. */
struct rule_counts rule_counts_of(const struct alerts *alerts);
/* "3 rules failing, 2 match nothing"; "" where all is well. */
void rule_counts_text(struct strbuf *out, const struct rule_counts *counts);

/* Facts in a frame below a list that wants `list_rows` and gets at least `list_least` of them;
 * gives the rows that the list has. */
int facts_box_below(struct frame *frame, struct rect r, int list_rows, int list_least,
                    const struct facts *facts, const char *title, enum role role,
                    const char *right);

/* The title row's text of these views. */
void alerts_title_text(struct strbuf *out, const struct frame *frame);
void rules_title_text(struct strbuf *out, const struct frame *frame);
void silences_title_text(struct strbuf *out, const struct frame *frame);

#endif
