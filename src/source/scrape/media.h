/* What an answer is: which of the two text formats, or no metrics page at all, and then which
 * sentence helps the person who gave the URL. */
#ifndef TOCSIN_SOURCE_SCRAPE_MEDIA_H
#define TOCSIN_SOURCE_SCRAPE_MEDIA_H

#include "base/error.h"
#include "source/scrape/sample_line.h"

/* OpenMetrics preferred, then the classic format, then whatever there is (prometheus:
 * scrape/scrape.go, acceptHeader). */
#define MEDIA_ACCEPT                                    \
    "application/openmetrics-text;version=1.0.0;q=0.6," \
    "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.1"

#define MEDIA_HEAD_MAX 64

/* By the Content-Type; everything that does not say OpenMetrics is read as the classic format,
 * since many exporters send a wrong type or none. */
enum exposition_format media_format(struct str content_type);

/* A page could not be read as metrics (`err` is set). Where its type or its first bytes `head` (at
 * most MEDIA_HEAD_MAX of them) say that it never was a metrics page, the error says that instead.
 */
void media_explain(struct str content_type, struct str head, const char *url, struct error *err);

#endif
