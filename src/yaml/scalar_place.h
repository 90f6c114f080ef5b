/* From a place inside a scalar's text to its place in the file. */
#ifndef TOCSIN_YAML_SCALAR_PLACE_H
#define TOCSIN_YAML_SCALAR_PLACE_H

#include "base/error.h"
#include "yaml/node.h"

/* `inside` is relative to node->text. Exact for plain and quoted scalars, also over several lines
 * and with the usual escapes, and for block scalars; where the way back is lost (an escape such as
 * \x41) or `inside` is no place, the scalar's own. */
struct span scalar_place(const struct yaml_document *doc, const struct yaml_node *node,
                         struct span inside);

#endif
