#include "source/prometheus/stamps.h"

#include "base/mem.h"

/* Between these seconds a stamp has from 8 to 16 bytes. */
#define FIRST_SECOND INT64_C(100000)
#define LAST_SECOND  INT64_C(9999999999)

static struct stamp stamp_of(int64_t t_ms)
{
    char text[32];
    size_t at = sizeof(text);
    text[--at] = '"';
    text[--at] = ',';
    int64_t ms = t_ms % 1000;
    if (ms != 0) {
        for (int i = 0; i < 3; i++) {
            text[--at] = (char)('0' + ms % 10);
            ms /= 10;
        }
        text[--at] = '.';
    }
    for (int64_t s = t_ms / 1000; s > 0; s /= 10) {
        text[--at] = (char)('0' + s % 10);
    }
    struct stamp stamp = {.len = sizeof(text) - at};
    memcpy(&stamp.head, text + at, sizeof(stamp.head));
    memcpy(&stamp.tail, text + sizeof(text) - sizeof(stamp.tail), sizeof(stamp.tail));
    return stamp;
}

struct stamp *stamps_create(const struct grid *grid)
{
    if (grid->steps > STAMPS_MAX || grid->start_ms / 1000 < FIRST_SECOND ||
        grid_end(grid) / 1000 > LAST_SECOND) {
        return NULL;
    }
    struct stamp *stamps = mem_alloc(grid->steps * sizeof(*stamps));
    for (size_t i = 0; i < grid->steps; i++) {
        stamps[i] = stamp_of(grid_time(grid, i));
    }
    return stamps;
}
