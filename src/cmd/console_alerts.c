#include "cmd/console_alerts.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

/* One command under way: what to say when it is done. */
struct console_order {
    struct console_alerts *owner;
    struct console_order *next;
    enum ui_command_id id;
    char *subject;
};

static char *author_name(void)
{
    static const char *const variables[] = {"TOCSIN_USER", "LOGNAME", "USER"};
    for (size_t i = 0; i < ARRAY_LEN(variables); i++) {
        const char *name = getenv(variables[i]);
        if (name != NULL && name[0] != '\0') {
            return mem_strdup(name);
        }
    }
    const struct passwd *entry = getpwuid(geteuid());
    return entry != NULL ? mem_strdup(entry->pw_name) : mem_printf("uid %u", (unsigned)geteuid());
}

void console_alerts_init(struct console_alerts *c, console_told_cb told, void *user)
{
    *c = (struct console_alerts){.author = author_name(), .told = told, .user = user};
}

void console_alerts_release(struct console_alerts *c)
{
    for (struct console_order *order = c->orders; order != NULL;) {
        struct console_order *next = order->next;
        free(order->subject);
        free(order);
        order = next;
    }
    free(c->author);
    *c = (struct console_alerts){.author = NULL};
}

/* Done, and what it would have been if it is not. */
static const char *done_word(enum ui_command_id id, bool done)
{
    switch (id) {
    case UI_COMMAND_ACK:
        return done ? "acknowledged" : "not acknowledged";
    case UI_COMMAND_UNACK:
        return done ? "acknowledgement taken back" : "acknowledgement not taken back";
    case UI_COMMAND_DISMISS:
        return done ? "dismissed" : "not dismissed";
    case UI_COMMAND_SILENCE:
        return done ? "silenced" : "not silenced";
    case UI_COMMAND_EXPIRE:
        return done ? "silence ended" : "silence not ended";
    case UI_COMMAND_QUIT:
    case UI_COMMAND_REFRESH:
    case UI_COMMAND_RANGE:
        break;
    }
    return "";
}

/* What could not be written holds all the same (alert/alerts.h). */
static void tell(struct console_alerts *c, enum ui_command_id id, const char *subject,
                 const struct error *err)
{
    bool kept = err == NULL, done = kept || err->kind == ERROR_IO;
    char *text = kept ? mem_printf("%s: '%s'", done_word(id, true), subject)
                      : mem_printf("%s: '%s'%s %s", done_word(id, done), subject,
                                   done ? ", but only in memory:" : ":", error_text(err));
    c->told(c->user, text);
    free(text);
}

static void unlink_order(struct console_order *order)
{
    struct console_order **at = &order->owner->orders;
    while (*at != order) {
        at = &(*at)->next;
    }
    *at = order->next;
}

static void order_done(void *user, const struct error *err)
{
    struct console_order *order = user;
    unlink_order(order);
    tell(order->owner, order->id, order->subject, err);
    free(order->subject);
    free(order);
}

static struct console_order *new_order(struct console_alerts *c, const struct ui_command *command)
{
    struct console_order *order = mem_zalloc(1, sizeof(*order));
    *order = (struct console_order){
        .owner = c,
        .next = c->orders,
        .id = command->id,
        .subject = mem_strdup(command->subject != NULL ? command->subject : "")};
    c->orders = order;
    return order;
}

bool console_alerts_command(struct console_alerts *c, struct alerts *alerts,
                            const struct ui_command *command)
{
    if (done_word(command->id, true)[0] == '\0') {
        return false;
    }
    if (alerts == NULL) {
        c->told(c->user, "there are no alerts yet");
        return true;
    }
    struct console_order *order = new_order(c, command);
    const char *text = command->text != NULL ? command->text : "";
    switch (command->id) {
    case UI_COMMAND_ACK:
        alerts_ack(alerts, command->alert, c->author, text, 0, order_done, order);
        break;
    case UI_COMMAND_UNACK:
        alerts_unack(alerts, command->alert, c->author, order_done, order);
        break;
    case UI_COMMAND_DISMISS:
        alerts_dismiss(alerts, command->alert, c->author, text, order_done, order);
        break;
    case UI_COMMAND_SILENCE:
        alerts_silence_put(alerts, command->silence, NULL, order_done, order);
        break;
    case UI_COMMAND_EXPIRE:
        alerts_silence_expire(alerts, command->silence_id, c->author, order_done, order);
        break;
    case UI_COMMAND_QUIT:
    case UI_COMMAND_REFRESH:
    case UI_COMMAND_RANGE:
        break;
    }
    return true;
}
