/* How much of this process is in memory, and keeping that small in a service that runs for months.
 * Nothing here changes what the program does. */
#ifndef TOCSIN_BASE_IMAGE_H
#define TOCSIN_BASE_IMAGE_H

#include <stdint.h>

/* To be called before the first thread: small allocations of all threads come from one heap. Each
 * would have one of its own otherwise, which stays when the thread has ended. */
void image_use_one_heap(void);
/* To be called when the program has started: memory that only the start needed is given back. That
 * is the free part of the heap, and the code of the program and its libraries, most of which ran
 * once; what is still needed comes back from the files when it next runs. */
void image_settle(void);
/* Bytes that are in memory now; 0 where the system does not say. */
int64_t image_resident_bytes(void);

#endif
