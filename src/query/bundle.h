/*
 * An answerer in front of another one that makes one question of those asked in the same turn of
 * the loop: a refresh of thirty signals is one request and one wake-up. Who asks notices nothing;
 * the rules are query.h's.
 *
 * Joined are questions of the same grid, kind and priority whose expression is an instant vector
 * (joint.h), within joint.h's bounds; their time-out is the longest of them. All others, and one
 * that is alone in its turn, are passed on as they are.
 *
 * A joined question that fails fails for all where the server could not be asked (refused, name,
 * TLS, credentials, busy). Where one expression, or the joining, may be to blame, each is asked by
 * itself with what is left of its time (a time-out of ours leaves none), and:
 *   - those that fail by themselves too are to blame, and are asked by themselves for APART_MS
 *     (apart.h);
 *   - where none does, joining is to blame (a server's limit, or that it answers one question more
 *     slowly than thirty at once), and is given up for APART_MS.
 *
 * Owner: bundle_create/bundle_destroy; `inner` is the caller's and outlives it, as do the others.
 * Interval, lateness and source are those `inner` had at creation.
 */
#ifndef TOCSIN_QUERY_BUNDLE_H
#define TOCSIN_QUERY_BUNDLE_H

#include "query/query.h"

/* Who has less time left when a joined question failed is not asked again. */
#define BUNDLE_RETRY_MIN_MS 1000

struct loop;

struct answerer *bundle_create(struct loop *loop, struct answerer *inner,
                               struct label_table *table);
void bundle_destroy(struct answerer *answerer); /* NULL is fine */

#endif
