/*
 * What a source of alerts reports after one poll, as JSON: alerts and silences as source/foreign.h
 * has them. Before the poll a silence may be made or ended; its id is printed first, on a line of
 * its own.
 *
 *     dump_foreign prometheus|alertmanager URL [put NAME VALUE SECONDS | expire ID]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_writer.h"
#include "source/foreign.h"
#include "source/poller.h"

struct dump {
    struct loop *loop;
    struct poller *poller;
    struct source *source;
    char **words;
    int count;
    bool polled;
    bool listed;
    int status;
};

static void add_texts(struct json_writer *w, const char *key, const struct foreign_texts *texts)
{
    json_writer_key(w, key);
    json_writer_array(w);
    for (size_t i = 0; i < texts->count; i++) {
        json_writer_str(w, texts->items[i]);
    }
    json_writer_end(w);
}

static void add_alert(struct json_writer *w, const struct foreign_alert *a)
{
    json_writer_object(w);
    json_writer_key(w, "labels");
    json_writer_object(w);
    for (size_t i = 0; i < labels_count(a->labels); i++) {
        struct label label = labels_at(a->labels, i);
        json_writer_key_str(w, label.name);
        json_writer_str(w, label.value);
    }
    json_writer_end(w);
    json_writer_key(w, "annotations");
    json_writer_object(w);
    for (size_t i = 0; i < a->annotations.count; i++) {
        json_writer_key_str(w, a->annotations.items[i].name);
        json_writer_str(w, a->annotations.items[i].value);
    }
    json_writer_end(w);
    json_writer_key(w, "state");
    json_writer_text(w, foreign_state_name(a->state));
    json_writer_key(w, "startsAt");
    json_writer_time(w, a->starts_at);
    json_writer_key(w, "value");
    json_writer_number(w, a->value);
    json_writer_key(w, "rule");
    json_writer_str(w, a->rule);
    json_writer_key(w, "group");
    json_writer_str(w, a->group);
    json_writer_key(w, "expr");
    json_writer_str(w, a->expr);
    json_writer_key(w, "for");
    json_writer_int(w, a->for_ms);
    json_writer_key(w, "fingerprint");
    json_writer_str(w, a->fingerprint);
    add_texts(w, "silencedBy", &a->silenced_by);
    add_texts(w, "inhibitedBy", &a->inhibited_by);
    add_texts(w, "receivers", &a->receivers);
    json_writer_end(w);
}

static void add_silence(struct json_writer *w, const struct foreign_silence *s)
{
    struct strbuf matchers = STRBUF_INIT;
    for (size_t i = 0; i < s->matchers.count; i++) {
        const struct foreign_matcher *m = &s->matchers.items[i];
        strbuf_printf(&matchers, "%s%.*s%s%.*s", i > 0 ? "," : "", STR_ARG(m->name),
                      matcher_op_text(m->op), STR_ARG(m->value));
    }
    json_writer_object(w);
    json_writer_key(w, "id");
    json_writer_str(w, s->id);
    json_writer_key(w, "state");
    json_writer_int(w, s->state);
    json_writer_key(w, "matchers");
    json_writer_str(w, strbuf_str(&matchers));
    json_writer_key(w, "createdBy");
    json_writer_str(w, s->created_by);
    json_writer_key(w, "comment");
    json_writer_str(w, s->comment);
    json_writer_key(w, "endsAt");
    json_writer_time(w, s->ends_at);
    json_writer_end(w);
    strbuf_release(&matchers);
}

static void print_list(const struct foreign_list *list, const char *problem)
{
    struct strbuf out;
    struct json_writer w;
    strbuf_init(&out, 64u << 20);
    json_writer_init(&w, &out);
    json_writer_object(&w);
    json_writer_key(&w, "problem");
    json_writer_text(&w, problem);
    json_writer_key(&w, "alerts");
    json_writer_array(&w);
    for (size_t i = 0; list != NULL && i < list->alerts.len; i++) {
        add_alert(&w, &list->alerts.items[i]);
    }
    json_writer_end(&w);
    json_writer_key(&w, "silences");
    json_writer_array(&w);
    for (size_t i = 0; list != NULL && i < list->silences.len; i++) {
        add_silence(&w, &list->silences.items[i]);
    }
    json_writer_end(&w);
    json_writer_end(&w);
    puts(strbuf_cstr(&out));
    strbuf_release(&out);
}

static void fail(struct dump *d, const char *what)
{
    fprintf(stderr, "dump_foreign: %s\n", what);
    d->status = 1;
    loop_stop(d->loop);
}

static void end_when_whole(struct dump *d)
{
    if (d->polled && d->listed) {
        const struct foreign_ops *foreign = d->source->ops->foreign;
        print_list(foreign->list(d->source), foreign->problem(d->source));
        loop_stop(d->loop);
    }
}

static void on_changed(void *user)
{
    struct dump *d = user;
    d->listed = true;
    end_when_whole(d);
}

static void on_polled(void *user, struct polled *p)
{
    struct dump *d = user;
    struct source_health health;
    polled_health(p, loop_wall(d->loop), &health);
    d->polled = true;
    if (health.state != SOURCE_UP) {
        fail(d, health.error);
    } else {
        end_when_whole(d);
    }
}

static void on_change(void *user, const char *id, const struct error *err)
{
    struct dump *d = user;
    if (err != NULL) {
        fail(d, error_text(err));
    } else {
        puts(id);
        poller_add(d->poller, d->source);
    }
}

static void begin(struct dump *d)
{
    const struct foreign_ops *foreign = d->source->ops->foreign;
    foreign->follow(d->source, on_changed, d);
    if (d->count == 4 && strcmp(d->words[0], "put") == 0) {
        struct wall now = loop_wall(d->loop);
        struct foreign_matcher matcher = {
            .op = MATCH_EQUAL, .name = str_from(d->words[1]), .value = str_from(d->words[2])};
        struct foreign_silence silence = {
            .matchers = {&matcher, 1},
            .starts_at = now,
            .ends_at = {now.ms + 1000 * strtol(d->words[3], NULL, 10)},
            .created_by = STR_INIT("live \"test\""),
            .comment = STR_INIT("über <all>"),
        };
        foreign->silence_put(d->source, &silence, on_change, d);
    } else if (d->count == 2 && strcmp(d->words[0], "expire") == 0) {
        foreign->silence_expire(d->source, d->words[1], on_change, d);
    } else {
        poller_add(d->poller, d->source);
    }
}

static int run(struct dump *d, const struct source_ops *ops, const char *url)
{
    struct error err = ERROR_INIT;
    char name[] = "live";
    struct label_table *table = label_table_create();
    struct http_client *http = http_client_create(d->loop);
    struct store *store = store_create(&(struct store_options){0}, table);
    d->poller = poller_create(d->loop, NULL, on_polled, d);
    struct source_env env = {.loop = d->loop, .http = http, .labels = table, .store = store};
    struct source_config config = {
        .name = name,
        .ops = ops,
        .interval_ms = 3600000,
        .timeout_ms = 60000,
        .options = ops->target_options(str_from(url), &err),
    };
    d->source = config.options != NULL ? ops->create(&env, &config, &err) : NULL;
    if (d->source != NULL) {
        begin(d);
        loop_run(d->loop);
    } else {
        fail(d, error_text(&err));
    }
    if (d->source != NULL && poller_count(d->poller) == 0) {
        ops->destroy(d->source);
    }
    poller_destroy(d->poller);
    http_client_destroy(http);
    store_destroy(store);
    label_table_destroy(table);
    ops->free_options(config.options);
    error_release(&err);
    return d->status;
}

int main(int argc, char **argv)
{
    struct error err = ERROR_INIT;
    const struct source_ops *ops = argc > 2 ? source_find(str_from(argv[1])) : NULL;
    if (ops == NULL || ops->foreign == NULL) {
        fputs("usage: dump_foreign prometheus|alertmanager URL [put NAME VALUE SECONDS | expire "
              "ID]\n",
              stderr);
        return 64;
    }
    struct dump d = {.words = argv + 3, .count = argc - 3};
    d.loop = loop_create(NULL, &err);
    if (d.loop == NULL) {
        fprintf(stderr, "dump_foreign: %s\n", error_text(&err));
        return 1;
    }
    int status = run(&d, ops, argv[2]);
    loop_destroy(d.loop);
    return status;
}
