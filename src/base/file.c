/* See file.h. */
#include "base/file.h"

#include <errno.h>

bool file_read_stream(FILE *in, struct strbuf *out, struct error *err)
{
    char piece[65536];
    size_t got;
    while ((got = fread(piece, 1, sizeof(piece), in)) > 0) {
        if (!strbuf_add(out, piece, got)) {
            return error_set(err, ERROR_LIMIT, "the file is larger than %zu MiB", out->max >> 20);
        }
    }
    return ferror(in) == 0 || error_set_sys(err, errno, "cannot read the file");
}

bool file_read(const char *path, struct strbuf *out, struct error *err)
{
    FILE *in = fopen(path, "re");
    if (in == NULL) {
        return error_set_sys(err, errno, "cannot open the file");
    }
    bool ok = file_read_stream(in, out, err);
    (void)fclose(in);
    return ok;
}
