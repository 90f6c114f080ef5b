#include "support/fake_night.h"

#include <string.h>

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define NOW    FAKE_ALERTS_NOW

static bool is_hidden(const struct alert_info *a)
{
    return a->silence_count > 0 || a->inhibited_by != NULL || a->muted_elsewhere;
}

static void count_loud(struct alert_counts *counts, const struct alert_info *a)
{
    counts->critical += a->severity == SEVERITY_CRITICAL;
    counts->warning += a->severity == SEVERITY_WARNING;
    counts->info += a->severity == SEVERITY_INFO;
    counts->acknowledged += a->ack != NULL;
    counts->unacknowledged += a->ack == NULL && a->severity != SEVERITY_INFO;
}

void fake_night_count(struct alerts *alerts)
{
    alerts->counts = (struct alert_counts){0};
    VEC_EACH (&alerts->alerts, struct alert_info *, it) {
        const struct alert_info *a = *it;
        if (a->fires && !is_hidden(a)) {
            count_loud(&alerts->counts, a);
        }
        alerts->counts.pending += a->state == ALERT_PENDING;
        alerts->counts.unknown += a->state == ALERT_UNKNOWN;
        alerts->counts.silenced += a->silence_count > 0;
        alerts->counts.resolved += a->state == ALERT_INACTIVE;
    }
}

static struct rule_pairs pairs(struct alerts *alerts, const char *const *texts, size_t count)
{
    struct rule_pairs out = {.items = arena_array(&alerts->arena, struct rule_pair, count),
                             .count = count};
    for (size_t i = 0; i < count; i++) {
        out.items[i] =
            (struct rule_pair){.name = str_from(texts[2 * i]), .value = str_from(texts[2 * i + 1])};
    }
    return out;
}

static void set_value(struct alert_info *a, double value, const char *comparison, double threshold,
                      enum unit unit)
{
    a->has_value = true;
    a->value = value;
    a->has_threshold = comparison != NULL;
    a->threshold = threshold;
    a->comparison = comparison;
    a->unit = unit;
}

static struct alert_info *add(struct alerts *alerts, const char *name, const char *labels,
                              int64_t ago_ms)
{
    struct alert_info *a = fake_alerts_add(alerts, name, labels);
    a->fired_at.ms = NOW - ago_ms;
    a->active_at.ms = a->fired_at.ms - 2 * MINUTE;
    a->for_ms = 2 * MINUTE;
    a->source = "prom-a";
    a->group = "shop";
    a->file = "rules/shop.yaml";
    a->line = (unsigned)(10 * alerts->alerts.len + 1);
    return a;
}

static void add_burn(struct alerts *alerts)
{
    static const char *const texts[] = {
        "description",
        ("6.4% of checkouts fail since 02:44. At this rate the budget of the month is gone at "
         "04:21.\nLook at the last deploy first."),
        "runbook_url",
        "https://runbooks.example.org/shop/checkout-burn-fast",
        "summary",
        "checkout burns its error budget 22 times too fast"};
    struct alert_info *a =
        add(alerts, "CheckoutBurnFast", "service=checkout,severity=critical,team=shop,window=1h",
            18 * MINUTE + 31 * SECOND);
    a->severity = SEVERITY_CRITICAL;
    a->expr = "job:slo_burn:1h{service=\"checkout\"} > 14.4 and job:slo_burn:5m"
              "{service=\"checkout\"} > 14.4";
    a->annotations = pairs(alerts, texts, 3);
    set_value(a, 22.04, ">", 14.4, UNIT_FACTOR);
}

static char *text_dup(struct alerts *alerts, const char *text)
{
    char *copy = arena_array(&alerts->arena, char, strlen(text) + 1);
    memcpy(copy, text, strlen(text) + 1);
    return copy;
}

static void add_acked(struct alerts *alerts)
{
    struct ack *ack = arena_new(&alerts->arena, struct ack);
    *ack = (struct ack){.by = text_dup(alerts, "op1"),
                        .note = text_dup(alerts, "rolling v418 back"),
                        .at = {NOW - 10 * MINUTE - 10 * SECOND}};
    struct alert_info *a =
        add(alerts, "PaymentsErrors", "service=payments,severity=critical,team=shop",
            12 * MINUTE + 39 * SECOND);
    a->severity = SEVERITY_CRITICAL;
    a->ack = ack;
    a->expr = "job:errors:ratio5m > 0.01";
    set_value(a, 0.021, ">", 0.01, UNIT_RATIO);
}

static void add_unknown(struct alerts *alerts)
{
    struct alert_info *a =
        add(alerts, "PgReplicaLag", "service=orders-db,instance=pg-2:9187,severity=warning",
            41 * MINUTE);
    a->state = ALERT_UNKNOWN;
    a->unknown_since.ms = NOW - 6 * MINUTE - 8 * SECOND;
    a->source = "prom-b";
    a->reason = "no data: the source 'prom-b' is down";
    a->expr = "pg_replication_lag_seconds > 2";
    a->updated_at.ms = a->unknown_since.ms;
    set_value(a, 4.1, ">", 2, UNIT_SECONDS);
}

static void add_foreign(struct alerts *alerts)
{
    struct alert_info *a = add(alerts, "KubePodCrashLooping",
                               "namespace=shop,pod=cart-7f9d4-x2x4q,severity=warning", 9 * MINUTE);
    a->origin = ALERT_OF_ALERTMANAGER;
    a->source = "am-1";
    a->group = a->file = a->expr = "";
    a->for_ms = 0;
    a->flapping = true;
}

static void add_pending(struct alerts *alerts)
{
    struct alert_info *a =
        add(alerts, "HostCpuHigh", "instance=ip-10-2-7-31:9100,job=node,severity=warning", 0);
    a->state = ALERT_PENDING;
    a->fires = false;
    a->fired_at.ms = 0;
    a->active_at.ms = NOW - 101 * SECOND;
    a->for_ms = 5 * MINUTE;
    a->fires_in_ms = 5 * MINUTE - 97 * SECOND;
    a->expr = "instance:cpu:ratio > 0.9";
    set_value(a, 0.962, ">", 0.9, UNIT_RATIO);
}

static void add_hidden(struct alerts *alerts)
{
    struct silence *s = fake_alerts_add_silence(alerts, "0f6c7a52-5a0e-4d7c-8f6e-6a8a1f0d2b11",
                                                "alertname=DiskWillFill");
    free(s->created_by);
    free(s->comment);
    s->created_by = mem_strdup("o2");
    s->comment = mem_strdup("disk is being grown, ticket 4711");
    s->starts_at_ms = NOW - 90 * MINUTE;
    s->ends_at_ms = NOW + 32 * MINUTE + 19 * SECOND;
    struct alert_info *a =
        add(alerts, "DiskWillFill", "instance=ip-10-2-7-44:9100,mountpoint=/var,severity=warning",
            50 * HOUR);
    fake_alerts_silence(alerts, a, s);
    set_value(a, 777600, "<", 864000, UNIT_SECONDS);
    a = add(alerts, "CartErrors", "service=cart,severity=warning", 5 * MINUTE);
    a->inhibited_by = "CheckoutBurnFast";
    set_value(a, 0.013, ">", 0.01, UNIT_RATIO);
    a = add(alerts, "SearchSlow", "service=search,severity=warning", 30 * MINUTE);
    a->state = ALERT_INACTIVE;
    a->fires = false;
    a->resolved_at.ms = NOW - 7 * MINUTE - 31 * SECOND;
    a->reason = "the condition no longer holds";
    set_value(a, 0.28, ">", 0.5, UNIT_SECONDS);
}

static void add_silences(struct alerts *alerts)
{
    struct silence *s = fake_alerts_add_silence(alerts, "5d1c0a33-6b7c-4e54-93c1-1b6d2f9be002",
                                                "service=~\"mail.*\"");
    s->starts_at_ms = NOW + 50 * HOUR;
    s->ends_at_ms = NOW + 54 * HOUR;
    s->source = mem_strdup("am-1");
    s = fake_alerts_add_silence(alerts, "c1aa52a0-0d1e-4b0f-8f0f-8f5d7a4f1e03",
                                "alertname=BackupLate");
    s->starts_at_ms = NOW - 9 * HOUR;
    s->ends_at_ms = NOW - 3 * HOUR;
}

static void add_rules(struct alerts *alerts, bool blind)
{
    static const char *const names[] = {"CheckoutBurnFast", "PaymentsErrors",    "PgReplicaLag",
                                        "HostCpuHigh",      "DiskWillFill",      "CartErrors",
                                        "SearchSlow",       "job:errors:ratio5m"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct rule_info *rule = fake_alerts_add_rule(alerts, names[i]);
        rule->group = "shop";
        rule->file = "rules/shop.yaml";
        rule->line = (unsigned)(10 * i + 11);
        rule->source = "prom-a";
        rule->expr = "job:errors:ratio5m > 0.01";
        rule->evaluated.ms = NOW - 3 * SECOND;
    }
    alerts->rules.items[ARRAY_LEN(names) - 1].alerting = false;
    if (!blind) {
        return;
    }
    alerts->rules.items[4].health = RULE_HEALTH_NO_DATA;
    alerts->rules.items[4].note = "node_filesystem_avail_bytes matches nothing at 'prom-a'";
    alerts->rules.items[6].health = RULE_HEALTH_ERROR;
    alerts->rules.items[6].error = "many-to-many matching: the right side has two series with "
                                   "{service=\"search\"} (rules/shop.yaml:71)";
}

static void add_busy(struct alerts *alerts)
{
    add_rules(alerts, true);
    add_burn(alerts);
    struct alert_info *a =
        add(alerts, "CartLatencyP95", "service=cart,severity=warning", 8 * MINUTE + 55 * SECOND);
    set_value(a, 0.812, ">", 0.5, UNIT_SECONDS);
    add_foreign(alerts);
    add_unknown(alerts);
    add_acked(alerts);
    add_pending(alerts);
    add_hidden(alerts);
    add_silences(alerts);
}

static void add_wide(struct alerts *alerts)
{
    static const char *const texts[] = {
        "runbook",
        "https://runbooks.example.org/a/very/long/address/that/does/not/fit/into/one/row"
        "/of/a/small/screen/and/goes/on/for/a/while?with=queries&and=more",
        "summary",
        "決済サービスが遅い\x1b[31m red \xe2\x80\xae gnorw era sdrow \xff\xfe broken",
        "\x1b]0;t\x07"
        "name",
        "a\tb\rc"};
    add_rules(alerts, false);
    struct alert_info *a = add(alerts, "決済サービスの遅延が大きい",
                               "service=決済サービス,severity=critical", 3 * MINUTE);
    a->severity = SEVERITY_CRITICAL;
    a->annotations = pairs(alerts, texts, 3);
    a->reason = "\x1b[2Jnothing \xc2\x9b\x33m here";
    set_value(a, 1e300 * 10, ">", -1e-9, UNIT_BYTES_PER_SECOND);
    a = add(alerts, "cafe\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81 \x1b[31mred\x07",
            "instance=\x1b]52;c;aGk=\x07,severity=warning", 2 * MINUTE);
    set_value(a, -0.0 / 1.0, ">=", 0, UNIT_COUNT);
    a = add(alerts,
            "AnAlertWithANameThatIsLongerThanAnyColumnCouldReasonablyBeAndOnlyItsEndDiffers1",
            "service=a-service-of-which-the-name-goes-on-and-on-and-on-for-ever-and-a-day,"
            "instance=ip-10-222-222-222.eu-central-1.compute.internal:65535",
            365 * 24 * HOUR);
    a->origin = ALERT_OF_PROMETHEUS;
    a->source = "a-prometheus-with-quite-a-name";
    a = add(alerts,
            "AnAlertWithANameThatIsLongerThanAnyColumnCouldReasonablyBeAndOnlyItsEndDiffers2", "",
            59 * SECOND);
    a->severity = SEVERITY_INFO;
}

struct alerts *fake_night_create(enum fake_night night)
{
    struct alerts *alerts = fake_alerts_create(NULL);
    switch (night) {
    case NIGHT_QUIET:
        add_rules(alerts, false);
        break;
    case NIGHT_BUSY:
        add_busy(alerts);
        break;
    case NIGHT_WIDE:
        add_wide(alerts);
        break;
    case NIGHT_BLIND:
        add_rules(alerts, true);
        break;
    case NIGHT_NO_RULES:
        break;
    case NIGHT_STARTED:
        add_rules(alerts, false);
        VEC_EACH (&alerts->rules, struct rule_info, rule) {
            rule->evaluated.ms = 0;
            rule->health = RULE_HEALTH_NEW;
        }
        break;
    case NIGHT_ACKED:
        add_rules(alerts, false);
        add_acked(alerts);
        break;
    }
    fake_night_count(alerts);
    return alerts;
}
