/*
 * The archive against a store that never ends: both get the same random batches, one of them is
 * ended and begun anew again and again, and what is read of both must be the same bit by bit.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "archive_fixture.h"
#include "db/db.h"
#include "series/archive/archive_file.h"
#include "series/archive/slot_rows.h"
#include "series/chunk_pack.h"

#define SERIES_COUNT 40
#define TARGETS      4 /* 0: loose samples */
#define RETENTION_MS INT64_C(3000000)

struct pair {
    struct random random;
    struct store *endless;
    store_target of_endless[TARGETS];
    store_target of_store[TARGETS];
    struct labels *labels[SERIES_COUNT];
    enum random_kind kind[SERIES_COUNT];
    double before[SERIES_COUNT];
};

static void begin_targets(struct pair *p)
{
    for (int i = 1; i < TARGETS; i++) {
        p->of_store[i] = store_add_target(fx.store);
    }
}

static void pair_init(struct pair *p, uint64_t seed)
{
    *p = (struct pair){.random = {seed}};
    p->endless = store_create(&(struct store_options){0}, fx.table);
    for (unsigned i = 0; i < SERIES_COUNT; i++) {
        p->labels[i] = fixture_labels(i % 2 != 0 ? "odd" : "even", i);
        p->kind[i] = (enum random_kind)random_below(&p->random, RANDOM_KIND_COUNT);
    }
    for (int i = 1; i < TARGETS; i++) {
        p->of_endless[i] = store_add_target(p->endless);
    }
}

static void pair_release(struct pair *p)
{
    for (unsigned i = 0; i < SERIES_COUNT; i++) {
        labels_unref(p->labels[i]);
    }
    store_destroy(p->endless);
}

static void commit_both(struct pair *p, size_t target, const struct batch *batch)
{
    struct error err = ERROR_INIT;
    ck_assert(store_commit(p->endless, p->of_endless[target], batch, NULL, &err));
    ck_assert(store_commit(fx.store, p->of_store[target], batch, NULL, &err));
}

/* Each series has a target it is of; now and then another one brings it, or it brings a time. */
static void step_commit(struct pair *p, size_t target, bool whole)
{
    struct random *r = &p->random;
    struct batch batch;
    batch_init(&batch);
    batch_reset(&batch, fx.now.ms - (!whole && random_below(r, 50) == 0 ? 40000 : 0));
    for (size_t i = 0; i < SERIES_COUNT; i++) {
        bool at_home = i % (TARGETS - 1) + 1 == target;
        if (at_home ? !whole && random_below(r, 6) == 0 : whole || random_below(r, 60) != 0) {
            continue;
        }
        double v = random_value(r, p->kind[i], p->before[i]);
        v = random_below(r, 100) == 0 ? stale_nan() : v;
        batch_add_labels(&batch, labels_ref(p->labels[i]), v);
        if (i % 7 == 3 && random_below(r, 3) == 0) {
            batch_set_time(&batch, batch.t_ms + (int64_t)random_below(r, 5) * 1000 - 3000);
        }
        p->before[i] = isfinite(v) ? v : p->before[i];
    }
    commit_both(p, target, &batch);
    batch_release(&batch);
}

static void step_remove_target(struct pair *p)
{
    size_t which = 1 + random_below(&p->random, TARGETS - 1);
    store_remove_target(p->endless, p->of_endless[which], fx.now.ms + 1);
    store_remove_target(fx.store, p->of_store[which], fx.now.ms + 1);
    p->of_endless[which] = store_add_target(p->endless);
    p->of_store[which] = store_add_target(fx.store);
}

struct comparison {
    int64_t from_ms;
    struct samples wanted;
    struct samples got;
    size_t wrong; /* counted, as Check notes every assertion in a file */
};

static void compare(struct comparison *c, const struct series *wanted, const struct series *got)
{
    int64_t t_ms = 0;
    double v = 0;
    size_t n = c->wanted.len;
    series_read(got, c->from_ms, INT64_MAX, &c->got);
    if (c->got.len != n) {
        c->wrong++;
    } else if (n > 0) {
        bool same = memcmp(c->got.t_ms, c->wanted.t_ms, n * sizeof(*c->got.t_ms)) == 0 &&
                    memcmp(c->got.v, c->wanted.v, n * sizeof(*c->got.v)) == 0 &&
                    series_newest(got) == series_newest(wanted) &&
                    series_read_last(got, INT64_MIN, INT64_MAX, &t_ms, &v) &&
                    t_ms == c->wanted.t_ms[n - 1] && memcmp(&v, &c->wanted.v[n - 1], 8) == 0;
        c->wrong += same ? 0 : 1;
    }
}

/* What is within the retention is the same; nothing else is there. */
static void check_same(const struct pair *p)
{
    struct selection all;
    struct selection kept;
    struct comparison c = {.from_ms =
                               fx.retention_ms != 0 ? fx.now.ms - fx.retention_ms : INT64_MIN};
    size_t at = 0;
    fixture_select(p->endless, &all);
    fixture_select(fx.store, &kept);
    VEC_EACH (&all.series, const struct series *, s) {
        series_read(*s, c.from_ms, INT64_MAX, &c.wanted);
        if (at < kept.series.len && series_labels(kept.series.items[at]) == series_labels(*s)) {
            compare(&c, *s, kept.series.items[at++]);
        } else {
            c.wrong += c.wanted.len > 0 ? 1 : 0;
        }
    }
    ck_assert_uint_eq(c.wrong, 0);
    ck_assert_uint_eq(at, kept.series.len);
    samples_release(&c.wanted);
    samples_release(&c.got);
    selection_release(&all);
    selection_release(&kept);
}

static void copy_file(const char *from, const char *to)
{
    char bytes[8192];
    size_t n;
    FILE *in = fopen(from, "re");
    FILE *out = fopen(to, "we");
    ck_assert(in != NULL && out != NULL);
    while ((n = fread(bytes, 1, sizeof(bytes), in)) > 0) {
        ck_assert_uint_eq(fwrite(bytes, 1, n, out), n);
    }
    fclose(in);
    fclose(out);
}

/* Each sample of the one is in the other, bit by bit. */
static bool is_part_of(const struct samples *part, const struct samples *all)
{
    size_t at = 0;
    for (size_t i = 0; i < part->len; i++) {
        while (at < all->len && all->t_ms[at] < part->t_ms[i]) {
            at++;
        }
        if (at == all->len || all->t_ms[at] != part->t_ms[i] ||
            memcmp(&all->v[at], &part->v[i], sizeof(*part->v)) != 0) {
            return false;
        }
        at++;
    }
    return true;
}

/* The files as a crash now would leave them: what they hold is what was, though not all of it.
 * Returns how many samples. */
static size_t check_crash(const struct pair *p)
{
    static const char *const parts[] = {"", "-wal"};
    struct error err = ERROR_INIT;
    struct archive_opened opened;
    char *folder = mem_printf("%s/crashed", fx.folder);
    ck_assert_int_eq(mkdir(folder, 0700), 0);
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        char *from = mem_printf("%s%s", fx.path, parts[i]);
        char *to = mem_printf("%s/archive.db%s", folder, parts[i]);
        copy_file(from, to);
        free(from);
        free(to);
    }
    struct store *store = store_create(&(struct store_options){0}, fx.table);
    struct archive *archive = archive_open(fx.loop, folder, store, fx.table, fx.retention_ms,
                                           (struct wall){fx.now.ms + 15000}, &opened, &err);
    ck_assert_msg(archive != NULL, "%s", error_text(&err));
    ck_assert_uint_eq(opened.unreadable, 0);
    struct selection all;
    struct selection kept;
    struct samples wanted = {.t_ms = NULL};
    struct samples got = {.t_ms = NULL};
    size_t at = 0;
    size_t wrong = 0;
    fixture_select(p->endless, &all);
    fixture_select(store, &kept);
    VEC_EACH (&all.series, const struct series *, s) {
        if (at < kept.series.len && series_labels(kept.series.items[at]) == series_labels(*s)) {
            series_read(*s, INT64_MIN, INT64_MAX, &wanted);
            series_read(kept.series.items[at++], INT64_MIN, INT64_MAX, &got);
            wrong += is_part_of(&got, &wanted) ? 0 : 1;
        }
    }
    ck_assert_uint_eq(wrong, 0);
    ck_assert_uint_eq(at, kept.series.len);
    samples_release(&wanted);
    samples_release(&got);
    selection_release(&all);
    selection_release(&kept);
    archive_close(archive, fx.now, 60000);
    store_destroy(store);
    size_t samples = opened.samples;
    archive_opened_release(&opened);
    nftw(folder, fixture_remove, 8, FTW_DEPTH | FTW_PHYS);
    free(folder);
    return samples;
}

/* Samples may bring times a little ahead, which are not restored before their time. */
static void restart(struct pair *p)
{
    fx.now.ms += 15000;
    fixture_restart();
    begin_targets(p);
    check_same(p);
    fx.now.ms += 15000;
    for (size_t i = 1; i < TARGETS; i++) {
        step_commit(p, i, true);
    }
    check_same(p);
}

static void run_pair(uint64_t seed, int64_t retention_ms, int steps)
{
    struct pair p;
    fx.retention_ms = retention_ms;
    fixture_open();
    pair_init(&p, seed);
    begin_targets(&p);
    for (int step = 0; step < steps; step++) {
        uint64_t what = random_below(&p.random, 400);
        fx.now.ms +=
            random_below(&p.random, 10) != 0 ? 15000 + (int64_t)random_below(&p.random, 7) : 0;
        if (what == 0) {
            step_remove_target(&p);
        } else if (what < 3) {
            restart(&p);
        } else if (what < 10) {
            store_trim(fx.store, fx.now.ms);
            fixture_keep();
            ck_assert_ptr_null(archive_problem(fx.archive));
            if (random_below(&p.random, 3) == 0) {
                check_crash(&p);
            }
        } else if (what == 10) {
            fx.now.ms += (int64_t)random_below(&p.random, 4000000);
        } else {
            size_t target = random_below(&p.random, 8);
            step_commit(&p, target < TARGETS ? target : 1, false);
        }
        if (step % 64 == 0) {
            check_same(&p);
        }
    }
    restart(&p);
    pair_release(&p);
}

START_TEST(restarts_change_nothing)
{
    run_pair((uint64_t)_i + 1, 0, 1500);
}
END_TEST

START_TEST(restarts_change_nothing_within_the_retention)
{
    run_pair((uint64_t)_i + 100, RETENTION_MS, 2500);
}
END_TEST

/* So many polls, 15 s apart, of so many series of one new target. */
static store_target poll(const char *name, unsigned series, unsigned polls)
{
    struct error err = ERROR_INIT;
    struct batch batch;
    store_target target = store_add_target(fx.store);
    batch_init(&batch);
    for (unsigned k = 0; k < polls; k++) {
        fx.now.ms += 15000;
        batch_reset(&batch, fx.now.ms);
        for (unsigned i = 0; i < series; i++) {
            batch_add_labels(&batch, fixture_labels(name, i), i * 1000.0 + k);
        }
        ck_assert(store_commit(fx.store, target, &batch, NULL, &err));
    }
    batch_release(&batch);
    return target;
}

static int64_t ask_file(const char *sql)
{
    struct error err = ERROR_INIT;
    int64_t answer = 0;
    struct connection *c = db_open_reader(fx.path, &archive_schema, &err);
    ck_assert_msg(c != NULL, "%s", error_text(&err));
    ck_assert_msg(connection_ask_int(c, sql, &answer, &err), "%s", error_text(&err));
    connection_close(c);
    return answer;
}

START_TEST(what_is_old_is_deleted)
{
    fx.retention_ms = RETENTION_MS;
    fixture_open();
    poll("a", 5, 100);
    fixture_keep();
    int64_t before = ask_file("SELECT count(*) FROM chunks");
    ck_assert_int_ge(before, 2);
    fx.now.ms += RETENTION_MS;
    poll("b", 5, 100);
    store_trim(fx.store, fx.now.ms);
    fixture_keep();
    ck_assert_int_eq(ask_file("SELECT count(*) FROM chunks WHERE timeline = 1"), 0);
    ck_assert_int_ge(ask_file("SELECT count(*) FROM chunks"), 2);
    fixture_restart();
    ck_assert_uint_eq(fx.opened.series, 5);
    fx.now.ms += 2 * RETENTION_MS;
    fixture_restart();
    ck_assert_uint_eq(fx.opened.series, 0);
}
END_TEST

/* What is open goes to disk every fifth pass, and is closed in the end as if nothing had been. */
START_TEST(a_crash_costs_minutes)
{
    struct pair p;
    fixture_open();
    pair_init(&p, 1);
    begin_targets(&p);
    for (int pass = 1; pass <= 40; pass++) {
        for (int i = 0; i < 16; i++) {
            fx.now.ms += 15000;
            step_commit(&p, 1, true);
        }
        fixture_keep();
        if (pass % 5 == 0) {
            struct store_stats stats;
            store_stats(fx.store, &stats);
            ck_assert_uint_eq(check_crash(&p), stats.samples);
        }
    }
    ck_assert_int_ge(ask_file("SELECT count(*) FROM open"), 1);
    fx.now.ms += 15000;
    fixture_restart();
    check_same(&p);
    pair_release(&p);
}
END_TEST

/* A pass hands out what is new, and no more. */
START_TEST(nothing_is_written_twice)
{
    struct archive_stats stats;
    fixture_open();
    poll("a", 5, 500);
    fixture_keep();
    archive_stats(fx.archive, &stats);
    ck_assert_uint_eq(stats.chunks, 2);
    fixture_keep();
    archive_stats(fx.archive, &stats);
    ck_assert_uint_eq(stats.chunks, 2);
    ck_assert_int_eq(ask_file("SELECT count(*) FROM slots"), 1);
    fixture_restart();
    ck_assert_uint_eq(fx.opened.chunks, 3);
    ck_assert_uint_eq(fx.opened.samples, 2500);
    fixture_keep();
    archive_stats(fx.archive, &stats);
    ck_assert_uint_eq(stats.chunks, 0);
}
END_TEST

/* Series that come and go: whose slots were is not kept for ever. */
START_TEST(slots_are_written_anew)
{
    fx.retention_ms = RETENTION_MS;
    fixture_open();
    for (int i = 0; i < 30; i++) {
        char name[16];
        (void)snprintf(name, sizeof(name), "come%d", i);
        store_target target = poll(name, 1500, 2);
        store_remove_target(fx.store, target, fx.now.ms + 1);
        fx.now.ms += RETENTION_MS / 4;
        store_trim(fx.store, fx.now.ms);
        fixture_keep();
    }
    ck_assert_int_gt(ask_file("SELECT max(generation) FROM slots"), 1);
    ck_assert_int_eq(ask_file("SELECT count(DISTINCT generation) FROM slots"), 1);
    struct store_stats before;
    struct store_stats after;
    store_stats(fx.store, &before);
    fixture_restart();
    store_stats(fx.store, &after);
    ck_assert_uint_eq(before.series, after.series);
}
END_TEST

START_TEST(more_series_than_the_store_takes)
{
    struct error err = ERROR_INIT;
    fixture_open();
    poll("a", 50, 3);
    fixture_close();
    fx.store = store_create(&(struct store_options){.max_series = 20}, fx.table);
    archive_opened_release(&fx.opened);
    fx.archive = archive_open(fx.loop, fx.folder, fx.store, fx.table, 0, fx.now, &fx.opened, &err);
    ck_assert_ptr_nonnull(fx.archive);
    ck_assert_uint_eq(fx.opened.series, 20);
    ck_assert_uint_eq(fx.opened.refused, 30);
}
END_TEST

/* Samples from ahead of the clock would keep all new ones away. */
START_TEST(the_clock_was_set_back)
{
    fixture_open();
    poll("a", 5, 3);
    fixture_close();
    fx.now.ms = START_MS;
    fixture_open();
    ck_assert_uint_eq(fx.opened.series, 0);
    poll("a", 5, 3);
    fixture_restart();
    ck_assert_uint_eq(fx.opened.series, 5);
}
END_TEST

static void damage(const char *sql)
{
    struct error err = ERROR_INIT;
    struct connection *c = connection_open(fx.path, CONNECTION_WRITE, &err);
    ck_assert_ptr_nonnull(c);
    ck_assert_msg(connection_run(c, sql, &err), "%s", error_text(&err));
    connection_close(c);
}

START_TEST(damaged_rows_are_left_out)
{
    fixture_open();
    poll("a", 5, 500);
    poll("b", 5, 10);
    fixture_close();
    damage("UPDATE chunks SET data = CAST(substr(data, 1, length(data) - 1) || x'00' AS BLOB) "
           "WHERE id = 1");
    fixture_open();
    ck_assert_uint_eq(fx.opened.unreadable, 1);
    ck_assert_uint_eq(fx.opened.series, 10);
    ck_assert_uint_eq(fx.opened.samples, 5 * 260 + 50);
    fixture_close();
    damage("UPDATE slots SET data = x'0101'");
    fixture_open();
    ck_assert_uint_ge(fx.opened.unreadable, 2);
    ck_assert_uint_eq(fx.opened.series, 0);
}
END_TEST

START_TEST(a_damaged_file_is_set_aside)
{
    fixture_open();
    poll("a", 5, 500);
    fixture_close();
    int fd = open(fx.path, O_WRONLY);
    ck_assert_int_eq(pwrite(fd, "nonsense nonsense", 17, 0), 17);
    close(fd);
    fixture_open();
    ck_assert_ptr_nonnull(fx.opened.set_aside);
    ck_assert_uint_eq(fx.opened.series, 0);
    poll("a", 5, 500);
    fixture_restart();
    ck_assert_uint_eq(fx.opened.series, 5);
}
END_TEST

/* Whatever the bytes are: no chunk, or one that reads. */
START_TEST(unpacking_takes_no_nonsense)
{
    struct random random = {(uint64_t)_i + 1};
    struct sealed_cursor cursor = {.stage = 0};
    struct strbuf packed = STRBUF_INIT;
    uint32_t timeline = 0;
    uint32_t row = 0;
    uint64_t value = 0;
    struct pair p;
    fx.store = store_create(&(struct store_options){0}, fx.table);
    pair_init(&p, (uint64_t)_i + 7);
    begin_targets(&p);
    for (int i = 0; i < 300; i++) {
        fx.now.ms += 15000;
        step_commit(&p, 1, i % 3 == 0);
    }
    const struct chunk *chunk = store_next_chunk(fx.store, &cursor, &timeline);
    ck_assert_ptr_nonnull(chunk);
    ck_assert(chunk_pack(chunk, &packed));
    struct chunk *same = chunk_unpack(strbuf_str(&packed), 9);
    ck_assert_ptr_nonnull(same);
    ck_assert_uint_eq(same->size, chunk->size);
    ck_assert(memcmp(same->offsets, chunk->offsets, (chunk->slots + 1) * sizeof(uint32_t)) == 0);
    size_t times_at = chunk->offsets[0] - chunk->times_len;
    ck_assert(memcmp((const char *)same + times_at, (const char *)chunk + times_at,
                     chunk->size - times_at) == 0);
    chunk_destroy(same);
    for (int i = 0; i < 3000; i++) {
        char *bytes = mem_strndup(packed.data, packed.len);
        size_t len =
            random_below(&random, 4) == 0 ? random_below(&random, packed.len + 1) : packed.len;
        for (uint64_t n = random_below(&random, 4); n > 0 && len > 0; n--) {
            bytes[random_below(&random, random_below(&random, 2) == 0 && len > 40 ? 40 : len)] =
                (char)random_next(&random);
        }
        struct chunk *made = chunk_unpack(str_span(bytes, len), 9);
        for (uint32_t slot = 0; made != NULL && slot < made->slots; slot++) {
            (void)chunk_last(made, slot, &row, &value);
        }
        chunk_destroy(made);
        free(bytes);
    }
    strbuf_release(&packed);
    pair_release(&p);
}
END_TEST

static bool is_even(const void *context, uint32_t timeline)
{
    (void)context;
    return timeline % 2 == 0;
}

/* Whose slots are comes back; from nonsense come sets of labels or nothing. */
START_TEST(rows_of_slots_take_no_nonsense)
{
    struct random random = {(uint64_t)_i + 1};
    struct sealed_slot slots[30];
    struct slot_list list = {.seen = 0};
    struct strbuf bytes = STRBUF_INIT;
    for (uint32_t i = 0; i < ARRAY_LEN(slots); i++) {
        slots[i] = (struct sealed_slot){.timeline = i % 4,
                                        .slot = i * 100,
                                        .first_chunk = UINT32_MAX - i,
                                        .labels = fixture_labels(i % 3 == 0 ? "a" : "b", i)};
    }
    ck_assert(slot_rows_encode(slots, ARRAY_LEN(slots), &bytes));
    ck_assert(slot_rows_decode(strbuf_str(&bytes), fx.table, is_even, NULL, &list));
    ck_assert_uint_eq(list.seen, ARRAY_LEN(slots));
    ck_assert_uint_eq(list.items.len, ARRAY_LEN(slots) / 2);
    for (uint32_t i = 0, at = 0; i < ARRAY_LEN(slots); i++) {
        if (slots[i].timeline % 2 == 0) {
            const struct sealed_slot *found = &list.items.items[at++];
            ck_assert(found->timeline == slots[i].timeline && found->slot == slots[i].slot);
            ck_assert_uint_eq(found->first_chunk, slots[i].first_chunk);
            ck_assert_ptr_eq(found->labels, slots[i].labels);
        }
    }
    slot_list_release(&list);
    for (int i = 0; i < 3000; i++) {
        char *copy = mem_strndup(bytes.data, bytes.len);
        size_t len =
            random_below(&random, 3) == 0 ? random_below(&random, bytes.len + 1) : bytes.len;
        for (uint64_t n = random_below(&random, 4); n > 0 && len > 0; n--) {
            copy[random_below(&random, len)] = (char)random_next(&random);
        }
        (void)slot_rows_decode(str_span(copy, len), fx.table, is_even, NULL, &list);
        slot_list_release(&list);
        free(copy);
    }
    for (size_t i = 0; i < ARRAY_LEN(slots); i++) {
        slot_release(&slots[i]);
    }
    strbuf_release(&bytes);
}
END_TEST

START_TEST(closing_in_the_middle_of_a_pass)
{
    fixture_open();
    poll("a", 3000, 250);
    archive_keep(fx.archive, fx.now);
    poll("b", 5, 10);
    fixture_restart();
    ck_assert_uint_eq(fx.opened.series, 3005);
    ck_assert_uint_eq(fx.opened.samples, 3000 * 250 + 50);
}
END_TEST

/* Not written now, but later. */
START_TEST(failures_are_tried_again)
{
    struct error err = ERROR_INIT;
    fixture_open();
    struct connection *c = connection_open(fx.path, CONNECTION_WRITE, &err);
    ck_assert_ptr_nonnull(c);
    ck_assert(connection_run(c,
                             "CREATE TRIGGER broken BEFORE INSERT ON chunks BEGIN"
                             " SELECT RAISE(ABORT, 'told to fail'); END",
                             &err));
    poll("a", 5, 500);
    fixture_keep();
    ck_assert_ptr_nonnull(archive_problem(fx.archive));
    fixture_keep();
    ck_assert_ptr_nonnull(strstr(archive_problem(fx.archive), "told to fail"));
    ck_assert(connection_run(c, "DROP TRIGGER broken", &err));
    connection_close(c);
    fixture_keep();
    ck_assert_ptr_null(archive_problem(fx.archive));
    ck_assert_int_eq(ask_file("SELECT count(*) FROM chunks"), 2);
    fixture_restart();
    ck_assert_uint_eq(fx.opened.samples, 2500);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("archive");
    tcase_add_checked_fixture(tc, fixture_setup, fixture_teardown);
    tcase_add_loop_test(tc, restarts_change_nothing, 0, 4);
    tcase_add_loop_test(tc, restarts_change_nothing_within_the_retention, 0, 4);
    tcase_add_test(tc, what_is_old_is_deleted);
    tcase_add_test(tc, a_crash_costs_minutes);
    tcase_add_test(tc, nothing_is_written_twice);
    tcase_add_test(tc, slots_are_written_anew);
    tcase_add_test(tc, more_series_than_the_store_takes);
    tcase_add_test(tc, the_clock_was_set_back);
    tcase_add_test(tc, damaged_rows_are_left_out);
    tcase_add_test(tc, a_damaged_file_is_set_aside);
    tcase_add_loop_test(tc, unpacking_takes_no_nonsense, 0, 4);
    tcase_add_loop_test(tc, rows_of_slots_take_no_nonsense, 0, 2);
    tcase_add_test(tc, closing_in_the_middle_of_a_pass);
    tcase_add_test(tc, failures_are_tried_again);
    return suite_run("series/archive", tc);
}
