/* What template values are to each other: truth, members, comparison, names of types. Private to
 * this folder. */
#ifndef TOCSIN_TEMPLATE_VALUE_H
#define TOCSIN_TEMPLATE_VALUE_H

#include "template/template.h"

/* "float64", "map[string]string": as Go's %T says it. */
const char *template_value_type_name(const struct template_value *v);
/* False for nil, false, 0, and what is empty. */
bool template_value_truth(const struct template_value *v);

enum value_lookup { VALUE_FOUND, VALUE_NO_MEMBER };
/* A field of a struct, or what is under a key of a map; a key that is not there is "" or nil. No
 * member where the value has none, or the struct not this. */
enum value_lookup template_value_member(const struct template_value *v, struct str name,
                                        struct template_value *out);
/* A float of a number, of text that is one, or of a duration in seconds. */
bool template_value_number(const struct template_value *v, double *out);
/* A struct with Labels and Value, as `query` gives them. */
bool template_value_is_sample(const struct template_value *v);
/* Time and duration compare with their own kind, and so do all others; false where they do not. */
bool template_value_comparable(const struct template_value *a, const struct template_value *b);
/* Of two comparable ones. */
bool template_value_equal(const struct template_value *a, const struct template_value *b);

#endif
