/*
 * tocsin help TOPIC: the manual without man: pages as plain text, made from their sources by
 * scripts/mdoc_text.py and compiled in.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/mem.h"
#include "base/suggest.h"
#include "cmd/command.h"
#include "cmd/help.h"
#include "ui/keys_format.h"

extern const struct embedded_file manual_pages[];
extern const size_t manual_pages_count;

#define SUFFIX ".txt"
/* Where the table of the keys belongs, which the pages' sources do not have. */
#define KEYS_MARK "    @KEYS@\n"

static struct str page_name(const struct embedded_file *page)
{
    return str_span(page->name, strlen(page->name) - strlen(SUFFIX));
}

/* `query` is tocsin-query as well as tocsin-query itself; `yaml` is tocsin.yaml. */
static bool is_called(const struct embedded_file *page, struct str topic)
{
    struct str name = page_name(page);
    const size_t prefix = strlen("tocsin-");
    return str_equal(name, topic) ||
           (name.len > prefix && str_equal(str_slice(name, prefix, name.len), topic));
}

static void print_page(const struct embedded_file *page)
{
    const char *mark = strstr(page->data, KEYS_MARK);
    if (mark == NULL) {
        fwrite(page->data, 1, page->len, stdout);
        return;
    }
    struct strbuf keys = STRBUF_INIT;
    keys_format_text(&keys);
    fwrite(page->data, 1, (size_t)(mark - page->data), stdout);
    fputs(strbuf_cstr(&keys), stdout);
    fputs(mark + strlen(KEYS_MARK), stdout);
    strbuf_release(&keys);
}

static int no_such_topic(const char *topic)
{
    struct error err = ERROR_INIT;
    struct strbuf topics = STRBUF_INIT;
    error_set(&err, ERROR_USAGE, "there is no help on '%s'", topic);
    for (size_t i = 0; i < manual_pages_count; i++) {
        strbuf_printf(&topics, "%s%.*s", i != 0 ? ", " : "", STR_ARG(page_name(&manual_pages[i])));
    }
    error_suggest(&err, "topics are the commands and %s", strbuf_cstr(&topics));
    int status = command_fail(&err);
    strbuf_release(&topics);
    error_release(&err);
    return status;
}

static int run(const struct invocation *inv)
{
    if (inv->argument_count == 0) {
        help_print_all(stdout);
        return EXIT_STATUS_OK;
    }
    if (inv->argument_count > 1) {
        struct error err = ERROR_INIT;
        error_set(&err, ERROR_USAGE, "'help' takes one topic");
        int status = command_fail(&err);
        error_release(&err);
        return status;
    }
    const char *topic = inv->arguments[0];
    const struct command *command = topic[0] != '\0' ? command_find(topic) : NULL;
    if (command != NULL) {
        help_print_command(stdout, command);
        printf("\n");
    }
    for (size_t i = 0; i < manual_pages_count; i++) {
        if (is_called(&manual_pages[i], str_from(topic))) {
            print_page(&manual_pages[i]);
            return EXIT_STATUS_OK;
        }
    }
    return command != NULL ? EXIT_STATUS_OK : no_such_topic(topic);
}

const struct command command_help = {.name = "help",
                                     .arguments = "[TOPIC]",
                                     .doc = "the manual without man",
                                     .options = NULL,
                                     .option_count = 0,
                                     .run = run};
