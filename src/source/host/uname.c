/* Names come from the kernel (uname), not from a resolver: no look-up may hang here. */
#include "source/host/uname.h"

#include "base/mem.h"
#include "source/host/proc_file.h"

void host_uname_add(const struct utsname *u, struct host_sink *sink)
{
    const struct label labels[] = {
        {STR("domainname"), str_from(u->domainname)}, {STR("machine"), str_from(u->machine)},
        {STR("nodename"), str_from(u->nodename)},     {STR("release"), str_from(u->release)},
        {STR("sysname"), str_from(u->sysname)},       {STR("version"), str_from(u->version)},
    };
    host_add_labeled(sink, "node_uname_info", labels, ARRAY_LEN(labels), 1);
}

static char *name_in_file(const char *root)
{
    struct strbuf text;
    struct proc_file file;
    char *name = NULL;
    strbuf_init(&text, PROC_FILE_MAX);
    proc_file_init(&file, root, "/etc/hostname");
    if (proc_file_read(&file, &text) == PROC_READ) {
        struct str line = str_trim(strbuf_str(&text));
        line = str_slice(line, 0, str_find(line, '\n'));
        name = line.len > 0 && line.len < LABELS_MAX_VALUE ? str_dup(line) : NULL;
    }
    proc_file_release(&file);
    strbuf_release(&text);
    return name;
}

char *host_name(const char *root)
{
    char *name = root[0] != '\0' ? name_in_file(root) : NULL;
    struct utsname u;
    if (name == NULL && uname(&u) == 0) {
        name = mem_strdup(u.nodename);
    }
    return name != NULL ? name : mem_strdup("localhost");
}
