/* The overview's two lists as tables. */
#ifndef TOCSIN_UI_VIEWS_LISTS_H
#define TOCSIN_UI_VIEWS_LISTS_H

#include "ui/views/rows.h"

void service_list_draw(struct frame *frame, struct rect r, const struct board_rows *rows,
                       bool focus);
void resource_list_draw(struct frame *frame, struct rect r, const struct board_rows *rows,
                        bool focus);
/* "cpu", "disk sda": a resource and the device that is the worst of it. */
void resource_title(struct strbuf *out, const struct board_row *row);

#endif
