#include "source/foreign.h"

#include <stdlib.h>

#include "base/mem.h"

const char *foreign_state_name(enum foreign_state state)
{
    switch (state) {
    case FOREIGN_PENDING:
        return "pending";
    case FOREIGN_FIRING:
        return "firing";
    case FOREIGN_SUPPRESSED:
        return "suppressed";
    }
    return "?";
}

struct foreign_list *foreign_list_create(void)
{
    struct foreign_list *list = mem_zalloc(1, sizeof(*list));
    list->refs = 1;
    arena_init(&list->arena);
    return list;
}

struct foreign_list *foreign_list_ref(const struct foreign_list *list)
{
    struct foreign_list *mine = (struct foreign_list *)(uintptr_t)list;
    mine->refs++;
    return mine;
}

void foreign_list_unref(struct foreign_list *list)
{
    if (list == NULL || --list->refs > 0) {
        return;
    }
    VEC_EACH (&list->alerts, struct foreign_alert, alert) {
        labels_unref(alert->labels);
    }
    vec_release(&list->alerts);
    vec_release(&list->silences);
    arena_release(&list->arena);
    free(list);
}
