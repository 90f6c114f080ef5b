/* Do two blocks of options mean the same? By a hash over their nodes, so that a reload can keep
 * what did not change without keeping credentials a second time to compare. */
#ifndef TOCSIN_SOURCE_FINGERPRINT_H
#define TOCSIN_SOURCE_FINGERPRINT_H

#include <stdint.h>

#include "yaml/node.h"

/* Equal for nodes that read the same; order of keys counts. */
uint64_t fingerprint_of_node(const struct yaml_node *node);

#endif
