/*
 * The composer: libyaml's parser and what is known while it reads one document.
 *
 * Owner: the caller keeps the struct; composer_release frees what it holds. The document and its
 * nodes are the caller's.
 */
#ifndef TOCSIN_YAML_COMPOSE_H
#define TOCSIN_YAML_COMPOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

#include "base/diag.h"
#include "base/map.h"
#include "yaml/document.h"
#include "yaml/place.h"

struct composer {
    yaml_parser_t parser;
    struct yaml_document *doc;
    struct diags *diags;
    struct place place; /* of what was read last */
    struct map anchors; /* struct anchor by name */
    size_t size;        /* nodes of the document so far, aliases followed */
    unsigned depth;
};

/* The document's text is UTF-8. */
void composer_init(struct composer *c, struct yaml_document *doc, struct diags *diags);
void composer_release(struct composer *c);
/* Passes over one event and gives its type; YAML_NO_EVENT after an error. */
yaml_event_type_t composer_next(struct composer *c);
/* From behind the document's start event to its end event; sets the document's root. */
bool composer_document(struct composer *c);
/* The root of a text that says nothing. */
void composer_nothing(struct composer *c);

#endif
