/*
 * What 1,000 alerting rules hold while none of them fires: read from a file, announced to a memo,
 * each with its state.
 *
 *     bench_rule_memory [--check]      --check: exit status 1 where they hold more than 2.75 MiB
 *
 * The rules are of three kinds, a third each: a comparison with a `for`, a ratio of rates by
 * service, a quantile of a histogram; each with labels, a summary and a runbook, and a service of
 * its own. Bytes are the allocator's; the time is of one read, processor time, the best of ten.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "promql/eval/memo.h"
#include "rule/alerting.h"

#define RULES   1000
#define READS   10
#define MAX_MIB 2.75
#define MIB     (1024.0 * 1024.0)

static const char *const exprs[] = {
    "up{job=\"service-%d\"} == 0",
    "sum by (service) (rate(http_requests_total{service=\"service-%d\", code=~\"5..\"}[5m])) / "
    "sum by (service) (rate(http_requests_total{service=\"service-%d\"}[5m])) > 0.05",
    "histogram_quantile(0.99, sum by (le) "
    "(rate(http_request_duration_seconds_bucket{service=\"service-%d\"}[5m]))) > 0.5",
};

static void add_rule(struct strbuf *out, int i)
{
    strbuf_printf(out, "      - alert: Service%dAlert%d\n        expr: '", i / 3, i % 3);
    const char *expr = exprs[i % 3];
    for (const char *at; (at = strstr(expr, "%d")) != NULL; expr = at + 2) {
        strbuf_add(out, expr, (size_t)(at - expr));
        strbuf_printf(out, "%d", i / 3);
    }
    strbuf_printf(out,
                  "%s'\n        for: 5m\n        labels: {severity: page, team: team-%d}\n"
                  "        annotations:\n"
                  "          summary: 'Service {{ $labels.service }} is at {{ $value }}'\n"
                  "          runbook: https://runbooks.example/service-%d\n",
                  expr, i % 7, i / 3);
}

static void write_rules(struct strbuf *out)
{
    strbuf_add_c(out, "groups:\n");
    for (int i = 0; i < RULES; i++) {
        if (i % 100 == 0) {
            strbuf_printf(out, "  - name: group-%d\n    rules:\n", i / 100);
        }
        add_rule(out, i);
    }
}

static struct rule_file *read_rules(struct str text)
{
    struct diags diags;
    diags_init(&diags);
    struct rule_file *file = rule_file_parse("rules.yml", text, &diags);
    if (file == NULL) {
        fprintf(stderr, "%s\n", diags.list.items[0].message);
        exit(2);
    }
    diags_release(&diags);
    return file;
}

static double best_read_ms(struct str text)
{
    double best = 1e9;
    for (int i = 0; i < READS; i++) {
        clock_t began = clock();
        rule_file_unref(read_rules(text));
        double ms = (double)(clock() - began) * 1000 / CLOCKS_PER_SEC;
        best = ms < best ? ms : best;
    }
    return best;
}

static double used_mib(void)
{
    malloc_trim(0);
    return (double)mallinfo2().uordblks / MIB;
}

int main(int argc, char **argv)
{
    struct strbuf text;
    strbuf_init(&text, SIZE_MAX);
    write_rules(&text);
    printf("%d rules, %.2f MiB of text\n", RULES, (double)text.len / MIB);
    printf("read in %.1f ms\n", best_read_ms(strbuf_str(&text)));
    struct label_table *table = label_table_create();
    double before = used_mib();
    struct rule_file *file = read_rules(strbuf_str(&text));
    double read = used_mib();
    struct memo *memo = memo_create(0);
    struct alerting *alerting = calloc(RULES, sizeof(*alerting));
    size_t count = 0;
    for (size_t g = 0; g < file->group_count; g++) {
        for (size_t i = 0; i < file->groups[g].rule_count; i++) {
            const struct rule *rule = &file->groups[g].rules[i];
            memo_add(memo, rule->expr);
            alerting_init(&alerting[count++], rule, table);
        }
    }
    double standing = used_mib();
    printf("read: %.2f MiB, of them %.2f of the file's arena\n", read - before,
           (double)file->arena.used_bytes / MIB);
    printf("standing in a memo: %.2f MiB more\n", standing - read);
    printf("in all: %.2f MiB, %.0f bytes a rule\n", standing - before,
           (standing - before) * MIB / RULES);
    for (size_t i = 0; i < count; i++) {
        alerting_release(&alerting[i]);
    }
    free(alerting);
    memo_destroy(memo);
    rule_file_unref(file);
    label_table_destroy(table);
    strbuf_release(&text);
    bool check = argc > 1 && strcmp(argv[1], "--check") == 0;
    return check && standing - before > MAX_MIB ? 1 : 0;
}
