/* See mirror.h; what alerts.h does with it stands where it does it. */
#include "alert/mirror.h"

#include "alert/alerts_private.h"

void alerts_set_host(struct alerts *alerts, const struct alerts_host *host)
{
    alerts->host = host;
    alerts->mirror = (struct alerts_mirror){.alerts = NULL};
    alerts_touch(alerts);
}

void alerts_show(struct alerts *alerts, const struct alerts_mirror *mirror)
{
    alerts->mirror = *mirror;
    alerts_touch(alerts);
}
