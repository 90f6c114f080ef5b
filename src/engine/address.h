/*
 * An address from the command line on its way to becoming a source: asked what it is, again every
 * interval while it does not answer (once only where it was optional), and shown as a source in
 * trouble until then.
 *
 * Owner: address_create/destroy. The source made of it borrows from the address, which must outlive
 * it.
 */
#ifndef TOCSIN_ENGINE_ADDRESS_H
#define TOCSIN_ENGINE_ADDRESS_H

#include "engine/config.h"
#include "net/http.h"
#include "source/health.h"

struct address;

struct address_events {
    /* Once: address_source is there. */
    void (*found)(void *user, struct address *address);
    /* After each time it was not. */
    void (*failed)(void *user, struct address *address);
    void *user;
};

struct address *address_create(struct loop *loop, struct http_client *http,
                               const struct config_target *target, int64_t interval_ms,
                               const struct address_events *events);
/* Asks no more; what was found stays. */
void address_cancel(struct address *address);
void address_destroy(struct address *address);
const struct source_config *address_source(const struct address *address);
const struct config *address_snapshot(const struct address *address);
void address_ask_now(struct address *address);
/* Not a source yet and worth telling of? */
bool address_shown(const struct address *address);
bool address_first_time(const struct address *address);
void address_health(const struct address *address, struct wall now, struct source_health *out);

#endif
