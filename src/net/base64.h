/* Base64 with the standard alphabet and padding (RFC 4648, section 4). */
#ifndef TOCSIN_NET_BASE64_H
#define TOCSIN_NET_BASE64_H

#include "base/str.h"
#include "base/strbuf.h"

void base64_add(struct strbuf *out, struct str data);

#endif
