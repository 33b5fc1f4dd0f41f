/* partial.c: both files grow at their end alone. The list is made whole under
 * its name, with its facts, before the other file; so a file without a list is
 * somebody else's. */
#include "import/partial.h"

#include "base/collective_tick.h"
#include "core/hash.h"
#include "store/begin_flush.h"
#include "store/reason.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STEP = 1 << 20, FLUSH = 1 << 26 }; /* bytes */

static const char magic[] = "gentrain import 1\n";
enum { MAGIC = sizeof magic - 1 };

/* What a record begins with; the note follows. */
typedef struct record {
    uint64_t note_size, chunk_size, chunk_hash;
    uint64_t hash; /* of the three above, and of the note */
} record;

static gt_status cannot(const char *what, const char *path)
{
    return gt_fail(GT_ERR_IO, "cannot %s %s: %s", what, path,
                   gt_file_reason(path));
}

static gt_status write_all(int fd, const char *path, const void *data,
                           size_t size)
{
    const char *bytes = data;
    while (size > 0) {
        ssize_t n = write(fd, bytes, size < STEP ? size : STEP);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return cannot("write", path);
        bytes += n;
        size -= (size_t)n;
        gt_collective_tick();
    }
    return GT_OK;
}

/* Whether all bytes are there. */
static bool read_all(int fd, uint64_t at, void *data, size_t size)
{
    char *bytes = data;
    while (size > 0) {
        ssize_t n = pread(fd, bytes, size < STEP ? size : STEP, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        at += (uint64_t)n;
        size -= (size_t)n;
        gt_collective_tick();
    }
    return true;
}

static uint64_t hash_of(const record *r, const void *note)
{
    uint64_t both[2] = {gt_hash_of(r, offsetof(record, hash)),
                        gt_hash_of(note, (size_t)r->note_size)};
    return gt_hash_of(both, sizeof both);
}

/* --- Open. */

static gt_status begin_list(const gt__partial *p, const char *facts)
{
    uint64_t size = strlen(facts);
    gt_piece pieces[] = {
        {magic, MAGIC}, {&size, sizeof size}, {facts, (size_t)size}};
    return gt_file_replace_pieces(p->list, pieces, 3);
}

/* Whether the list, which is open, says these facts; *ours: it is one. */
static bool says(gt__partial *p, const char *facts, bool *ours)
{
    char begin[MAGIC];
    uint64_t size = 0, want = strlen(facts);
    struct stat info;
    bool same = false;
    *ours = read_all(p->list_fd, 0, begin, MAGIC) &&
            !memcmp(begin, magic, MAGIC) &&
            read_all(p->list_fd, MAGIC, &size, sizeof size);
    p->list_end = MAGIC + sizeof size + want;
    char *there = *ours && size == want ? malloc(want + 1) : NULL;
    if (there)
        same = read_all(p->list_fd, MAGIC + sizeof size, there, want) &&
               !memcmp(there, facts, want);
    free(there);
    p->list_size = fstat(p->list_fd, &info) == 0 ? (uint64_t)info.st_size : 0;
    return same;
}

static gt_status open_list(gt__partial *p)
{
    p->list_fd = open(p->list, O_RDWR);
    if (p->list_fd < 0)
        return cannot("open", p->list);
    if (flock(p->list_fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
        return GT_OK;
    return gt_fail(GT_ERR_BUSY,
                   "%s: another process is making it; wait for that, or give "
                   "another name",
                   p->target);
}

static bool is_there(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0;
}

static gt_status refuse(const gt__partial *p, bool ours)
{
    if (ours)
        return gt_fail(GT_ERR_MISMATCH,
                       "%s is a part of an import of other data or with other "
                       "options; repeat that one to go on with it, or give "
                       "--force to begin anew",
                       p->part);
    return gt_fail(GT_ERR_MISMATCH,
                   "%s is in the way and is not of an import; remove it, or "
                   "give --force to have it replaced",
                   is_there(p->list) ? p->list : p->part);
}

/* Forget what there is of an unfinished file. */
static gt_status begin_anew(gt__partial *p, const char *facts)
{
    bool ours;
    if (p->list_fd >= 0)
        close(p->list_fd);
    p->list_fd = -1;
    gt_status status = gt_file_remove(p->part);
    if (status == GT_OK)
        status = begin_list(p, facts);
    if (status == GT_OK)
        status = open_list(p);
    if (status == GT_OK && !says(p, facts, &ours))
        status =
            gt_fail(GT_ERR_IO, "%s is being changed by somebody else", p->list);
    return status;
}

static gt_status set_names(gt__partial *p, const char *target)
{
    *p = (gt__partial){.fd = -1, .list_fd = -1};
    int n = snprintf(p->list, sizeof p->list, "%s.part.list", target);
    if (n >= (int)sizeof p->list)
        return gt_fail(GT_ERR_IO, "the path %s is too long", target);
    snprintf(p->part, sizeof p->part, "%.*s.part", n - 10, p->list);
    snprintf(p->target, sizeof p->target, "%s", target);
    return GT_OK;
}

gt_status gt__partial_open(gt__partial *p, const char *target,
                           const char *facts, uint64_t first, bool anew)
{
    bool ours = false;
    gt_status status = set_names(p, target);
    bool listed = status == GT_OK && is_there(p->list);
    if (listed)
        status = open_list(p);
    if (status != GT_OK)
        return status;
    bool same = listed && says(p, facts, &ours);
    bool there = is_there(p->part);
    if (!anew && !same && (listed || there))
        return refuse(p, ours);
    if (anew || !same || !there)
        status = begin_anew(p, facts);
    if (status != GT_OK)
        return status;
    p->end = first;
    p->fd = open(p->part, O_RDWR | O_CREAT, 0666);
    return p->fd >= 0 ? GT_OK : cannot("write", p->part);
}

void gt__partial_close(gt__partial *p)
{
    if (p->fd >= 0)
        close(p->fd);
    if (p->list_fd >= 0)
        close(p->list_fd);
    free(p->note);
    *p = (gt__partial){.fd = -1, .list_fd = -1};
}

/* --- Read back. */

static bool chunk_is(gt__partial *p, const record *r)
{
    struct stat info;
    if (fstat(p->fd, &info) != 0 || (uint64_t)info.st_size < p->end ||
        (uint64_t)info.st_size - p->end < r->chunk_size)
        return false;
    gt_hash *hash = gt_hash_new();
    char *bytes = malloc(STEP);
    bool good = hash && bytes;
    for (uint64_t done = 0; good && done < r->chunk_size;) {
        uint64_t left = r->chunk_size - done;
        size_t n = left < STEP ? (size_t)left : STEP;
        good = read_all(p->fd, p->end + done, bytes, n);
        gt_hash_add(hash, bytes, good ? n : 0);
        done += n;
    }
    good = good && gt_hash_value(hash) == r->chunk_hash;
    gt_hash_free(hash);
    free(bytes);
    return good;
}

bool gt__partial_read(gt__partial *p, const char **note, size_t *note_size,
                      uint64_t *chunk_size)
{
    record r;
    uint64_t left = p->list_size - p->list_end;
    if (p->list_size < p->list_end || left < sizeof r ||
        !read_all(p->list_fd, p->list_end, &r, sizeof r) ||
        r.note_size > left - sizeof r)
        return false;
    char *larger = realloc(p->note, (size_t)r.note_size + 1);
    if (!larger)
        return false;
    p->note = larger;
    if (!read_all(p->list_fd, p->list_end + sizeof r, p->note,
                  (size_t)r.note_size) ||
        r.hash != hash_of(&r, p->note) || !chunk_is(p, &r))
        return false;
    *note = p->note;
    *note_size = (size_t)r.note_size;
    *chunk_size = r.chunk_size;
    p->list_end += sizeof r + r.note_size;
    p->end += r.chunk_size;
    return true;
}

void gt__partial_drop(gt__partial *p, size_t note_size, uint64_t chunk_size)
{
    p->list_end -= sizeof(record) + note_size;
    p->end -= chunk_size;
}

gt_status gt__partial_ready(gt__partial *p)
{
    if (ftruncate(p->list_fd, (off_t)p->list_end) != 0 ||
        lseek(p->list_fd, (off_t)p->list_end, SEEK_SET) < 0)
        return cannot("write", p->list);
    if (ftruncate(p->fd, (off_t)p->end) != 0 ||
        lseek(p->fd, (off_t)p->end, SEEK_SET) < 0)
        return cannot("write", p->part);
    return GT_OK;
}

/* --- Add. */

gt_status gt__partial_add(gt__partial *p, const void *note, size_t note_size,
                          const void *chunk, size_t chunk_size)
{
    record r = {.note_size = note_size,
                .chunk_size = chunk_size,
                .chunk_hash = gt_hash_of(chunk, chunk_size)};
    r.hash = hash_of(&r, note);
    gt_status status = write_all(p->fd, p->part, chunk, chunk_size);
    if (status == GT_OK)
        status = write_all(p->list_fd, p->list, &r, sizeof r);
    if (status == GT_OK)
        status = write_all(p->list_fd, p->list, note, note_size);
    if (status != GT_OK)
        return status;
    gt_file_begin_flush(p->fd, p->end, chunk_size);
    p->end += chunk_size;
    p->list_end += sizeof r + note_size;
    p->unflushed += chunk_size;
    if (p->unflushed < FLUSH)
        return GT_OK;
    /* Else a fast source has the disk take all of it at the end. */
    p->unflushed = 0;
    return gt_file_flush(p->fd) == 0 ? GT_OK : cannot("write", p->part);
}

gt_status gt__partial_finish(gt__partial *p)
{
    if (gt_file_flush(p->fd) != 0)
        return cannot("write", p->part);
    gt_status status = gt_file_rename(p->part, p->target);
    if (status == GT_OK)
        status = gt_file_remove(p->list);
    return status;
}
