#include "ui/layout.h"

/* A chart in a frame: two rows of frame, one of times, three of values. */
#define CHART_MIN_ROWS   6
#define CHART_IDEAL_ROWS 7
#define CHART_MAX_ROWS   16
/* Below it a narrow screen with alerts has no room for resources. */
#define NARROW_ALL_ROWS 14

enum size_class size_class_of(int width, int height)
{
    if (width < 40 || height < 8) {
        return SIZE_MICRO;
    }
    if (width < 80 || height < 20) {
        return SIZE_NARROW;
    }
    if (width < 120) {
        return SIZE_STD;
    }
    return width >= 180 && height >= 45 ? SIZE_WALL : SIZE_WIDE;
}

struct screen_layout layout_screen(int width, int height, bool with_title, bool with_hints,
                                   bool with_notice)
{
    struct screen_layout l = {.status = rect_at(0, 0, width, height > 0 ? 1 : 0)};
    int top = 1, bottom = height;
    if (with_hints && height >= 6) {
        l.hints = rect_at(0, --bottom, width, 1);
    }
    if (with_notice && height >= 3) {
        l.notice = rect_at(0, --bottom, width, 1);
    }
    if (with_title && height >= 10) {
        l.title = rect_at(0, top++, width, 1);
    }
    l.body = rect_at(0, top, width, bottom - top);
    return l;
}

void layout_share(int total, int *a, int *b)
{
    total = total > 0 ? total : 0;
    if (*a + *b <= total) {
        return;
    }
    int second = total * 2 / 5;
    if (*b <= second) {
        *a = total - *b;
    } else if (*a <= total - second) {
        *b = total - *a;
    } else {
        *a = total - second;
        *b = second;
    }
}

/* A list's rows with its head (and a rule above the second list). */
static int wanted_rows(size_t rows, int extra)
{
    return rows == 0 ? 0 : (int)(rows < CANVAS_MAX_SIDE ? rows : CANVAS_MAX_SIDE) + extra;
}

static void stack_lists(struct overview_layout *l, struct rect r, size_t services, size_t resources)
{
    int a = wanted_rows(services, 1);
    int b = wanted_rows(resources, services > 0 ? 2 : 1);
    layout_share(r.h, &a, &b);
    l->services = rect_at(r.x, r.y, r.w, a);
    l->resources = rect_at(r.x, r.y + a, r.w, b);
}

static void lists_over_charts(struct overview_layout *l, struct rect body, size_t services,
                              size_t resources)
{
    int lists = wanted_rows(services, 1) + wanted_rows(resources, services > 0 ? 2 : 1);
    int charts = body.h - lists;
    if (charts < CHART_IDEAL_ROWS) { /* the lists scroll rather than that the charts go */
        charts = body.h / 3 < CHART_IDEAL_ROWS ? body.h / 3 : CHART_IDEAL_ROWS;
    }
    charts = charts > CHART_MAX_ROWS ? CHART_MAX_ROWS : charts;
    if (charts < CHART_MIN_ROWS) {
        charts = 0;
    }
    stack_lists(l, rect_at(body.x, body.y, body.w, body.h - charts), services, resources);
    int top = l->resources.y + l->resources.h;
    l->charts = rect_at(body.x, top, body.w, charts);
}

static struct overview_layout board_layout(enum size_class size, struct rect body, size_t services,
                                           size_t resources)
{
    struct overview_layout l = {.services = {0}};
    switch (size) {
    case SIZE_MICRO:
    case SIZE_NARROW:
        stack_lists(&l, body, services, resources);
        break;
    case SIZE_STD:
        lists_over_charts(&l, body, services, resources);
        break;
    case SIZE_WIDE: {
        int left = body.w * 6 / 10;
        stack_lists(&l, rect_at(body.x, body.y, left, body.h), services, resources);
        l.charts = rect_at(body.x + left + 1, body.y, body.w - left - 1, body.h);
        int lists = l.services.h + l.resources.h;
        if (services > 0 && resources > 0 && body.h - lists >= CHART_IDEAL_ROWS) {
            int rows = body.h - lists < CHART_MAX_ROWS ? body.h - lists : CHART_MAX_ROWS;
            l.more = rect_at(body.x, body.y + lists, left, rows);
        }
        break;
    }
    case SIZE_WALL: {
        int stacked = wanted_rows(services, 1) + wanted_rows(resources, 2);
        if (services == 0 || resources == 0 || stacked <= body.h) {
            return board_layout(SIZE_WIDE, body, services, resources);
        }
        int column = (body.w - 2) / 3;
        l.services = rect_at(body.x, body.y, column, body.h);
        l.resources = rect_at(body.x + column + 1, body.y, column, body.h);
        l.charts = rect_at(body.x + 2 * column + 2, body.y, body.w - 2 * column - 2, body.h);
        break;
    }
    }
    return l;
}

int layout_alert_rows(enum size_class size, struct rect body)
{
    switch (size) {
    case SIZE_MICRO:
        return 0;
    case SIZE_NARROW:
        return body.h / 2;
    case SIZE_STD:
        return body.h >= 26 ? 6 : 4;
    case SIZE_WIDE:
    case SIZE_WALL:
        return body.h / 4;
    }
    return 0;
}

/* Charts at their least, resources a row at their least; services have the rest. */
static void squeeze(struct overview_layout *l, struct rect body, size_t services, size_t resources,
                    int alerts)
{
    int a = wanted_rows(services, 1), b = wanted_rows(resources, services > 0 ? 2 : 1);
    int charts = body.h - alerts >= a + CHART_MIN_ROWS + 2 ? CHART_MIN_ROWS : 0;
    int lists = body.h - alerts - charts;
    int least = resources > 0 && services > 0 ? 3 : 0;
    a = a < lists - least || services == 0 ? a : lists - least;
    b = b < lists - a ? b : lists - a;
    charts = charts > 0 ? body.h - alerts - a - b : 0;
    charts = charts < CHART_MAX_ROWS ? charts : CHART_MAX_ROWS;
    l->services = rect_at(body.x, body.y, body.w, a);
    l->resources = rect_at(body.x, body.y + a, body.w, b);
    l->alerts = rect_at(body.x, body.y + a + b, body.w, alerts);
    l->charts = rect_at(body.x, body.y + a + b + alerts, body.w, charts);
}

/* Above the charts of the rightmost column. */
static struct overview_layout over_charts(enum size_class size, struct rect body, size_t services,
                                          size_t resources, int alerts)
{
    struct overview_layout l = board_layout(size, body, services, resources);
    l.alerts = rect_at(l.charts.x, l.charts.y, l.charts.w, alerts);
    l.charts = rect_at(l.charts.x, l.charts.y + alerts, l.charts.w, l.charts.h - alerts);
    return l;
}

struct overview_layout layout_overview(enum size_class size, struct rect body, size_t services,
                                       size_t resources, int alerts)
{
    struct overview_layout l = {.services = {0}};
    if (alerts <= 0) {
        return board_layout(size, body, services, resources);
    }
    switch (size) {
    case SIZE_MICRO:
        return board_layout(size, body, services, resources);
    case SIZE_NARROW:
        l = board_layout(size, rect_at(body.x, body.y, body.w, body.h - alerts), services,
                         body.h < NARROW_ALL_ROWS && services > 0 ? 0 : resources);
        l.alerts = rect_at(body.x, l.resources.y + l.resources.h, body.w, alerts);
        return l;
    case SIZE_STD:
        squeeze(&l, body, services, resources, alerts);
        return l;
    case SIZE_WIDE:
    case SIZE_WALL:
        return over_charts(size, body, services, resources, alerts);
    }
    return l;
}

static size_t cells_a_row(int width, size_t count, int min_width)
{
    size_t fit = min_width > 0 && width > min_width ? (size_t)(width / min_width) : 1;
    return fit < count ? fit : count > 0 ? count : 1;
}

size_t layout_cell_rows(int width, size_t count, int min_width)
{
    size_t a_row = cells_a_row(width, count, min_width);
    return (count + a_row - 1) / a_row;
}

struct rect layout_cell(struct rect r, size_t i, size_t count, int min_width)
{
    size_t a_row = cells_a_row(r.w, count, min_width);
    size_t rows = layout_cell_rows(r.w, count, min_width);
    size_t row = i / a_row, column = i % a_row;
    /* The last row's cells share its whole width. */
    size_t in_row = row + 1 == rows && count % a_row != 0 ? count % a_row : a_row;
    int y0 = r.h * (int)row / (int)rows, y1 = r.h * (int)(row + 1) / (int)rows;
    int x0 = r.w * (int)column / (int)in_row, x1 = r.w * (int)(column + 1) / (int)in_row;
    return rect_at(r.x + x0, r.y + y0, x1 - x0, y1 - y0);
}
