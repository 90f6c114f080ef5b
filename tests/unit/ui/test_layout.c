/* Arithmetic of places: nothing overlaps, nothing leaves the screen, at any size. */
#include <check.h>
#include <stdlib.h>

#include "support/suite.h"
#include "ui/layout.h"
#include "ui/widgets/table.h"

static const struct {
    int width, height;
    enum size_class size;
} classes[] = {
    {0, 0, SIZE_MICRO},   {1, 1, SIZE_MICRO},    {39, 50, SIZE_MICRO},  {100, 7, SIZE_MICRO},
    {40, 8, SIZE_NARROW}, {40, 12, SIZE_NARROW}, {79, 50, SIZE_NARROW}, {200, 19, SIZE_NARROW},
    {80, 24, SIZE_STD},   {80, 20, SIZE_STD},    {119, 60, SIZE_STD},   {120, 20, SIZE_WIDE},
    {179, 80, SIZE_WIDE}, {250, 44, SIZE_WIDE},  {180, 45, SIZE_WALL},  {1000, 1000, SIZE_WALL},
};

START_TEST(test_class)
{
    ck_assert_int_eq(size_class_of(classes[_i].width, classes[_i].height), classes[_i].size);
}
END_TEST

static bool is_within(struct rect inner, struct rect outer)
{
    return rect_is_empty(inner) ||
           (inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w &&
            inner.y + inner.h <= outer.y + outer.h);
}

static bool overlap(struct rect a, struct rect b)
{
    return !rect_is_empty(rect_intersect(a, b));
}

/* How many of the overview's panels stand outside of the body or over another one. */
static size_t wrong_panels(enum size_class size, struct rect body, size_t services, int loud)
{
    int most = layout_alert_rows(size, body);
    struct overview_layout o =
        layout_overview(size, body, services, 50 - services, loud < most ? loud : most);
    const struct rect panels[] = {o.services, o.resources, o.alerts, o.charts, o.more};
    size_t wrong = 0;
    for (size_t i = 0; i < ARRAY_LEN(panels); i++) {
        wrong += !is_within(panels[i], body);
        for (size_t j = 0; j < i; j++) {
            wrong += overlap(panels[i], panels[j]);
        }
    }
    return wrong;
}

START_TEST(test_every_size)
{
    size_t wrong = 0, sizes = 0;
    for (int w = 0; w <= 260; w += 1 + w / 40) {
        for (int h = 0; h <= 90; h++, sizes++) {
            struct rect all = rect_at(0, 0, w, h);
            struct screen_layout s = layout_screen(w, h, true, true, true);
            const struct rect rows[] = {s.status, s.title, s.body, s.notice, s.hints};
            for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
                wrong += !is_within(rows[i], all);
                for (size_t j = 0; j < i; j++) {
                    wrong += overlap(rows[i], rows[j]);
                }
            }
            for (size_t n = 0; n < 40; n += 13) {
                wrong += wrong_panels(size_class_of(w, h), s.body, n, 0);
                wrong += wrong_panels(size_class_of(w, h), s.body, n, 7);
            }
        }
    }
    ck_assert_uint_gt(sizes, 1000);
    ck_assert_uint_eq(wrong, 0);
}
END_TEST

static const struct {
    int total, a, b, want_a, want_b;
} shares[] = {
    {20, 5, 6, 5, 6},    {20, 30, 5, 15, 5}, {20, 5, 30, 5, 15},
    {20, 30, 30, 12, 8}, {0, 5, 5, 0, 0},    {-3, 5, 5, 0, 0},
};

START_TEST(test_share)
{
    int a = shares[_i].a, b = shares[_i].b;
    layout_share(shares[_i].total, &a, &b);
    ck_assert_int_eq(a, shares[_i].want_a);
    ck_assert_int_eq(b, shares[_i].want_b);
}
END_TEST

START_TEST(test_cells)
{
    struct rect r = rect_at(3, 2, 100, 30);
    ck_assert_uint_eq(layout_cell_rows(100, 3, 40), 2);
    struct rect a = layout_cell(r, 0, 3, 40), b = layout_cell(r, 1, 3, 40),
                last = layout_cell(r, 2, 3, 40);
    ck_assert_int_eq(a.w + b.w, 100);
    ck_assert_int_eq(b.x, a.x + a.w);
    ck_assert_int_eq(last.w, 100); /* alone in its row */
    ck_assert_int_eq(a.h + last.h, 30);
    ck_assert_uint_eq(layout_cell_rows(10, 3, 40), 3);
    ck_assert_uint_eq(layout_cell_rows(0, 0, 40), 0);
}
END_TEST

static const struct table_column columns[] = {
    {"S", 1, 1, 0, false, ALIGN_LEFT},     {"NAME", 4, 12, 0, false, ALIGN_LEFT},
    {"RATE", 7, 7, 2, false, ALIGN_RIGHT}, {"P50", 7, 7, 1, false, ALIGN_RIGHT},
    {"P95", 7, 7, 0, false, ALIGN_RIGHT},  {"SPARK", 8, 16, 3, true, ALIGN_LEFT},
};

static const struct {
    int room;
    int widths[6];
} tables[] = {
    {100, {1, 12, 7, 7, 7, 61}}, {55, {1, 12, 7, 7, 7, 16}}, {47, {1, 12, 7, 7, 7, 8}},
    {46, {1, 12, 7, 0, 7, 15}},  {38, {1, 12, 0, 0, 7, 15}}, {30, {1, 12, 7, 0, 7, 0}},
    {20, {1, 10, 0, 0, 7, 0}},   {14, {1, 4, 0, 0, 7, 0}},   {5, {1, 3, 0, 0, 0, 0}},
    {0, {0, 0, 0, 0, 0, 0}},
};

START_TEST(test_table)
{
    struct table_layout layout =
        table_fit(columns, ARRAY_LEN(columns), rect_at(2, 0, tables[_i].room, 1));
    int x = 2;
    for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
        ck_assert_int_eq(layout.width[i], tables[_i].widths[i]);
        if (layout.width[i] > 0) {
            ck_assert_int_eq(layout.x[i], x);
            x += layout.width[i] + 1;
        }
    }
    ck_assert_int_le(x, 2 + tables[_i].room + 1);
}
END_TEST

static void set_rows(struct list *list, const char *ids, size_t rows)
{
    list_begin(list);
    for (; *ids != '\0'; ids++) {
        vec_push(&list->ids, (uint64_t)*ids);
    }
    list_fit(list, rows);
}

START_TEST(test_selection_is_an_id)
{
    struct list list = {.top = 0};
    set_rows(&list, "", 3);
    list_move(&list, 1);
    ck_assert_uint_eq(list_selected(&list), SIZE_MAX);
    set_rows(&list, "abcdef", 3);
    ck_assert_uint_eq(list.selected, 'a');
    list_move(&list, 2);
    ck_assert_uint_eq(list.selected, 'c');
    set_rows(&list, "fedcba", 3); /* sorted the other way round */
    ck_assert_uint_eq(list.selected, 'c');
    ck_assert_uint_eq(list_selected(&list), 3);
    ck_assert(list.top <= 3 && 3 < list.top + 3);
    set_rows(&list, "fedba", 3); /* it is gone: what took its place */
    ck_assert_uint_eq(list.selected, 'b');
    list_move(&list, -100);
    ck_assert_uint_eq(list.selected, 'f');
    set_rows(&list, "fedba", 3);
    ck_assert_uint_eq(list.top, 0);
    list_move(&list, 100);
    set_rows(&list, "fedba", 3);
    ck_assert_uint_eq(list.selected, 'a');
    ck_assert_uint_eq(list.top, 2);
    set_rows(&list, "fedba", 10);
    ck_assert_uint_eq(list.top, 0);
    set_rows(&list, "fedba", 0);
    ck_assert_uint_eq(list.top, 0);
    list_release(&list);
}
END_TEST

int main(void)
{
    TCase *layout = tcase_create("layout");
    tcase_add_loop_test(layout, test_class, 0, ARRAY_LEN(classes));
    tcase_add_test(layout, test_every_size);
    tcase_add_loop_test(layout, test_share, 0, ARRAY_LEN(shares));
    tcase_add_test(layout, test_cells);
    TCase *table = tcase_create("table");
    tcase_add_loop_test(table, test_table, 0, ARRAY_LEN(tables));
    tcase_add_test(table, test_selection_is_an_id);
    return suite_run("ui/layout", layout, table);
}
