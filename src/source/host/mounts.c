/* A line is `device point type options 0 0`; white space and backslashes in the first two are
 * written as octal escapes (getmntent(3)). */
#include "source/host/mounts.h"

#include "source/host/words.h"

static const char *const pseudo_types[] = {
    "autofs",     "binfmt_misc", "bpf",       "cgroup",   "cgroup2",   "configfs",
    "debugfs",    "devpts",      "devtmpfs",  "fusectl",  "hugetlbfs", "iso9660",
    "mqueue",     "nsfs",        "overlay",   "proc",     "procfs",    "pstore",
    "rpc_pipefs", "securityfs",  "selinuxfs", "squashfs", "sysfs",     "tracefs",
};

/* Those that ask another machine, or a process that may have died. */
static const char *const remote_types[] = {
    "9p",      "afs",      "beegfs",    "ceph", "cifs",   "coda",     "davfs", "fuse",
    "fuseblk", "gfs2",     "glusterfs", "gpfs", "lustre", "ncpfs",    "nfs",   "nfs4",
    "ocfs2",   "orangefs", "pvfs2",     "smb3", "smbfs",  "virtiofs",
};

static bool is_one_of(struct str s, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (str_equal_c(s, words[i])) {
            return true;
        }
    }
    return false;
}

/* `point` is `folder` or below it. */
static bool is_within(struct str point, struct str folder)
{
    return str_starts_with(point, folder) &&
           (point.len == folder.len || point.data[folder.len] == '/');
}

/* ^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/) */
static bool is_hidden_point(struct str point)
{
    static const char *const folders[] = {"/dev", "/proc", "/sys"};
    static const char *const parents[] = {"/run/credentials/", "/var/lib/docker/",
                                          "/var/lib/containers/storage/"};
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        if (is_within(point, str_from(folders[i]))) {
            return true;
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(parents); i++) {
        struct str parent = str_from(parents[i]);
        if (str_starts_with(point, parent) && point.len > parent.len) {
            return true;
        }
    }
    return false;
}

static bool is_octal(char c)
{
    return c >= '0' && c <= '7';
}

static struct str unescape(struct arena *arena, struct str s)
{
    struct str copy = arena_str(arena, s);
    if (str_find(s, '\\') == s.len) {
        return copy;
    }
    char *out = arena_array(arena, char, s.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.data[i] == '\\' && i + 3 < s.len && is_octal(s.data[i + 1]) &&
            is_octal(s.data[i + 2]) && is_octal(s.data[i + 3])) {
            out[n++] = (char)((s.data[i + 1] - '0') * 64 + (s.data[i + 2] - '0') * 8 +
                              (s.data[i + 3] - '0'));
            i += 3;
        } else {
            out[n++] = s.data[i];
        }
    }
    return str_span(out, n);
}

static bool has_option(struct str options, struct str wanted)
{
    struct str option;
    while (str_split(&options, ',', &option)) {
        if (str_equal(option, wanted)) {
            return true;
        }
    }
    return false;
}

/* The newest mount of a point hides the older ones. */
static void put(struct host_mounts *mounts, const struct host_mount *mount)
{
    VEC_EACH (&mounts->list, struct host_mount, it) {
        if (str_equal(it->point, mount->point)) {
            *it = *mount;
            return;
        }
    }
    if (mounts->list.len == HOST_MAX_MOUNTS) {
        mounts->over_limit = true;
        return;
    }
    vec_push(&mounts->list, *mount);
}

static bool decode_line(struct host_mounts *mounts, struct str line)
{
    struct str device = word_next(&line);
    struct str point = word_next(&line);
    struct str type = word_next(&line);
    struct str options = word_next(&line);
    if (options.len == 0 || !str_starts_with(point, STR("/"))) {
        return false;
    }
    if (is_one_of(type, pseudo_types, ARRAY_LEN(pseudo_types)) || is_hidden_point(point)) {
        return true;
    }
    struct host_mount mount = {
        .device = unescape(&mounts->arena, device),
        .point = unescape(&mounts->arena, point),
        .type = arena_str(&mounts->arena, type),
        .read_only = has_option(options, STR("ro")),
        .remote = is_one_of(type, remote_types, ARRAY_LEN(remote_types)) ||
                  str_starts_with(type, STR("fuse.")),
    };
    put(mounts, &mount);
    return true;
}

bool host_mounts_decode(struct host_mounts *mounts, struct str text)
{
    host_mounts_release(mounts);
    arena_init(&mounts->arena);
    bool any = text.len == 0;
    struct str line;
    for (struct str rest = text; str_split(&rest, '\n', &line);) {
        any = decode_line(mounts, line) || any;
    }
    return any;
}

void host_mounts_release(struct host_mounts *mounts)
{
    arena_release(&mounts->arena);
    vec_release(&mounts->list);
    mounts->over_limit = false;
}

void host_fs_add(const struct host_mount *mount, const struct host_fs *fs, struct host_sink *sink)
{
    const struct label labels[] = {
        {STR("device"), mount->device},
        {STR("fstype"), mount->type},
        {STR("mountpoint"), mount->point},
    };
    const struct {
        const char *metric;
        double v;
    } values[] = {
        {"node_filesystem_size_bytes", fs->size_bytes},
        {"node_filesystem_free_bytes", fs->free_bytes},
        {"node_filesystem_avail_bytes", fs->avail_bytes},
        {"node_filesystem_files", fs->files},
        {"node_filesystem_files_free", fs->files_free},
    };
    host_add_labeled(sink, "node_filesystem_device_error", labels, 3, fs->failed ? 1 : 0);
    host_add_labeled(sink, "node_filesystem_readonly", labels, 3, mount->read_only ? 1 : 0);
    for (size_t i = 0; i < ARRAY_LEN(values) && !fs->failed; i++) {
        host_add_labeled(sink, values[i].metric, labels, 3, values[i].v);
    }
}
