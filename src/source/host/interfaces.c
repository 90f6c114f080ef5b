/* One folder an interface; an attribute is a file of one word. A device may go between the listing
 * and the reading: its attributes are empty then, and the next round no longer lists it. */
#include "source/host/interfaces.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "source/host/proc_file.h"
#include "source/host/words.h"

void interfaces_init(struct interfaces *in, const char *root)
{
    *in = (struct interfaces){.folder = mem_printf("%s/sys/class/net", root)};
}

static void interface_release(struct interface *it)
{
    free(it->name);
    free(it->state);
}

static void release_list(struct interfaces *in)
{
    VEC_EACH (&in->list, struct interface, it) {
        interface_release(it);
    }
    vec_release(&in->list);
}

void interfaces_release(struct interfaces *in)
{
    release_list(in);
    free(in->folder);
}

/* The attribute without its line end; empty where it cannot be read (speed of what has none). */
static struct str read_attribute(const struct interfaces *in, const char *name, const char *attr,
                                 struct strbuf *scratch)
{
    struct proc_file file = {.path = mem_printf("%s/%s/%s", in->folder, name, attr)};
    enum proc_read got = proc_file_read(&file, scratch);
    proc_file_release(&file);
    return got == PROC_READ ? str_trim(strbuf_str(scratch)) : STR_NONE;
}

static double read_number(const struct interfaces *in, const char *name, const char *attr,
                          struct strbuf *scratch)
{
    double v;
    return word_number(read_attribute(in, name, attr, scratch), &v) ? v : NAN;
}

/* `before` is what was known of it, or NULL. */
static struct interface read_interface(const struct interfaces *in, const char *name,
                                       const struct interface *before, struct strbuf *scratch)
{
    struct interface it = {.name = mem_strdup(name)};
    it.state = str_dup(read_attribute(in, name, "operstate", scratch));
    it.mtu = read_number(in, name, "mtu", scratch);
    if (before != NULL && strcmp(before->state, it.state) == 0) {
        it.speed_bytes = before->speed_bytes;
    } else {
        /* In megabits a second; -1: unknown. */
        double mbit = read_number(in, name, "speed", scratch);
        it.speed_bytes = mbit >= 0 ? mbit * 1000 * 1000 / 8 : NAN;
    }
    return it;
}

static int compare_names(const void *a, const void *b)
{
    const struct interface *x = a;
    const struct interface *y = b;
    return strcmp(x->name, y->name);
}

static void read_all(struct interfaces *in, struct strbuf *scratch)
{
    struct interfaces next = {.folder = in->folder};
    DIR *dir = opendir(in->folder);
    const struct dirent *entry;
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        /* `bonding_masters` is a file. */
        if (entry->d_name[0] == '.' || entry->d_type == DT_REG) {
            continue;
        }
        if (next.list.len == INTERFACES_MAX) {
            next.over_limit = true;
            break;
        }
        char *name = mem_strdup(entry->d_name);
        struct interface wanted = {.name = name};
        const struct interface *before = in->list.len > 0
                                             ? bsearch(&wanted, in->list.items, in->list.len,
                                                       sizeof(struct interface), compare_names)
                                             : NULL;
        vec_push(&next.list, read_interface(in, name, before, scratch));
        free(name);
    }
    if (dir != NULL) {
        closedir(dir);
    }
    if (next.list.len > 0) {
        qsort(next.list.items, next.list.len, sizeof(struct interface), compare_names);
    }
    struct interfaces old = *in;
    *in = next;
    release_list(&old);
}

void interfaces_add(struct interfaces *in, struct mono now, struct strbuf *scratch,
                    struct host_sink *sink)
{
    if (!in->read || mono_ms_since(now, in->read_at) >= INTERFACES_EVERY_MS) {
        read_all(in, scratch);
        in->read = true;
        in->read_at = now;
    }
    VEC_EACH (&in->list, const struct interface, it) {
        struct label label = {STR("device"), str_from(it->name)};
        host_add_labeled(sink, "node_network_up", &label, 1, strcmp(it->state, "up") == 0 ? 1 : 0);
        if (!isnan(it->mtu)) {
            host_add_labeled(sink, "node_network_mtu_bytes", &label, 1, it->mtu);
        }
        if (!isnan(it->speed_bytes)) {
            host_add_labeled(sink, "node_network_speed_bytes", &label, 1, it->speed_bytes);
        }
    }
}
