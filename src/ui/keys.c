#include "ui/keys.h"

#include <string.h>

#include "base/attr.h"
#include "ui/keycode.h"

static const struct key_row rows[] = {
#define KEY(id, keys, contexts, command, hint, help, group) \
    {ACTION_##id, (keys), (contexts), (command), (hint), (help), (group)},
#include "ui/keys.def"
#undef KEY
};

const struct key_row *keys_table(size_t *count)
{
    *count = ARRAY_LEN(rows);
    return rows;
}

const char *key_group_title(enum key_group group)
{
    static const char *const titles[GROUP_COUNT] = {
        [GROUP_MOVE] = "Move",         [GROUP_ALERT] = "Alerts and silences",
        [GROUP_VIEW] = "View",         [GROUP_TIME] = "Time",
        [GROUP_PROGRAM] = "Program",   [GROUP_PROMPT] = "While typing a filter or a note",
        [GROUP_DIALOG] = "In a dialog"};
    return titles[group];
}

const char *key_context_name(enum key_context context)
{
    switch (context) {
    case CTX_GLOBAL:
        return "everywhere";
    case CTX_ROWS:
        return "lists";
    case CTX_BOARD:
        return "services and resources";
    case CTX_DETAIL:
        return "detail";
    case CTX_SOURCES:
        return "sources";
    case CTX_HELP:
        return "help";
    case CTX_PROMPT:
        return "prompt";
    case CTX_ALERTS:
        return "list of alerts";
    case CTX_ALERT:
        return "alerts";
    case CTX_RULES:
        return "rules";
    case CTX_SILENCES:
        return "silences";
    case CTX_DIALOG:
        return "dialog";
    case CTX_CONFIRM:
        return "question";
    }
    return "";
}

int32_t keys_next(const char **names)
{
    while (**names == ' ') {
        (*names)++;
    }
    size_t len = strcspn(*names, " ");
    int32_t key = len > 0 ? keycode_from_name(str_span(*names, len)) : KEYCODE_NONE;
    *names += len;
    return key;
}

enum action keys_find(int32_t key, unsigned contexts)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const char *names = rows[i].keys;
        int32_t bound;
        while ((rows[i].contexts & contexts) != 0 && (bound = keys_next(&names)) != KEYCODE_NONE) {
            if (bound == key) {
                return rows[i].action;
            }
        }
    }
    return ACTION_NONE;
}
