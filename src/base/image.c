/* See image.h. */
#include "base/image.h"

#include <link.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

#define STATM_MAX 256

void image_use_one_heap(void)
{
#ifdef __GLIBC__
    mallopt(M_ARENA_MAX, 1);
#endif
}

/*
 * Only segments that cannot be written: what the loader changed while it relocated is in others
 * (the part that it makes read-only afterwards lies in a writable segment), so that every page is
 * as it is in the file.
 */
static int settle_object(struct dl_phdr_info *info, size_t size, void *user)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    (void)size;
    (void)user;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W) != 0) {
            continue;
        }
        uintptr_t begin = (uintptr_t)(info->dlpi_addr + segment->p_vaddr);
        uintptr_t end = begin + segment->p_memsz;
        begin = begin & ~(page - 1);
        end = end & ~(page - 1);
        if (begin < end) {
            /* Advice: where it is not taken, the pages stay. */
            (void)madvise((void *)begin, end - begin, MADV_DONTNEED);
        }
    }
    return 0;
}

/* An object with text relocations has pages that are not those of the file. */
static int look_for_text_relocations(struct dl_phdr_info *info, size_t size, void *user)
{
    (void)size;
    (void)user;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type != PT_DYNAMIC) {
            continue;
        }
        const ElfW(Dyn) *entry =
            (const ElfW(Dyn) *)(uintptr_t)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
        for (; entry->d_tag != DT_NULL; entry++) {
            if (entry->d_tag == DT_TEXTREL ||
                (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL) != 0)) {
                return 1;
            }
        }
    }
    return 0;
}

void image_settle(void)
{
#ifdef __GLIBC__
    (void)malloc_trim(0);
#endif
    if (dl_iterate_phdr(look_for_text_relocations, NULL) == 0) {
        (void)dl_iterate_phdr(settle_object, NULL);
    }
}

int64_t image_resident_bytes(void)
{
    struct strbuf text;
    struct error err = ERROR_INIT;
    long long total = 0;
    long long resident = 0;
    strbuf_init(&text, STATM_MAX);
    if (!file_read("/proc/self/statm", &text, &err) ||
        sscanf(strbuf_cstr(&text), "%lld %lld", &total, &resident) != 2) {
        resident = 0;
        error_release(&err);
    }
    strbuf_release(&text);
    return resident * sysconf(_SC_PAGESIZE);
}
