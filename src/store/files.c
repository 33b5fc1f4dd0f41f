/* files.c: the order of system calls that makes a file appear whole: write,
 * fsync, rename, fsync of the directory. Without the first fsync a power loss
 * may leave an empty file under the final name; without the second, none.
 *
 * Files are written and read in steps, with a tick after each. What was
 * written is flushed every so often, or the system would take a large file into
 * its memory at once, and then be silent for as long as the disk takes. */
#include "store/files.h"

#include "base/collective_tick.h"
#include "base/memory.h"
#include "store/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    NAMES = 1000,
    BUFFER = 1 << 16,
    STEP = 1 << 20,  /* bytes of a call at most */
    LARGE = 1 << 24, /* bytes: is there memory for them? */
    FLUSH = 1 << 26, /* bytes after which to flush */
};

int gt_file_flush(int fd)
{
    if (fsync(fd) == 0 || errno == EINVAL || errno == ENOSYS ||
        errno == ENOTSUP || errno == EOPNOTSUPP)
        return 0;
    return -1;
}

typedef struct output {
    int fd;
    size_t unflushed; /* bytes */
} output;

static gt_status write_all(output *out, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = write(out->fd, data, size < STEP ? size : STEP);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return GT_ERR_IO;
        data += n;
        size -= (size_t)n;
        out->unflushed += (size_t)n;
        if (out->unflushed >= FLUSH) {
            if (gt_file_flush(out->fd) != 0)
                return GT_ERR_IO;
            out->unflushed = 0;
        }
        gt_collective_tick();
    }
    return GT_OK;
}

/* Small pieces go out together: a system call each would take longer. */
static gt_status write_pieces(int fd, const gt_piece *pieces, size_t count)
{
    char buffer[BUFFER];
    size_t used = 0;
    output out = {.fd = fd};
    gt_status status = GT_OK;
    for (size_t i = 0; i < count && status == GT_OK; i++) {
        const gt_piece *piece = &pieces[i];
        if (used + piece->size > BUFFER) {
            status = write_all(&out, buffer, used);
            used = 0;
        }
        if (piece->size > BUFFER && status == GT_OK) {
            status = write_all(&out, piece->data, piece->size);
        } else if (piece->size > 0 && status == GT_OK) {
            memcpy(buffer + used, piece->data, piece->size);
            used += piece->size;
        }
    }
    return status == GT_OK ? write_all(&out, buffer, used) : status;
}

/* Many file systems cannot flush a folder, or let nobody read it who may write
 * into it, and say so in as many ways. Only what tells that data are gone
 * counts. */
static bool is_serious(int error)
{
    return error == EIO || error == ENOSPC || error == EDQUOT;
}

/* The folder that holds `path`, flushed so that a rename in it lasts. */
static gt_status flush_directory_of(const char *path)
{
    char folder[GT_PATH];
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (!slash)
        strcpy(folder, ".");
    else if (slash == folder)
        slash[1] = '\0';
    else
        *slash = '\0';
    int fd = open(folder, O_RDONLY | O_DIRECTORY);
    bool failed =
        fd < 0 ? is_serious(errno) : fsync(fd) != 0 && is_serious(errno);
    int error = errno;
    if (fd >= 0)
        close(fd);
    gt_collective_tick();
    errno = error;
    return failed ? GT_ERR_IO : GT_OK;
}

static struct {
    gt_status (*check)(void *context);
    void *context;
} guard;

void gt_file_set_guard(gt_status (*check)(void *context), void *context)
{
    guard.check = check;
    guard.context = context;
}

static gt_status ask_guard(void)
{
    return guard.check ? guard.check(guard.context) : GT_OK;
}

/* What the name of a temporary file adds: a process and a number. */
#define TEMPORARY ".%ld-%d.tmp"

/* Opens it too. Its name is nobody else's: a job that was cut off and the one
 * that took its place may write the same file at the same time. */
static gt_status open_temporary(const char *path, char temporary[GT_PATH],
                                int *fd)
{
    for (int i = 0; i < NAMES; i++) {
        if (snprintf(temporary, GT_PATH, "%s" TEMPORARY, path, (long)getpid(),
                     i) >= GT_PATH)
            return gt_fail(GT_ERR_IO, "the path %s is too long", path);
        *fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL, 0666);
        if (*fd >= 0)
            return GT_OK;
        if (errno != EEXIST)
            break;
    }
    return gt_fail(GT_ERR_IO, "cannot write %s: %s", path,
                   gt_file_reason(path));
}

gt_status gt_file_check(const char *path)
{
    struct stat info;
    if (*path && stat(path, &info) != 0 && lstat(path, &info) == 0)
        return gt_fail(GT_ERR_IO, "cannot write %s: %s", path,
                       gt_file_reason(path));
    if (!*path || (stat(path, &info) == 0 && !S_ISREG(info.st_mode)))
        return gt_fail(GT_ERR_IO, "cannot write \"%s\": not a regular file",
                       path);
    char temporary[GT_PATH];
    int fd = -1;
    gt_status status = open_temporary(path, temporary, &fd);
    if (status != GT_OK)
        return status;
    close(fd);
    unlink(temporary);
    return GT_OK;
}

gt_status gt_file_check_kind(const char *path, bool (*is)(const char *path),
                             const char *kind)
{
    struct stat info;
    gt_status status = gt_file_check(path);
    if (status != GT_OK || stat(path, &info) != 0 || info.st_size == 0)
        return status;
    /* Who cannot read it cannot tell its kind. */
    status = gt_file_check_readable(path);
    if (status != GT_OK || is(path))
        return status;
    return gt_fail(GT_ERR_IO,
                   "%s is there already and is not %s; give another name, or "
                   "remove it",
                   path, kind);
}

gt_status gt_file_replace(const char *path, const void *data, size_t size)
{
    return gt_file_replace_pieces(path, &(gt_piece){data, size}, 1);
}

gt_status gt_file_replace_pieces(const char *path, const gt_piece *pieces,
                                 size_t count)
{
    char temporary[GT_PATH];
    int fd = -1;
    gt_status status = open_temporary(path, temporary, &fd);
    if (status != GT_OK)
        return status;
    status = write_pieces(fd, pieces, count);
    if (status == GT_OK && gt_file_flush(fd) != 0)
        status = GT_ERR_IO;
    int error = errno;
    if (close(fd) != 0 && status == GT_OK) {
        status = GT_ERR_IO;
        error = errno;
    }
    if (status == GT_OK) {
        status = ask_guard();
        if (status != GT_OK) {
            unlink(temporary);
            return status;
        }
    }
    if (status == GT_OK &&
        (rename(temporary, path) != 0 || flush_directory_of(path) != GT_OK)) {
        status = GT_ERR_IO;
        error = errno;
    }
    if (status == GT_OK)
        return GT_OK;
    unlink(temporary);
    return gt_fail(GT_ERR_IO, "cannot write %s: %s", path, strerror(error));
}

gt_status gt_file_rename(const char *from, const char *to)
{
    gt_status status = ask_guard();
    if (status != GT_OK)
        return status;
    if (rename(from, to) == 0 ? flush_directory_of(to) == GT_OK
                              : errno == ENOENT)
        return GT_OK;
    return gt_fail(GT_ERR_IO, "cannot rename %s: %s", from,
                   gt_file_reason(from));
}

gt_status gt_file_remove(const char *path)
{
    gt_status status = ask_guard();
    if (status != GT_OK || unlink(path) == 0 || errno == ENOENT)
        return status;
    return gt_fail(GT_ERR_IO, "cannot remove %s: %s", path, strerror(errno));
}

typedef struct input {
    char *bytes;
    size_t size;
} input;

/* Whether the error tells of the file, or of a path that leads nowhere. What
 * else there is, locks, permissions and limits, tells nothing of it. */
static bool tells_of_file(int error)
{
    static const int errors[] = {EIO,    ENOENT, ENOTDIR, ELOOP,
                                 EISDIR, ENXIO,  ENODEV,  EBADMSG};
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        if (error == errors[i])
            return true;
    return false;
}

static gt_status unreadable(const char *path)
{
    gt_status status = tells_of_file(errno) ? GT_ERR_IO : GT_ERR_BUSY;
    return gt_fail(status, "cannot read %s: %s", path, gt_file_reason(path));
}

gt_status gt_file_check_readable(const char *path)
{
    char byte;
    struct stat info;
    int fd = open(path, O_RDONLY | O_NONBLOCK); /* nobody may fill a pipe */
    if (fd < 0)
        return unreadable(path);
    gt_status status = GT_OK;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) &&
        read(fd, &byte, 1) < 0)
        status = unreadable(path);
    close(fd);
    return status;
}

/* What is read grows in steps; a file's size is only a first guess, as it may
 * be a pipe, or grow. */
static gt_status read_all(int fd, const char *path, input *in)
{
    struct stat info;
    size_t capacity = fstat(fd, &info) == 0 ? (size_t)info.st_size + 2 : 2;
    if (capacity > LARGE &&
        gt_memory_check_reading(path, (double)capacity) != GT_OK)
        return GT_ERR_MEMORY;
    for (;; capacity *= 2) {
        char *larger = realloc(in->bytes, capacity);
        if (!larger)
            return gt_fail(GT_ERR_MEMORY, "%s: cannot allocate %zu bytes", path,
                           capacity);
        in->bytes = larger;
        while (in->size + 1 < capacity) {
            size_t left = capacity - in->size - 1;
            ssize_t n =
                read(fd, in->bytes + in->size, left < STEP ? left : STEP);
            if (n < 0 && errno == EINTR)
                continue;
            if (n < 0)
                return unreadable(path);
            if (n == 0)
                return GT_OK;
            in->size += (size_t)n;
            gt_collective_tick();
        }
    }
}

gt_status gt_file_read(const char *path, char **data, size_t *size)
{
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return unreadable(path);
    input in = {0};
    gt_status status = read_all(fd, path, &in);
    close(fd);
    if (status != GT_OK) {
        free(in.bytes);
        return status;
    }
    in.bytes[in.size] = '\0';
    *data = in.bytes;
    *size = in.size;
    return GT_OK;
}

gt_status gt_directory_make_new(const char *path, bool *made)
{
    *made = mkdir(path, 0777) == 0;
    if (*made ? flush_directory_of(path) == GT_OK : errno == EEXIST)
        return GT_OK;
    return gt_fail(GT_ERR_IO, "cannot make the directory %s: %s", path,
                   gt_file_reason(path));
}

/* Some file systems refuse to make a directory for other reasons than that it
 * is there. */
static gt_status make_part(const char *path)
{
    struct stat info;
    bool made;
    gt_status status = gt_directory_make_new(path, &made);
    if (made || (stat(path, &info) == 0 && S_ISDIR(info.st_mode)))
        return made ? status : GT_OK;
    if (status != GT_OK)
        return status;
    errno = EEXIST;
    const char *reason = gt_file_reason(path);
    return gt_fail(GT_ERR_IO, "cannot make the directory %s: %s", path,
                   strcmp(reason, strerror(EEXIST)) != 0
                       ? reason
                       : "a file of that name exists");
}

gt_status gt_directory_make(const char *path)
{
    char part[GT_PATH];
    if (snprintf(part, sizeof part, "%s", path) >= (int)sizeof part)
        return gt_fail(GT_ERR_IO, "the path %s is too long", path);
    for (char *p = part + 1;; p++) {
        if (*p != '/' && *p != '\0')
            continue;
        char end = *p;
        *p = '\0';
        gt_status status = make_part(part);
        if (status != GT_OK || end == '\0')
            return status;
        *p = end;
    }
}

typedef struct name_visit {
    gt_status (*visit)(const char *name, void *context);
    void *context;
} name_visit;

static gt_status visit_name(const gt_entry *entry, void *context)
{
    const name_visit *v = context;
    return v->visit(entry->name, v->context);
}

gt_status gt_directory_list(const char *path,
                            gt_status (*visit)(const char *name, void *context),
                            void *context)
{
    name_visit v = {visit, context};
    return gt_directory_visit(path, visit_name, &v);
}

/* Only names that open_temporary gives, which people do not. */
bool gt_file_is_temporary(const char *name)
{
    char ours[64];
    long process;
    int number;
    for (const char *dot = name; (dot = strchr(dot, '.')); dot++) {
        if (sscanf(dot, TEMPORARY, &process, &number) != 2)
            continue;
        snprintf(ours, sizeof ours, TEMPORARY, process, number);
        if (!strcmp(dot, ours))
            return true;
    }
    return false;
}

static gt_status sweep_one(const char *name, void *folder)
{
    char path[GT_PATH];
    if (!gt_file_is_temporary(name) ||
        snprintf(path, sizeof path, "%s/%s", (const char *)folder, name) >=
            (int)sizeof path)
        return GT_OK;
    gt_status status = ask_guard();
    if (status == GT_OK)
        unlink(path); /* one that stays does no harm */
    return status;
}

gt_status gt_directory_sweep(const char *path)
{
    return gt_directory_list(path, sweep_one, (void *)path);
}
