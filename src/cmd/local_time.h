/* Times as commands print them: local, with the day where it is not today's. */
#ifndef TOCSIN_CMD_LOCAL_TIME_H
#define TOCSIN_CMD_LOCAL_TIME_H

#include <stdint.h>

#include "base/strbuf.h"

/* "03:07:41"; "Nov 20 03:07:41" of another day than now's; "2027-11-20 03:07:41" of another year.
 */
void local_time_format(struct strbuf *out, int64_t ms);
/* The same, seen from another now. */
void local_time_format_from(struct strbuf *out, int64_t ms, int64_t now_ms);

#endif
