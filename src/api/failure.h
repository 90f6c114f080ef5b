/* Answers of the API that are errors, read back: for who asks it. */
#ifndef TOCSIN_API_FAILURE_H
#define TOCSIN_API_FAILURE_H

#include "net/json.h"

/* The error that an answer with this status tells of, whose body is `root` or nothing. Returns
 * false. */
bool api_failure(int status, struct json root, struct error *err);

#endif
