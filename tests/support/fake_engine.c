/*
 * An engine's control socket with nothing behind it but alerts made up for tests:
 *
 *     fake_engine SOCKET RECORD SCENARIO
 *
 * Writes "ready PORT" to standard output when it listens, there and on a port of the loopback
 * address, and what it is told to do to the file RECORD, a line a command. Ends when it is killed.
 * A program of its own, since what it links stands in for the alerts of the real engine.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/control.h"
#include "support/fake_alerts.h"

#define NOW    FAKE_ALERTS_NOW
#define MINUTE INT64_C(60000)

static struct source_health sources[2];

/* --- scenarios --- */

static char ada[] = "ada";
static char looking[] = "looking";
static const struct ack ack = {.by = ada, .note = looking, .at = {NOW}};

/* One of each kind. */
static void many(struct alerts *alerts)
{
    struct alert_info *a = fake_alerts_add(alerts, "Slow", "service=checkout,severity=critical");
    a->severity = SEVERITY_CRITICAL;
    a->has_value = a->has_threshold = true;
    a->value = 1.9;
    a->threshold = 0.5;
    a->comparison = ">";
    a->unit = UNIT_SECONDS;
    fake_alerts_add(alerts, "Acked", "service=cart")->ack = &ack;
    a = fake_alerts_add(alerts, "Lost", "service=mail");
    a->state = ALERT_UNKNOWN;
    a->unknown_since.ms = NOW - 2 * MINUTE;
    a->reason = "'prom-b' is down";
    a = fake_alerts_add(alerts, "Waiting", "service=search");
    a->state = ALERT_PENDING;
    a->fires = false;
    a->fired_at.ms = 0;
    a->fires_in_ms = 2 * MINUTE;
    a = fake_alerts_add(alerts, "Hushed", "service=pay");
    fake_alerts_silence(alerts, a, fake_alerts_add_silence(alerts, "id-1", "service=pay"));
    a = fake_alerts_add(alerts, "Over", "service=old");
    a->state = ALERT_INACTIVE;
    a->fires = false;
    a->resolved_at.ms = NOW - 3 * MINUTE;
    alerts->counts = (struct alert_counts){.critical = 1,
                                           .warning = 2,
                                           .unacknowledged = 2,
                                           .silenced = 1,
                                           .pending = 1,
                                           .unknown = 1};
}

static void hostile(struct alerts *alerts)
{
    fake_alerts_add(alerts, "AVeryLongNameOfAnAlertThatGoesOnAndOnForNoGoodReason", "a=b");
    fake_alerts_add(alerts, "Evil", "service=\x1b[31mred\x07");
    fake_alerts_add(alerts, "W",
                    "service=\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97"
                    "\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97"
                    "\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97");
}

static void silences(struct alerts *alerts)
{
    struct silence *s = fake_alerts_add_silence(alerts, "abc-1", "service=\"pay\"");
    s->end_when_resolved_ms = 15 * MINUTE;
    fake_alerts_add_silence(alerts, "abc-2", "service=old")->ends_at_ms = NOW - MINUTE;
}

static void explained(struct alerts *alerts)
{
    struct rule_info *r = fake_alerts_add_rule(alerts, "Slow");
    r->expr = "p95 > 500ms";
    r->recover = "p95 < 400ms";
    r->note = "matches nothing at 'prom-b'";
    r->missed = 2;
    many(alerts);
    alerts->alerts.items[0]->ack = &ack;
    const struct transition t = {.at = {NOW - 10 * MINUTE},
                                 .rule = "api/Slow",
                                 .alertname = "Slow",
                                 .fingerprint = alerts->alerts.items[0]->fingerprint,
                                 .labels = "{}",
                                 .from = "pending",
                                 .to = "firing",
                                 .reason = "held for 5m",
                                 .who = ""};
    fake_alerts_add_transition(alerts, &t);
}

static void problem(struct alerts *alerts)
{
    alerts->problem = "#(reboot) #[fg=red]\x1b[2J";
}

static void none(struct alerts *alerts)
{
    (void)alerts;
}

static const struct {
    const char *name;
    void (*fill)(struct alerts *alerts);
} scenarios[] = {{"many", many},           {"hostile", hostile}, {"silences", silences},
                 {"explained", explained}, {"problem", problem}, {"none", none}};

/* --- the engine --- */

static struct wall host_now(void *user)
{
    (void)user;
    return (struct wall){FAKE_ALERTS_NOW};
}

static void host_status(void *user, struct control_status *out)
{
    (void)user;
    sources[0] = (struct source_health){.name = "prom",
                                        .kind = "prometheus",
                                        .state = SOURCE_UP,
                                        .last_success = {FAKE_ALERTS_NOW - 4000}};
    sources[1] = (struct source_health){
        .name = "prom-b", .kind = "prometheus", .state = SOURCE_DOWN, .error = "refused"};
    *out = (struct control_status){.sources = sources, .source_count = 2, .environment = "prod"};
}

static bool host_reload(void *user, struct error *err)
{
    (void)user;
    (void)err;
    return true;
}

static void add_command(FILE *out, const struct fake_command *c)
{
    static const char *const names[] = {"ack", "unack", "dismiss", "put", "expire", "transitions"};
    struct strbuf matchers = STRBUF_INIT;
    silence_format_matchers(&matchers, &c->silence);
    fprintf(out, "%s alert=%" PRIu64 " by=%s note=%s expires=%" PRId64 " silence=%s comment=%s\n",
            names[c->id], c->alert, c->by != NULL ? c->by : "", c->note != NULL ? c->note : "",
            c->expires_ms, strbuf_cstr(&matchers),
            c->silence.comment != NULL ? c->silence.comment : "");
    strbuf_release(&matchers);
}

static int serve(struct loop *loop, struct alerts *alerts, const char *socket_path,
                 const char *record_path)
{
    struct error err = ERROR_INIT;
    const struct control_host host = {
        .version = "1.2.3", .now = host_now, .status = host_status, .reload = host_reload};
    struct http_server_options options = {.unix_path = socket_path, .tcp_address = "127.0.0.1:0"};
    struct control *control = control_create(alerts, &host);
    options.routes = control_routes(&options.route_count);
    options.user = control;
    struct http_server *server = http_server_create(loop, &options, &err);
    FILE *record = fopen(record_path, "w");
    if (server == NULL || record == NULL) {
        fprintf(stderr, "%s\n", error_text(&err));
        return 1;
    }
    printf("ready %u\n", http_server_port(server));
    fflush(stdout);
    for (size_t done = 0;;) {
        loop_step(loop, 1000);
        for (; done < alerts->commands.len; done++) {
            add_command(record, alerts->commands.items[done]);
        }
        fflush(record);
    }
}

int main(int argc, char **argv)
{
    struct error err = ERROR_INIT;
    struct loop *loop = loop_create(NULL, &err);
    for (size_t i = 0; argc == 4 && loop != NULL && i < ARRAY_LEN(scenarios); i++) {
        if (strcmp(argv[3], scenarios[i].name) == 0) {
            struct alerts *alerts = fake_alerts_create(loop);
            scenarios[i].fill(alerts);
            return serve(loop, alerts, argv[1], argv[2]);
        }
    }
    fputs("usage: fake_engine SOCKET RECORD SCENARIO\n", stderr);
    return 64;
}
