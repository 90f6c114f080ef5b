/*
 * Reading numbers: number_scan against libc's strtod over the same text, for the kinds of numbers
 * that stand in metrics pages and query answers. With --check it exits 1 where the gain is less
 * than what performance.md builds on (strtod being most of the cost of a point).
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "base/number.h"

#define NUMBERS 1000000
#define BYTES   32 /* of one number at most */
#define ROUNDS  5

enum kind { KIND_COUNTER, KIND_MILLIS, KIND_SHORT, KIND_LONG, KIND_COUNT };

static const struct {
    const char *name;
    double least_gain; /* over strtod */
} kinds[KIND_COUNT] = {
    [KIND_COUNTER] = {"counters, 4 to 13 digits", 2},
    [KIND_MILLIS] = {"timestamps, seconds.millis", 3},
    [KIND_SHORT] = {"gauges, 6 digits with a point", 2.5},
    [KIND_LONG] = {"rates, 15 to 17 digits", 3},
};

static uint64_t random_u64(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static int write_number(char *out, enum kind kind, uint64_t *seed)
{
    uint64_t r = random_u64(seed);
    switch (kind) {
    case KIND_COUNTER:
        return snprintf(out, BYTES, "%llu,", (unsigned long long)(r >> (20 + r % 30)));
    case KIND_MILLIS:
        return snprintf(out, BYTES, "%llu.%03u,", (unsigned long long)(1700000000 + r % 10000000),
                        (unsigned)(r >> 40) % 1000);
    case KIND_SHORT:
        return snprintf(out, BYTES, "%.6g,", exp((double)(r >> 12) / 0x1p52 * 14));
    case KIND_LONG:
    case KIND_COUNT:
        break;
    }
    return snprintf(out, BYTES, "%.17g,", (double)(r >> 12) / 0x1p52 * 1000);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The sum keeps the work from being left out, and shows that both read the same. */
static double scan_all(const char *text, size_t len, double *sum)
{
    double begin = seconds();
    *sum = 0;
    for (const char *p = text; p != NULL && p < text + len;) {
        double value = 0;
        p = number_scan(p, text + len, &value);
        *sum += value;
        p = p != NULL ? p + 1 : NULL;
    }
    return seconds() - begin;
}

static double strtod_all(const char *text, size_t len, double *sum)
{
    double begin = seconds();
    *sum = 0;
    for (const char *p = text; p < text + len; p++) {
        char *behind;
        *sum += strtod(p, &behind);
        p = behind;
    }
    return seconds() - begin;
}

int main(int argc, char **argv)
{
    bool check = argc > 1 && strcmp(argv[1], "--check") == 0;
    char *text = mem_zalloc(NUMBERS, BYTES);
    int status = 0;
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        uint64_t seed = 42;
        size_t len = 0;
        for (size_t i = 0; i < NUMBERS; i++) {
            len += (size_t)write_number(text + len, (enum kind)kind, &seed);
        }
        double best = INFINITY;
        double best_strtod = INFINITY;
        double sum;
        double sum_strtod;
        for (int round = 0; round < ROUNDS; round++) {
            best = fmin(best, scan_all(text, len, &sum));
            best_strtod = fmin(best_strtod, strtod_all(text, len, &sum_strtod));
        }
        double gain = best_strtod / best;
        printf("%-32s %5.1f ns, %5.0f MB/s; strtod %5.1f ns; %.1f times\n", kinds[kind].name,
               best / NUMBERS * 1e9, (double)len / best / 1e6, best_strtod / NUMBERS * 1e9, gain);
        if (sum != sum_strtod || (check && gain < kinds[kind].least_gain)) {
            status = 1;
        }
    }
    free(text);
    return status;
}
