/* Runs a fuzz target once over every file of the folders given: corpora are ordinary tests, with
 * any compiler. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FILE_MAX_BYTES ((size_t)16 * 1024 * 1024)

static int run_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        perror(path);
        return 1;
    }
    uint8_t *data = mem_alloc(FILE_MAX_BYTES);
    size_t size = fread(data, 1, FILE_MAX_BYTES, f);
    fclose(f);
    /* Of exactly this size, so that a sanitizer sees a read past it. */
    data = mem_realloc(data, size > 0 ? size : 1, 1);
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 0;
}

static int run_folder(const char *path, unsigned *files)
{
    DIR *dir = opendir(path);
    if (dir == NULL) {
        perror(path);
        return 1;
    }
    int failed = 0;
    for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        if (e->d_name[0] != '.') {
            char *file = mem_printf("%s/%s", path, e->d_name);
            failed |= run_file(file);
            free(file);
            ++*files;
        }
    }
    closedir(dir);
    return failed;
}

int main(int argc, char **argv)
{
    unsigned files = 0;
    int failed = 0;
    for (int i = 1; i < argc; i++) {
        failed |= run_folder(argv[i], &files);
    }
    printf("%u files\n", files);
    return failed != 0 || files == 0 ? 1 : 0;
}
