#include "support/fake_board.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/mem.h"
#include "series/labels.h"

#define STEP_MS  INT64_C(15000)
#define MINUTE   INT64_C(60000)
#define ABSENT   value_absent()
#define MACHINES 2

struct board {
    struct fake_options options;
    struct arena arena; /* of the current step */
    VEC(struct instance) instances;
    struct panel *http, *host;
    uint64_t version;
};

/* --- what the panel library would give --- */

size_t board_count(const struct board *board)
{
    return board->instances.len;
}

const struct instance *board_at(const struct board *board, size_t i)
{
    return &board->instances.items[i];
}

const struct instance *board_find(const struct board *board, uint64_t id)
{
    for (size_t i = 0; i < board->instances.len; i++) {
        if (board->instances.items[i].id == id) {
            return &board->instances.items[i];
        }
    }
    return NULL;
}

uint64_t board_version(const struct board *board)
{
    return board->version;
}

size_t panel_find_signal(const struct panel *panel, const char *name)
{
    for (size_t i = 0; i < panel->signals.len; i++) {
        if (strcmp(panel->signals.items[i].name, name) == 0) {
            return i;
        }
    }
    return PANEL_NONE;
}

const struct signal_row *instance_signal(const struct instance *instance, const char *signal)
{
    size_t i = panel_find_signal(instance->panel, signal);
    return i != PANEL_NONE && instance->signals[i].count > 0 ? &instance->signals[i].rows[0] : NULL;
}

struct panel *panel_ref(const struct panel *panel)
{
    struct panel *counted = (struct panel *)(uintptr_t)panel;
    counted->refs++;
    return counted;
}

void panel_unref(struct panel *panel)
{
    if (panel == NULL || --panel->refs > 0) {
        return;
    }
    VEC_EACH (&panel->signals, struct panel_signal, signal) {
        free(signal->name);
        free(signal->title);
    }
    VEC_EACH (&panel->resources, struct panel_resource, resource) {
        free(resource->name);
    }
    VEC_EACH (&panel->view, struct panel_row, row) {
        VEC_EACH (&row->cells, struct panel_cell, cell) {
            vec_release(&cell->signals);
        }
        vec_release(&row->cells);
    }
    vec_release(&panel->signals);
    vec_release(&panel->resources);
    vec_release(&panel->view);
    free(panel->name);
    free(panel->title);
    free(panel);
}

/* --- panels --- */

static void add_signal(struct panel *panel, const char *name, const char *title, enum unit unit,
                       double warning, double critical)
{
    struct panel_signal signal = {.name = mem_strdup(name),
                                  .title = mem_strdup(title),
                                  .unit = unit,
                                  .rollup =
                                      unit == UNIT_PER_SECOND ? PANEL_ROLLUP_AVG : PANEL_ROLLUP_MAX,
                                  .has_warning = warning > 0,
                                  .has_critical = critical > 0,
                                  .warning = warning,
                                  .critical = critical};
    vec_push(&panel->signals, signal);
}

static void add_cell(struct panel_row *row, size_t first, size_t count)
{
    struct panel_cell cell = {.signals = {0}};
    for (size_t i = 0; i < count; i++) {
        vec_push(&cell.signals, first + i);
    }
    vec_push(&row->cells, cell);
}

static struct panel *http_panel(void)
{
    struct panel *panel = mem_zalloc(1, sizeof(*panel));
    panel->refs = 1;
    panel->name = mem_strdup("http-server");
    panel->title = mem_strdup("HTTP server");
    panel->shape = PANEL_RED;
    add_signal(panel, "rate", "rate", UNIT_PER_SECOND, 0, 0);
    add_signal(panel, "errors", "errors", UNIT_RATIO, 0.01, 0.05);
    add_signal(panel, "p50", "p50", UNIT_SECONDS, 0, 0);
    add_signal(panel, "p95", "p95", UNIT_SECONDS, 0.5, 0);
    add_signal(panel, "p99", "p99", UNIT_SECONDS, 0, 0);
    struct panel_row top = {.cells = {0}}, bottom = {.cells = {0}};
    add_cell(&top, 0, 1);
    add_cell(&top, 1, 1);
    add_cell(&bottom, 2, 3);
    vec_push(&panel->view, top);
    vec_push(&panel->view, bottom);
    return panel;
}

enum {
    H_CPU,
    H_LOAD,
    H_MEMORY,
    H_PRESSURE,
    H_OOM,
    H_DISK,
    H_QUEUE,
    H_FILESYSTEM,
    H_INODES,
    H_RECEIVE,
    H_TRANSMIT,
    H_DROPS,
    H_COUNT
};

static void add_resource(struct panel *panel, const char *name, size_t utilization,
                         size_t saturation, size_t errors)
{
    struct panel_resource resource = {.name = mem_strdup(name),
                                      .utilization = utilization,
                                      .saturation = saturation,
                                      .errors = errors};
    vec_push(&panel->resources, resource);
}

static struct panel *host_panel(void)
{
    struct panel *panel = mem_zalloc(1, sizeof(*panel));
    panel->refs = 1;
    panel->name = mem_strdup("host");
    panel->title = mem_strdup("Host");
    panel->shape = PANEL_USE;
    add_signal(panel, "cpu_utilization", "cpu", UNIT_RATIO, 0.85, 0.95);
    add_signal(panel, "cpu_load", "load/cpu", UNIT_COUNT, 1.5, 4);
    add_signal(panel, "memory_utilization", "memory", UNIT_RATIO, 0.85, 0.95);
    add_signal(panel, "memory_pressure", "waiting", UNIT_RATIO, 0.1, 0.4);
    add_signal(panel, "oom_kills", "oom kills", UNIT_COUNT, 1, 1);
    add_signal(panel, "disk_utilization", "busy", UNIT_RATIO, 0.9, 0);
    add_signal(panel, "disk_queue", "queue", UNIT_COUNT, 8, 32);
    add_signal(panel, "filesystem_utilization", "full", UNIT_RATIO, 0.85, 0.95);
    add_signal(panel, "filesystem_inodes", "inodes", UNIT_RATIO, 0.85, 0.95);
    add_signal(panel, "network_receive", "in", UNIT_BYTES_PER_SECOND, 0, 0);
    add_signal(panel, "network_transmit", "out", UNIT_BYTES_PER_SECOND, 0, 0);
    add_signal(panel, "network_drops", "drops", UNIT_PER_SECOND, 10, 0);
    add_resource(panel, "cpu", H_CPU, H_LOAD, PANEL_NONE);
    add_resource(panel, "memory", H_MEMORY, H_PRESSURE, H_OOM);
    add_resource(panel, "disk", H_DISK, H_QUEUE, PANEL_NONE);
    add_resource(panel, "filesystem", H_FILESYSTEM, H_INODES, PANEL_NONE);
    add_resource(panel, "net in", H_RECEIVE, H_DROPS, PANEL_NONE);
    struct panel_row row = {.cells = {0}};
    add_cell(&row, H_CPU, 1);
    add_cell(&row, H_RECEIVE, 2);
    vec_push(&panel->view, row);
    return panel;
}

/* --- data --- */

/* Noise in [-1, 1) that depends on the time and the series only. */
static double noise(int64_t t, uint64_t seed)
{
    uint64_t x = (uint64_t)(t / STEP_MS) * UINT64_C(0x9E3779B97F4A7C15) + seed;
    x ^= x >> 31;
    x *= UINT64_C(0xBF58476D1CE4E5B9);
    x ^= x >> 29;
    return (double)(x >> 12) / (double)(UINT64_C(1) << 51) - 1;
}

enum shape { SHAPE_CALM, SHAPE_RISE, SHAPE_GAP, SHAPE_IDLE, SHAPE_STALE, SHAPE_ZERO, SHAPE_YOUNG };

struct curve {
    double base, high;
    enum shape shape;
    uint64_t seed;
};

static double curve_at(const struct curve *curve, int64_t t)
{
    int64_t ago = FAKE_NOW - t;
    double value = curve->base * (1 + 0.08 * noise(t, curve->seed));
    switch (curve->shape) {
    case SHAPE_CALM:
        return value;
    case SHAPE_RISE: {
        double part = 1 - (double)(ago - 17 * MINUTE) / (double)(6 * MINUTE);
        part = part < 0 ? 0 : part > 1 ? 1 : part;
        return value + (curve->high - curve->base) * part * (1 + 0.03 * noise(t, curve->seed + 1));
    }
    case SHAPE_GAP:
        return ago > 30 * MINUTE && ago <= 35 * MINUTE ? ABSENT : value;
    case SHAPE_IDLE:
        return ago < 9 * MINUTE ? (double)NAN : value;
    case SHAPE_STALE:
        return ago < 6 * MINUTE ? ABSENT : value;
    case SHAPE_ZERO:
        return 0;
    case SHAPE_YOUNG:
        return ago > 20 * MINUTE ? ABSENT : value;
    }
    return ABSENT;
}

static enum signal_level level_of(const struct panel_signal *signal, double value)
{
    return signal->has_critical && value >= signal->critical ? LEVEL_CRITICAL
           : signal->has_warning && value >= signal->warning ? LEVEL_WARNING
                                                             : LEVEL_OK;
}

static void fill_row(struct board *board, struct instance *instance, size_t signal,
                     const char *detail, const struct curve *curve, struct signal_row *row)
{
    double *points = arena_array(&board->arena, double, instance->grid.steps);
    *row = (struct signal_row){.detail = detail, .points = points, .state = SIGNAL_NO_DATA};
    for (size_t i = 0; i < instance->grid.steps; i++) {
        points[i] = curve_at(curve, grid_time(&instance->grid, i));
        if (value_is_absent(points[i])) {
            continue;
        }
        row->state = isnan(points[i]) ? SIGNAL_NO_TRAFFIC : SIGNAL_VALUE;
        row->now = points[i];
        points[i] = board->options.just_started ? ABSENT : points[i];
    }
    if (row->state == SIGNAL_VALUE && instance->state == INSTANCE_LIVE) {
        row->level = level_of(&instance->panel->signals.items[signal], row->now);
        instance->level = row->level > instance->level ? row->level : instance->level;
    }
}

static void set_signal(struct board *board, struct instance *instance, size_t signal,
                       const char *const *details, size_t count, struct curve curve)
{
    struct signal_row *rows = arena_array(&board->arena, struct signal_row, count);
    for (size_t i = 0; i < count; i++) {
        struct curve own = curve;
        own.seed += i * 977;
        own.base *= 1 - 0.3 * (double)i;
        fill_row(board, instance, signal, details[i], &own, &rows[i]);
    }
    instance->signals[signal] = (struct signal_rows){.rows = rows, .count = count};
}

static struct instance *add_instance(struct board *board, const struct panel *panel,
                                     const char *name, uint64_t id, bool stale)
{
    int64_t now = board->options.now_ms;
    int64_t end = now / STEP_MS * STEP_MS;
    struct instance instance = {.id = id,
                                .panel = panel,
                                .name = name,
                                .source = "prom-a",
                                .grid = grid_range(end - board->options.range_ms, end, STEP_MS),
                                .last_seen = {stale ? FAKE_NOW - 6 * MINUTE : end},
                                .state = stale ? INSTANCE_STALE : INSTANCE_LIVE};
    instance.signals = arena_array(&board->arena, struct signal_rows, panel->signals.len);
    vec_push(&board->instances, instance);
    return &board->instances.items[board->instances.len - 1];
}

static const struct {
    const char *name, *wide;
    double rate, errors, p50, p95;
    enum shape shape;
} services[FAKE_SERVICES] = {
    {"checkout", "checkout", 412, 0.0642, 0.088, 1.9, SHAPE_RISE},
    {"payments", "\xE6\xB1\xBA\xE6\xB8\x88\xE3\x82\xB5\xE3\x83\xBC\xE3\x83\x93\xE3\x82\xB9", 96,
     0.021, 0.14, 0.82, SHAPE_RISE},
    {"cart", "cafe\xCC\x81-cart", 1200, 0.0031, 0.022, 0.31, SHAPE_CALM},
    {"search", "\x1B[31msearch\x07\n\xE2\x80\xAEx", 3400, 0.0002, 0.061, 0.44, SHAPE_CALM},
    {"inventory", "inventory-of-everything-there-is-in-eu-central-1a", 210, 0.0009, 0.035, 0.13,
     SHAPE_GAP},
    {"web", "\xF0\x9F\x9B\x92 shop", 5100, 0, 0.018, 0.095, SHAPE_CALM},
    {"auth", "\xEC\x9D\xB8\xEC\xA6\x9D", 880, 0, 0.009, 0.041, SHAPE_YOUNG},
    {"mailer", "\xFF\xFEmailer", 12, 0, 0.21, 0.6, SHAPE_IDLE},
    {"pricing", "pricing", 35, 0.001, 0.05, 0.2, SHAPE_STALE},
};

static void add_service(struct board *board, size_t i)
{
    static const char *const whole[] = {""};
    enum shape shape = services[i].shape;
    struct instance *instance =
        add_instance(board, board->http,
                     board->options.wide_names ? services[i].wide : services[i].name, 100 + i,
                     shape == SHAPE_STALE);
    bool rise = shape == SHAPE_RISE;
    double p95 = services[i].p95, errors = services[i].errors;
    uint64_t seed = 1000 * (i + 1);
    struct curve rate = {services[i].rate * (rise ? 1.6 : 1), services[i].rate, shape, seed};
    struct curve error = {rise ? errors / 20 : errors, errors, shape, seed + 1};
    struct curve p50 = {services[i].p50, services[i].p50, shape, seed + 2};
    struct curve slow = {rise ? p95 / 6 : p95, p95, shape, seed + 3};
    struct curve slowest = {rise ? p95 / 4 : p95 * 1.8, p95 * 2.2, shape, seed + 4};
    if (services[i].errors == 0 && shape == SHAPE_CALM) {
        error.shape = SHAPE_ZERO;
    }
    set_signal(board, instance, 0, whole, 1, rate);
    set_signal(board, instance, 1, whole, 1, error);
    set_signal(board, instance, 2, whole, 1, p50);
    set_signal(board, instance, 3, whole, 1, slow);
    set_signal(board, instance, 4, whole, 1, slowest);
    if (i == 0) {
        instance->signals[4].rows[0].above_highest_bucket = true;
        instance->signals[4].rows[0].now = 10;
    }
}

static void add_machine(struct board *board, size_t i)
{
    static const char *const names[MACHINES] = {"ip-10-2-7-31:9100", "ip-10-2-7-44:9100"};
    static const char *const whole[] = {""}, *const disks[] = {"nvme0n1", "sda"};
    static const char *const mounts[] = {"/", "/var/lib/postgresql"}, *const nets[] = {"eth0"};
    bool stale = i == 1 && board->options.stale_machine;
    enum shape calm = stale ? SHAPE_STALE : SHAPE_CALM;
    struct instance *m = add_instance(board, board->host, names[i], 200 + i, stale);
    uint64_t s = 70000 * (i + 1);
    double busy = i == 0 ? 0.975 : 0.31;
    set_signal(board, m, H_CPU, whole, 1,
               (struct curve){i == 0 ? 0.55 : busy, busy, i == 0 ? SHAPE_RISE : calm, s});
    set_signal(board, m, H_LOAD, whole, 1,
               (struct curve){i == 0 ? 3.5 : 0.4, i == 0 ? 3.5 : 0.4, calm, s + 1});
    set_signal(board, m, H_MEMORY, whole, 1, (struct curve){0.64, 0, calm, s + 2});
    set_signal(board, m, H_PRESSURE, whole, 1, (struct curve){0.001, 0, calm, s + 3});
    set_signal(board, m, H_OOM, whole, 1, (struct curve){0, 0, SHAPE_ZERO, s + 4});
    set_signal(board, m, H_DISK, disks, 2, (struct curve){0.41, 0, calm, s + 5});
    set_signal(board, m, H_QUEUE, disks, 2, (struct curve){0.8, 0, calm, s + 6});
    set_signal(board, m, H_FILESYSTEM, mounts, 2, (struct curve){0.71, 0, calm, s + 7});
    set_signal(board, m, H_INODES, mounts, 2, (struct curve){0.12, 0, calm, s + 8});
    set_signal(board, m, H_RECEIVE, nets, 1,
               (struct curve){6.1e6, 0, stale ? SHAPE_STALE : SHAPE_GAP, s + 9});
    set_signal(board, m, H_TRANSMIT, nets, 1,
               (struct curve){2.2e6, 0, stale ? SHAPE_STALE : SHAPE_GAP, s + 10});
    set_signal(board, m, H_DROPS, nets, 1, (struct curve){i == 0 ? 12 : 0, 0, calm, s + 11});
    if (stale) { /* its kernel never told the load */
        m->signals[H_LOAD].rows[0].state = SIGNAL_NO_DATA;
    }
}

void fake_board_step(struct board *board, int64_t now_ms)
{
    board->options.now_ms = now_ms;
    board->version++;
    arena_release(&board->arena);
    arena_init(&board->arena);
    board->instances.len = 0;
    for (size_t i = 0; i < board->options.services; i++) {
        add_service(board, i);
    }
    for (size_t i = 0; !board->options.no_machines && i < MACHINES; i++) {
        add_machine(board, i);
    }
}

void fake_board_drop(struct board *board, size_t index)
{
    vec_remove(&board->instances, index);
    board->version++;
}

struct board *fake_board_create(const struct fake_options *options)
{
    struct board *board = mem_zalloc(1, sizeof(*board));
    board->options = *options;
    board->options.now_ms = options->now_ms != 0 ? options->now_ms : FAKE_NOW;
    board->options.range_ms = options->range_ms != 0 ? options->range_ms : 60 * MINUTE;
    board->options.services = options->no_services ? 0
                              : options->services == 0 || options->services > FAKE_SERVICES
                                  ? FAKE_SERVICES
                                  : options->services;
    board->http = http_panel();
    board->host = host_panel();
    arena_init(&board->arena);
    fake_board_step(board, board->options.now_ms);
    return board;
}

void fake_board_destroy(struct board *board)
{
    panel_unref(board->http);
    panel_unref(board->host);
    arena_release(&board->arena);
    vec_release(&board->instances);
    free(board);
}

/* --- sources and model --- */

static void fill_source(struct source_health *s, const char *name, const char *kind,
                        const char *endpoint, enum source_state state, int64_t now_ms)
{
    *s = (struct source_health){
        .state = state, .interval_ms = 15000, .attempts = 240, .samples = 1243, .bytes = 81920};
    snprintf(s->name, sizeof(s->name), "%s", name);
    snprintf(s->kind, sizeof(s->kind), "%s", kind);
    snprintf(s->endpoint, sizeof(s->endpoint), "%s", endpoint);
    s->last_success.ms = now_ms / STEP_MS * STEP_MS + 7000;
    s->last_success.ms -= s->last_success.ms > now_ms ? STEP_MS : 0;
    s->next_attempt.ms = s->last_success.ms + STEP_MS;
    for (size_t i = 0; i < SOURCE_HEALTH_LATENCIES; i++) {
        s->latency_ms[i] = 36 + 4 * noise((int64_t)i * STEP_MS, 5);
    }
}

void fake_sources(struct source_health sources[FAKE_SOURCES], int64_t now_ms)
{
    fill_source(&sources[0], "prom-a", "prometheus", "10.2.8.8:9090", SOURCE_UP, now_ms);
    fill_source(&sources[1], "prom-b", "prometheus", "10.2.8.9:9090", SOURCE_DOWN, now_ms);
    fill_source(&sources[2], "here", "host", "", SOURCE_UP, now_ms);
    sources[0].has_clock_skew = true;
    sources[0].clock_skew_ms = 120;
    struct source_health *down = &sources[1];
    down->last_success.ms = now_ms - 368000;
    down->down_since.ms = now_ms - 338000;
    down->next_attempt.ms = now_ms + 11000;
    down->failures = down->failures_in_a_row = 24;
    down->error_kind = ERROR_REFUSED;
    snprintf(down->error, sizeof(down->error), "connect 10.2.8.9:9090: Connection refused");
    for (size_t i = 20; i < SOURCE_HEALTH_LATENCIES; i++) {
        down->latency_ms[i] = (double)NAN;
    }
}

struct ui_model fake_model(const struct board *board, const struct source_health *sources,
                           int64_t now_ms)
{
    return (struct ui_model){.board = board,
                             .sources = sources,
                             .source_count = sources != NULL ? FAKE_SOURCES : 0,
                             .environment = "prod-eu1",
                             .version = "0.1.0",
                             .now = {now_ms},
                             .range_ms = 60 * MINUTE,
                             .bytes_to_terminal = 52100};
}
