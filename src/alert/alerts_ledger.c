/* What happened to alerts, as a line of the log and a row of the ledger. */
#include "alert/alerts_private.h"

static enum log_level level_of(const struct note *note)
{
    if (note->alert == NULL || note->who[0] != '\0') {
        return LOG_LEVEL_INFO;
    }
    bool fires = alert_status_fires(&note->alert->status);
    bool critical =
        severity_of(labels_get(note->alert->labels, STR("severity"))) == SEVERITY_CRITICAL;
    return !fires ? LOG_LEVEL_INFO : critical ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN;
}

static void log_note(struct alerts *alerts, const struct note *note)
{
    if (note->alert == NULL) {
        log_event(alerts->o.log, level_of(note), "alerts", LOG_STR("to", note->to),
                  LOG_STR("reason", note->reason), LOG_STR("who", note->who), LOG_END);
        return;
    }
    struct strbuf labels = STRBUF_INIT;
    labels_format(&labels, note->alert->labels);
    /* A double that is not known is none, rather than 0. */
    struct log_field value =
        note->alert->has_value ? LOG_DBL("value", note->alert->value) : LOG_STR("value", "unknown");
    log_event(alerts->o.log, level_of(note), "alert", LOG_STR("state", note->to),
              LOG_STR("from", note->from), LOG_STR("alert", note->rule->rule->name.data),
              LOG_STR("labels", strbuf_cstr(&labels)), value, LOG_STR("reason", note->reason),
              LOG_STR("who", note->who), LOG_STR("source", note->rule->group->bound->source),
              LOG_END);
    strbuf_release(&labels);
}

void alerts_note(struct alerts *alerts, struct wall at, const struct note *note)
{
    log_note(alerts, note);
    keeper_put_transition(alerts, at, note);
}
