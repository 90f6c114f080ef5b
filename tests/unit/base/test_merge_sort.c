/* Sorting that can pause. */
#include <stdint.h>
#include <stdlib.h>

#include "base/merge_sort.h"
#include "support/suite.h"

struct item {
    int key;
    int place;
};

static int by_key(const void *a, const void *b)
{
    const struct item *x = a;
    const struct item *y = b;
    return (x->key > y->key) - (x->key < y->key);
}

#define ITEMS 5000

static void fill(struct item *items, size_t count, uint32_t seed, uint32_t keys)
{
    for (size_t i = 0; i < count; i++) {
        seed = seed * 1664525 + 1013904223;
        items[i] = (struct item){(int)((seed >> 8) % keys), (int)i};
    }
}

START_TEST(sorts_and_keeps_the_order_of_equals)
{
    static struct item items[ITEMS];
    static const size_t counts[] = {0, 1, 2, 3, 7, 8, 9, 1000, ITEMS};
    for (size_t c = 0; c < ARRAY_LEN(counts); c++) {
        fill(items, counts[c], (uint32_t)c, 50);
        ck_assert(merge_sort(items, counts[c], sizeof(*items), by_key, NULL));
        for (size_t i = 1; i < counts[c]; i++) {
            bool equal = items[i - 1].key == items[i].key;
            ck_assert_int_le(items[i - 1].key, items[i].key);
            ck_assert(!equal || items[i - 1].place < items[i].place);
        }
    }
}
END_TEST

struct caller {
    size_t calls;
    size_t last;
};

static bool spend(void *user, size_t comparisons)
{
    struct caller *c = user;
    ck_assert_uint_gt(comparisons, 0);
    return ++c->calls != c->last;
}

/* Wherever it is called off, every item is there once. */
START_TEST(can_be_called_off)
{
    static struct item items[ITEMS];
    bool done = false;
    for (size_t last = 1; !done; last += 7) {
        struct caller caller = {.last = last};
        struct sort_pace pace = {.spend = spend, .user = &caller};
        bool seen[ITEMS] = {false};
        fill(items, ITEMS, 1, 1000000);
        done = merge_sort(items, ITEMS, sizeof(*items), by_key, &pace);
        ck_assert(done == (caller.calls < last));
        for (size_t i = 0; i < ITEMS; i++) {
            ck_assert(!seen[items[i].place]);
            seen[items[i].place] = true;
        }
    }
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("merge_sort");
    tcase_add_test(tc, sorts_and_keeps_the_order_of_equals);
    tcase_add_test(tc, can_be_called_off);
    return suite_run("base/merge_sort", tc);
}
