/*
 * One program a folder: a file `lock` in it, locked for as long as the program lives and gone with
 * it however it ends. The file itself stays; it holds the number of the process that has it, for
 * the message to the second one.
 *
 * Owner: folder_lock_take/folder_lock_release.
 */
#ifndef TOCSIN_DB_FOLDER_LOCK_H
#define TOCSIN_DB_FOLDER_LOCK_H

#include "base/error.h"

struct folder_lock;
/* NULL with ERROR_BUSY where another has it, also this same process; other kinds where the file
 * cannot be made. */
struct folder_lock *folder_lock_take(const char *folder, struct error *err) ATTR_NODISCARD;
void folder_lock_release(struct folder_lock *lock); /* NULL is fine */

#endif
