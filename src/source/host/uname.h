/* Which machine and kernel this is. */
#ifndef TOCSIN_SOURCE_HOST_UNAME_H
#define TOCSIN_SOURCE_HOST_UNAME_H

#include <sys/utsname.h>

#include "source/host/sink.h"

void host_uname_add(const struct utsname *u, struct host_sink *sink);
/* The host's name for its `instance` label; the caller frees. With a root the container's own name
 * says nothing, so the root's /etc/hostname is asked first. */
char *host_name(const char *root);

#endif
