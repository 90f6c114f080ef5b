/* Methods of times and durations: `(toTime $value).Unix`, `.Format "15:04"`. Private to this
 * folder.
 */
#ifndef TOCSIN_TEMPLATE_METHOD_H
#define TOCSIN_TEMPLATE_METHOD_H

#include "template/functions.h"

struct method;

/* NULL where the value has none of that name. */
const struct method *method_find(const struct template_value *of, struct str name);
/* With call->args; false with call->err, without a place. */
bool method_call(const struct method *method, struct call *call, const struct template_value *of,
                 struct template_value *out) ATTR_NODISCARD;

#endif
