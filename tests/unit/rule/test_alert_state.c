/*
 * The states of one alert: the whole table of steps, what no sequence of steps may do, what is
 * taken up again after a restart, and when an alert flaps.
 */
#include "rule/alert_state.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "support/suite.h"

#define MINUTE ((int64_t)60 * 1000)
#define NOW    (100 * MINUTE)
#define FOR    (5 * MINUTE)
#define KEEP   (5 * MINUTE)

/*
 * Where a step starts from: never there, resolved; pending for less than `for` and for as long;
 * firing; kept firing for less than `keep_firing_for` and for as long. Behind it `?`: unknown for
 * two minutes; `~`: nothing known for two minutes, and not told.
 */
static struct alert_status start_of(const char *name)
{
    static const struct {
        char name;
        struct alert_status status;
    } starts[] = {
        {'I', {.phase = ALERT_INACTIVE}},
        {'R',
         {.phase = ALERT_INACTIVE,
          .active_at_ms = NOW - 20 * MINUTE,
          .fired_at_ms = NOW - 10 * MINUTE,
          .resolved_at_ms = NOW - 2 * MINUTE}},
        {'p', {.phase = ALERT_PENDING, .active_at_ms = NOW - 3 * MINUTE}},
        {'P', {.phase = ALERT_PENDING, .active_at_ms = NOW - FOR}},
        {'F',
         {.phase = ALERT_FIRING,
          .active_at_ms = NOW - 20 * MINUTE,
          .fired_at_ms = NOW - 10 * MINUTE}},
        {'k',
         {.phase = ALERT_FIRING,
          .active_at_ms = NOW - 20 * MINUTE,
          .fired_at_ms = NOW - 10 * MINUTE,
          .keep_firing_since_ms = NOW - KEEP + 1}},
        {'K',
         {.phase = ALERT_FIRING,
          .active_at_ms = NOW - 20 * MINUTE,
          .fired_at_ms = NOW - 10 * MINUTE,
          .keep_firing_since_ms = NOW - KEEP}},
    };
    struct alert_status s = {0};
    for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
        s = starts[i].name == name[0] ? starts[i].status : s;
    }
    s.unknown = name[1] == '?';
    s.frozen_since_ms = name[1] != '\0' ? NOW - 2 * MINUTE : 0;
    return s;
}

enum column { HOLDS, HOLDS_NOT, HELD, NO_ANSWER, UNKNOWN, AS_FIRING, AS_OK, KEPT, COLUMNS };

/*
 * What a step gives: the phase, `?` where unknown lies over it, and the change: - none, b pending,
 * f fired, r resolved, d dropped, u unknown, k known again. With `for` of five minutes, and nothing
 * kept.
 */
static const struct {
    const char *start;
    const char *results[COLUMNS];
} steps[] = {
    /*      holds  not   held   error  unknown firing ok   keep */
    {"I", {"Pb", "I-", "I-", "I-", "I-", "I-", "I-", "I-"}},
    {"R", {"Pb", "I-", "I-", "I-", "I-", "I-", "I-", "I-"}},
    {"p", {"P-", "Id", "Id", "P-", "P?u", "P-", "Id", "P-"}},
    {"P", {"Ff", "Id", "Id", "P-", "P?u", "Ff", "Id", "P-"}},
    {"F", {"F-", "Ir", "F-", "F-", "F?u", "F-", "Ir", "F-"}},
    {"k", {"F-", "Ir", "F-", "F-", "F?u", "F-", "Ir", "F-"}},
    {"K", {"F-", "Ir", "F-", "F-", "F?u", "F-", "Ir", "F-"}},
    {"p?", {"Pk", "Id", "Id", "P?-", "P?-", "Pk", "Id", "P?-"}},
    {"P?", {"Pk", "Id", "Id", "P?-", "P?-", "Pk", "Id", "P?-"}},
    {"F?", {"Fk", "Ir", "Fk", "F?-", "F?-", "Fk", "Ir", "F?-"}},
    {"k?", {"Fk", "Ir", "Fk", "F?-", "F?-", "Fk", "Ir", "F?-"}},
    {"K?", {"Fk", "Ir", "Fk", "F?-", "F?-", "Fk", "Ir", "F?-"}},
    {"p~", {"P-", "Id", "Id", "P-", "P?u", "P-", "Id", "P-"}},
    {"P~", {"P-", "Id", "Id", "P-", "P?u", "P-", "Id", "P-"}},
    {"F~", {"F-", "Ir", "F-", "F-", "F?u", "F-", "Ir", "F-"}},
    {"k~", {"F-", "Ir", "F-", "F-", "F?u", "F-", "Ir", "F-"}},
    {"K~", {"F-", "Ir", "F-", "F-", "F?u", "F-", "Ir", "F-"}},
};

/* Without `for`, what holds (and what counts as if it did, where it was there) fires at once. */
static const char *without_for(const char *start, enum column column, const char *result)
{
    bool starts = start[0] == 'I' || start[0] == 'R';
    bool waits = start[0] == 'p' || start[0] == 'P';
    return (column == HOLDS && (starts || waits)) || (column == AS_FIRING && waits) ? "Ff" : result;
}

/* With `keep_firing_for`, what fired and has not been kept so long yet goes on. */
static const char *with_keep(const char *start, enum column column, const char *result)
{
    bool kept = start[0] == 'F' || start[0] == 'k';
    bool over = column == HOLDS_NOT || column == AS_OK;
    return !kept || !over ? result : start[1] == '?' ? "Fk" : "F-";
}

static char letter_of(enum alert_change change)
{
    static const char letters[] = "-bfrduk";
    return letters[change];
}

static void check_times(const struct alert_status *before, const struct alert_status *after,
                        enum alert_change change, enum column column, const char *what)
{
    bool began = change == ALERT_CHANGE_PENDING ||
                 (change == ALERT_CHANGE_FIRED && before->phase == ALERT_INACTIVE);
    ck_assert_msg(after->active_at_ms == (began ? NOW : before->active_at_ms), "%s", what);
    bool fired = change == ALERT_CHANGE_FIRED;
    ck_assert_msg(after->fired_at_ms == (fired   ? NOW
                                         : began ? 0
                                                 : before->fired_at_ms),
                  "%s", what);
    bool over = change == ALERT_CHANGE_RESOLVED || change == ALERT_CHANGE_DROPPED;
    ck_assert_msg(after->resolved_at_ms == (over    ? NOW
                                            : began ? 0
                                                    : before->resolved_at_ms),
                  "%s", what);
    /* Nothing is known since when, and what of it does not count. */
    bool knows = column != NO_ANSWER && column != UNKNOWN && column != KEPT;
    bool was_frozen = before->frozen_since_ms != 0;
    int64_t frozen_ms = knows || before->phase == ALERT_INACTIVE ? 0
                        : was_frozen                             ? before->frozen_since_ms
                                                                 : NOW;
    ck_assert_msg(after->frozen_since_ms == frozen_ms, "%s", what);
    ck_assert_msg(after->held_ms == (knows && was_frozen ? 2 * MINUTE : 0), "%s", what);
    bool keeps = column == HOLDS_NOT || column == AS_OK;
    if (after->phase == ALERT_FIRING && knows && !keeps) {
        ck_assert_msg(after->keep_firing_since_ms == 0, "%s", what);
    } else if (after->phase == ALERT_FIRING && keeps && before->keep_firing_since_ms == 0) {
        ck_assert_msg(after->keep_firing_since_ms == NOW, "%s", what);
    } else if (before->phase == ALERT_FIRING) {
        ck_assert_msg(after->phase == ALERT_INACTIVE ||
                          after->keep_firing_since_ms == before->keep_firing_since_ms,
                      "%s", what);
    }
}

static void check_step(const char *start, enum alert_finding finding, enum column column,
                       struct alert_policy policy, const char *expected)
{
    struct alert_status before = start_of(start), after = before;
    enum alert_change change = alert_status_step(&after, &policy, finding, NOW);
    char what[100], got[4] = {"IPF"[after.phase], after.unknown ? '?' : letter_of(change)};
    got[2] = after.unknown ? letter_of(change) : '\0';
    snprintf(what, sizeof(what), "%s, finding %d, for %lld, keep %lld, %d %d: %s, not %s", start,
             finding, (long long)policy.for_ms, (long long)policy.keep_firing_for_ms,
             policy.on_missing, policy.on_error, got, expected);
    ck_assert_msg(strcmp(got, expected) == 0, "%s", what);
    check_times(&before, &after, change, column, what);
    ck_assert(alert_status_fires(&after) == (after.phase == ALERT_FIRING));
    ck_assert_int_eq(alert_status_state(&after), after.unknown ? ALERT_UNKNOWN : after.phase);
}

/* Every finding that leads to the column, with every policy that makes it do so. */
static void check_column(const char *start, enum column column, struct alert_policy policy,
                         const char *expected)
{
    static const enum alert_finding plain[] = {FINDING_TRUE, FINDING_FALSE, FINDING_HELD,
                                               FINDING_ERROR};
    static const enum rule_missing choices[] = {RULE_MISSING_UNKNOWN, RULE_MISSING_FIRING,
                                                RULE_MISSING_OK, RULE_MISSING_KEEP};
    for (size_t i = 0; i < ARRAY_LEN(choices); i++) {
        if (column <= NO_ANSWER) {
            policy.on_missing = choices[i];
            policy.on_error = choices[(i + 1) % 4];
            check_step(start, plain[column], column, policy, expected);
            if (column == HOLDS_NOT) {
                check_step(start, FINDING_GONE, column, policy, expected);
            }
            continue;
        }
        policy.on_missing = choices[column - UNKNOWN];
        policy.on_error = choices[i];
        check_step(start, FINDING_MISSING, column, policy, expected);
        policy.on_error = choices[column - UNKNOWN];
        policy.on_missing = choices[i];
        check_step(start, FINDING_FAILING, column, policy, expected);
    }
}

START_TEST(every_step)
{
    const char *start = steps[_i].start;
    for (enum column c = 0; c < COLUMNS; c++) {
        for (unsigned variant = 0; variant < 8; variant++) {
            const char *expected = steps[_i].results[c];
            struct alert_policy policy = {.for_ms = FOR, .flapping = (variant & 4) != 0};
            if ((variant & 1) != 0) {
                policy.for_ms = 0;
                expected = without_for(start, c, expected);
            }
            if ((variant & 2) != 0) {
                policy.keep_firing_for_ms = KEEP;
                expected = with_keep(start, c, expected);
            }
            check_column(start, c, policy, expected);
        }
    }
}
END_TEST

static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* What a sequence must keep, counted beside it in another way. */
struct model {
    int64_t last_ms;
    int64_t counted_ms; /* towards `for` */
    bool knew;          /* the last evaluation */
    int64_t fired_at_ms;
};

static bool is_blind(enum alert_finding finding, const struct alert_policy *policy)
{
    enum rule_missing what = finding == FINDING_MISSING ? policy->on_missing : policy->on_error;
    return finding == FINDING_ERROR ||
           ((finding == FINDING_MISSING || finding == FINDING_FAILING) &&
            (what == RULE_MISSING_UNKNOWN || what == RULE_MISSING_KEEP));
}

static void check_sequence_step(struct model *m, const struct alert_status *before,
                                const struct alert_status *after, enum alert_change change,
                                bool blind, const struct alert_policy *policy, int64_t t_ms)
{
    m->counted_ms += m->knew ? t_ms - m->last_ms : 0;
    bool began = before->phase == ALERT_INACTIVE && after->phase != ALERT_INACTIVE;
    m->counted_ms = began ? 0 : m->counted_ms;
    ck_assert_int_eq(after->phase == ALERT_FIRING && before->phase != ALERT_FIRING,
                     change == ALERT_CHANGE_FIRED);
    if (change == ALERT_CHANGE_FIRED) {
        ck_assert_int_ge(m->counted_ms, policy->for_ms);
        ck_assert(policy->for_ms == 0 || before->phase == ALERT_PENDING);
        ck_assert_int_gt(after->fired_at_ms, m->fired_at_ms);
        m->fired_at_ms = after->fired_at_ms;
    }
    if (after->phase == ALERT_PENDING) {
        ck_assert_int_eq(alert_status_progress_ms(after, t_ms), m->counted_ms);
    }
    if (blind) {
        ck_assert_int_eq(after->phase, before->phase);
        ck_assert(change == ALERT_CHANGE_NONE || change == ALERT_CHANGE_UNKNOWN);
    }
    ck_assert(after->phase != ALERT_INACTIVE || (!after->unknown && after->frozen_since_ms == 0));
    ck_assert(after->fired_at_ms == 0 || after->fired_at_ms >= before->fired_at_ms);
    m->knew = !blind;
    m->last_ms = t_ms;
}

START_TEST(sequences)
{
    uint32_t random = 88172645U + (uint32_t)_i;
    for (unsigned run = 0; run < 400; run++) {
        const struct alert_policy policy = {
            .for_ms = (int64_t)(next_random(&random) % 3) * 2 * MINUTE,
            .keep_firing_for_ms = (int64_t)(next_random(&random) % 3) * 2 * MINUTE,
            .on_missing = (enum rule_missing)(next_random(&random) % 4),
            .on_error = (enum rule_missing)(next_random(&random) % 4),
            .flapping = next_random(&random) % 2 == 0};
        struct alert_status s = {0};
        struct model m = {.last_ms = NOW, .knew = true};
        int64_t t_ms = NOW;
        for (unsigned i = 0; i < 100; i++) {
            t_ms += 1000 + (int64_t)(next_random(&random) % 60) * 1000;
            /* Mostly true, or little would ever fire. */
            uint32_t which = next_random(&random) % 14;
            enum alert_finding finding = which > FINDING_FAILING ? FINDING_TRUE : (int)which;
            struct alert_status before = s;
            enum alert_change change = alert_status_step(&s, &policy, finding, t_ms);
            check_sequence_step(&m, &before, &s, change, is_blind(finding, &policy), &policy, t_ms);
        }
    }
}
END_TEST

START_TEST(progress_goes_on_behind_a_gap)
{
    const struct alert_policy policy = {.for_ms = FOR};
    struct alert_status s = {0};
    ck_assert_int_eq(alert_status_step(&s, &policy, FINDING_TRUE, NOW), ALERT_CHANGE_PENDING);
    ck_assert_int_eq(alert_status_step(&s, &policy, FINDING_MISSING, NOW + 3 * MINUTE),
                     ALERT_CHANGE_UNKNOWN);
    ck_assert_int_eq(alert_status_progress_ms(&s, NOW + 30 * MINUTE), 3 * MINUTE);
    ck_assert_int_eq(alert_status_step(&s, &policy, FINDING_TRUE, NOW + 60 * MINUTE),
                     ALERT_CHANGE_KNOWN);
    ck_assert_int_eq(alert_status_step(&s, &policy, FINDING_TRUE, NOW + 62 * MINUTE - 1),
                     ALERT_CHANGE_NONE);
    ck_assert_int_eq(alert_status_step(&s, &policy, FINDING_TRUE, NOW + 62 * MINUTE),
                     ALERT_CHANGE_FIRED);
    ck_assert_int_eq(s.active_at_ms, NOW);
}
END_TEST

static const struct {
    const char *start;
    int64_t down_ms;
    bool goes_on;
    int64_t progress_ms; /* behind the first evaluation that holds */
} restarts[] = {
    {"I", MINUTE, true, 0},
    {"R", 2 * ALERT_RESTORE_MAX_MS, true, 0},
    {"p", MINUTE, true, 3 * MINUTE},
    {"p", ALERT_RESTORE_MAX_MS, true, 3 * MINUTE},
    {"p", ALERT_RESTORE_MAX_MS + 1, false, 0},
    {"p?", MINUTE, true, MINUTE},
    {"P?", ALERT_RESTORE_MAX_MS + 1, false, 0},
    {"F", 10 * ALERT_RESTORE_MAX_MS, true, 20 * MINUTE},
    {"F?", 10 * ALERT_RESTORE_MAX_MS, true, 18 * MINUTE},
    {"F", -MINUTE, true, 20 * MINUTE}, /* the clock was set back */
};

START_TEST(what_is_taken_up_again)
{
    struct alert_status s = start_of(restarts[_i].start), kept = s;
    int64_t now_ms = NOW + restarts[_i].down_ms;
    ck_assert_int_eq(alert_status_restore(&s, NOW, now_ms), restarts[_i].goes_on);
    if (!restarts[_i].goes_on) {
        return;
    }
    ck_assert_int_eq(s.phase, kept.phase);
    ck_assert_int_eq(s.unknown, kept.unknown);
    ck_assert_int_eq(s.active_at_ms, kept.active_at_ms);
    ck_assert_int_eq(s.fired_at_ms, kept.fired_at_ms);
    ck_assert_int_eq(s.resolved_at_ms, kept.resolved_at_ms);
    if (kept.phase != ALERT_INACTIVE && restarts[_i].down_ms > 0) {
        const struct alert_policy policy = {.for_ms = FOR};
        (void)alert_status_step(&s, &policy, FINDING_TRUE, now_ms);
        ck_assert_int_eq(alert_status_progress_ms(&s, now_ms), restarts[_i].progress_ms);
    }
}
END_TEST

/*
 * By hand, of 21 states: the change before the newest state counts 1.2, each older one 0.4 / 19
 * less. Five changes in a row are (5 * 1.2 - 0.4 * 10 / 19) / 20 = 28.9 %, six are 34.4 %. Of seven
 * that are k states old: at k = 15 five are left, (5 * 1.2 - 0.4 * 85 / 19) / 20 = 21.1 %, at
 * k = 16 four, (4 * 1.2 - 0.4 * 70 / 19) / 20 = 16.6 %.
 */
START_TEST(flapping_holds_an_alert_open)
{
    const struct alert_policy policy = {.flapping = true};
    struct alert_status s = {0};
    int64_t t_ms = NOW;
    for (unsigned i = 0; i < 7; i++, t_ms += MINUTE) {
        ck_assert_msg(!s.flapping, "%u", i);
        enum alert_change change =
            alert_status_step(&s, &policy, i % 2 == 0 ? FINDING_TRUE : FINDING_FALSE, t_ms);
        ck_assert_int_eq(change, i % 2 == 0 ? ALERT_CHANGE_FIRED : ALERT_CHANGE_RESOLVED);
    }
    ck_assert(s.flapping);
    ck_assert_int_eq(alert_status_step(&s, &policy, FINDING_FALSE, t_ms), ALERT_CHANGE_NONE);
    for (unsigned k = 1; k <= 15; k++) {
        t_ms += MINUTE;
        /* What is not known is no state of the history. */
        (void)alert_status_step(&s, &policy, FINDING_ERROR, t_ms - 1);
        ck_assert_int_eq(alert_status_step(&s, &policy, FINDING_FALSE, t_ms), ALERT_CHANGE_NONE);
        ck_assert_msg(s.flapping && s.phase == ALERT_FIRING, "%u", k);
    }
    t_ms += MINUTE;
    ck_assert_int_eq(alert_status_step(&s, &policy, FINDING_FALSE, t_ms), ALERT_CHANGE_RESOLVED);
    ck_assert(!s.flapping);
}
END_TEST

START_TEST(nothing_flaps_where_it_is_not_asked_for)
{
    const struct alert_policy policy = {0};
    struct alert_status s = {0};
    for (unsigned i = 0; i < 50; i++) {
        enum alert_change change = alert_status_step(
            &s, &policy, i % 2 == 0 ? FINDING_TRUE : FINDING_FALSE, NOW + i * MINUTE);
        ck_assert_int_eq(change, i % 2 == 0 ? ALERT_CHANGE_FIRED : ALERT_CHANGE_RESOLVED);
        ck_assert(!s.flapping);
    }
    /* It is once it is asked for: the history is there. */
    const struct alert_policy flapping = {.flapping = true};
    (void)alert_status_step(&s, &flapping, FINDING_TRUE, NOW + 50 * MINUTE);
    ck_assert(s.flapping);
    (void)alert_status_step(&s, &policy, FINDING_FALSE, NOW + 51 * MINUTE);
    ck_assert(!s.flapping && s.phase == ALERT_INACTIVE);
}
END_TEST

START_TEST(what_has_not_recovered_stays)
{
    const struct alert_policy policy = {.keep_firing_for_ms = KEEP};
    struct alert_status s = {0};
    (void)alert_status_step(&s, &policy, FINDING_TRUE, NOW);
    (void)alert_status_step(&s, &policy, FINDING_FALSE, NOW + MINUTE);
    /* It is kept from the time on at which it has recovered. */
    ck_assert_int_eq(alert_status_step(&s, &policy, FINDING_HELD, NOW + 20 * MINUTE),
                     ALERT_CHANGE_NONE);
    ck_assert_int_eq(alert_status_step(&s, &policy, FINDING_FALSE, NOW + 21 * MINUTE),
                     ALERT_CHANGE_NONE);
    ck_assert_int_eq(alert_status_step(&s, &policy, FINDING_FALSE, NOW + 26 * MINUTE - 1),
                     ALERT_CHANGE_NONE);
    ck_assert_int_eq(alert_status_step(&s, &policy, FINDING_FALSE, NOW + 26 * MINUTE),
                     ALERT_CHANGE_RESOLVED);
}
END_TEST

START_TEST(names)
{
    ck_assert_str_eq(alert_state_name(ALERT_INACTIVE), "inactive");
    ck_assert_str_eq(alert_state_name(ALERT_PENDING), "pending");
    ck_assert_str_eq(alert_state_name(ALERT_FIRING), "firing");
    ck_assert_str_eq(alert_state_name(ALERT_UNKNOWN), "unknown");
    ck_assert_str_eq(alert_change_name(ALERT_CHANGE_RESOLVED), "resolved");
    ck_assert_str_eq(alert_change_name(ALERT_CHANGE_KNOWN), "known");
}
END_TEST

/* However the clock is set between two evaluations, what counts goes on as if it had not been. */
START_TEST(steps_of_the_clock_do_not_count)
{
    static const int64_t steps_ms[] = {-60 * MINUTE, -5000, 5000, 60 * MINUTE,
                                       400 * 24 * 60 * MINUTE};
    static const char *const starts[] = {"p", "p~", "p?", "F", "F?", "k", "R", "I"};
    const struct alert_policy policy = {.for_ms = FOR, .keep_firing_for_ms = KEEP};
    int64_t step_ms = steps_ms[_i];
    for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
        for (enum alert_finding finding = FINDING_TRUE; finding <= FINDING_FAILING; finding++) {
            struct alert_status a = start_of(starts[i]);
            struct alert_status b = a;
            for (int64_t t_ms = NOW; t_ms < NOW + 8 * MINUTE; t_ms += MINUTE) {
                bool after = t_ms >= NOW + MINUTE;
                int64_t other_ms = after ? t_ms + step_ms : t_ms;
                if (t_ms == NOW + MINUTE) {
                    alert_status_follow_clock(&b, step_ms);
                }
                ck_assert_int_eq(alert_status_step(&a, &policy, finding, t_ms),
                                 alert_status_step(&b, &policy, finding, other_ms));
                ck_assert_int_eq(alert_status_state(&a), alert_status_state(&b));
                if (a.phase == ALERT_PENDING) {
                    ck_assert_int_eq(alert_status_progress_ms(&a, t_ms),
                                     alert_status_progress_ms(&b, other_ms));
                }
            }
            bool began_after = a.active_at_ms > NOW;
            ck_assert_int_eq(b.active_at_ms, a.active_at_ms + (began_after ? step_ms : 0));
        }
    }
}
END_TEST

/* Set back while tocsin did not run: the pending one goes on, the kept one does not last. */
START_TEST(a_clock_set_back_while_it_was_away)
{
    const struct alert_policy policy = {.for_ms = FOR, .keep_firing_for_ms = KEEP};
    int64_t now_ms = NOW - 60 * MINUTE;
    struct alert_status s = start_of("p");
    ck_assert(alert_status_restore(&s, NOW, now_ms));
    ck_assert_int_eq(alert_status_progress_ms(&s, now_ms), 3 * MINUTE);
    (void)alert_status_step(&s, &policy, FINDING_TRUE, now_ms + MINUTE);
    ck_assert_int_eq(alert_status_progress_ms(&s, now_ms + MINUTE), 3 * MINUTE);
    ck_assert_int_eq(alert_status_step(&s, &policy, FINDING_TRUE, now_ms + 3 * MINUTE),
                     ALERT_CHANGE_FIRED);
    s = start_of("k");
    ck_assert(alert_status_restore(&s, NOW, now_ms));
    (void)alert_status_step(&s, &policy, FINDING_FALSE, now_ms);
    ck_assert_int_eq(alert_status_step(&s, &policy, FINDING_FALSE, now_ms + KEEP),
                     ALERT_CHANGE_RESOLVED);
}
END_TEST

int main(void)
{
    TCase *table = tcase_create("steps");
    tcase_add_loop_test(table, every_step, 0, ARRAY_LEN(steps));
    tcase_add_loop_test(table, sequences, 0, 4);
    tcase_add_test(table, progress_goes_on_behind_a_gap);
    tcase_add_loop_test(table, what_is_taken_up_again, 0, ARRAY_LEN(restarts));
    tcase_add_test(table, what_has_not_recovered_stays);
    tcase_add_loop_test(table, steps_of_the_clock_do_not_count, 0, 5);
    tcase_add_test(table, a_clock_set_back_while_it_was_away);
    tcase_add_test(table, names);
    TCase *flapping = tcase_create("flapping");
    tcase_add_test(flapping, flapping_holds_an_alert_open);
    tcase_add_test(flapping, nothing_flaps_where_it_is_not_asked_for);
    return suite_run("rule/alert_state", table, flapping);
}
