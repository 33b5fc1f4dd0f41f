/* h5file.c: a new file is built in memory (h5driver.h), except for numbers that
 * stay where they are, and written out by ourselves. HDF5 1.10 does not survive
 * a disk that runs full: a file that fails to close stays open and crashes the
 * library at exit. And the digest, which comes first in the file, needs all
 * bytes before one is written. */
#include "store/h5file.h"

#include "store/files.h"
#include "store/foreign/h5disk.h"
#include "store/foreign/h5superblock.h"
#include "store/h5attr.h"
#include "store/h5digest.h"
#include "store/h5digest_v1.h"
#include "store/h5driver.h"
#include "store/h5handle.h"
#include "store/h5lock.h"
#include "store/h5trial.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

gt_status gt_h5_start(void)
{
    GT__H5_LOCKED;
    if (H5open() < 0)
        return gt_fail(GT_ERR_MEMORY, "cannot start the HDF5 library");
    gt__h5_clear();
    return GT_OK;
}

gt_h5_reports gt_h5_get_reports(void)
{
    GT__H5_LOCKED;
    gt_h5_reports reports = {0};
    H5Eget_auto2(H5E_DEFAULT, &reports.report, &reports.context);
    return reports;
}

void gt_h5_set_reports(gt_h5_reports reports)
{
    GT__H5_LOCKED;
    H5Eset_auto2(H5E_DEFAULT, reports.report, reports.context);
}

static void release(gt_h5 *f)
{
    GT__H5_LOCKED;
    if (!f)
        return;
    if (f->file >= 0)
        H5Fclose(f->file);
    free(f->bytes);
    free(f->path);
    free(f);
}

static gt_status reserve(gt_h5 **out, const char *path)
{
    gt_h5 *f = calloc(1, sizeof *f);
    if (f) {
        f->file = H5I_INVALID_HID;
        f->path = strdup(path);
    }
    if (f && f->path) {
        *out = f;
        return GT_OK;
    }
    release(f);
    return gt_fail(GT_ERR_MEMORY, "%s: out of memory", path);
}

gt_status gt__h5_begin(gt_h5 **out, const char *path)
{
    GT__H5_LOCKED;
    gt_h5 *f = NULL;
    gt_status status = reserve(&f, path);
    if (status != GT_OK)
        return status;
    gt__h5_clear();
    f->file = gt__h5_create_image(path, &f->image);
    if (f->file < 0)
        status = gt__h5_fail(GT_ERR_MEMORY, f, "build", "");
    else
        status = gt__h5_digest_announce(f);
    if (status == GT_OK)
        *out = f;
    else
        release(f);
    return status;
}

gt_status gt_h5_create(gt_h5 **out, const char *path)
{
    /* Now, before long work, and not only when it is committed. */
    gt_status status = gt_file_check(path);
    return status == GT_OK ? gt__h5_begin(out, path) : status;
}

static gt_status write_out(const gt_h5 *f)
{
    gt_piece *pieces = NULL;
    size_t count = 0;
    gt_status status = gt__h5_digest_write(f->image);
    if (status == GT_OK && gt__image_failed(f->image))
        status = gt__h5_fail(GT_ERR_MEMORY, f, "build", "");
    if (status == GT_OK)
        status = gt__image_pieces(f->image, 0, &pieces, &count);
    if (status == GT_OK)
        status = gt_file_replace_pieces(f->path, pieces, count);
    free(pieces);
    return status;
}

static gt_status flush(const gt_h5 *f)
{
    GT__H5_LOCKED;
    gt__h5_clear();
    return H5Fflush(f->file, H5F_SCOPE_GLOBAL) < 0
               ? gt__h5_fail(GT_ERR_MEMORY, f, "build", "")
               : GT_OK;
}

gt_status gt_h5_commit(gt_h5 *f)
{
    gt_status status = flush(f);
    if (status == GT_OK)
        status = write_out(f);
    release(f);
    return status;
}

void gt_h5_discard(gt_h5 *f)
{
    GT__H5_LOCKED;
    if (f)
        gt__h5_clear();
    release(f);
}

static bool has_signature(const char *bytes, size_t size)
{
    for (size_t at = 0; at < size; at = gt__h5_superblock_next(at))
        if (gt__h5_superblock_begins(bytes + at, size - at))
            return true;
    return false;
}

bool gt_h5_is_file(const char *path)
{
    char head[16];
    bool found = false;
    int fd = open(path, O_RDONLY | O_NONBLOCK); /* nobody may fill a pipe */
    for (uint64_t at = 0; fd >= 0 && !found; at = gt__h5_superblock_next(at)) {
        ssize_t n = pread(fd, head, sizeof head, (off_t)at);
        if (n <= 0)
            break;
        found = gt__h5_superblock_begins(head, (size_t)n) ||
                (at == 0 && gt__h5_digest_begins(head, (size_t)n));
    }
    if (fd >= 0)
        close(fd);
    return found;
}

bool gt_h5_is_ours(const char *path)
{
    char head[16];
    char *format = NULL;
    gt_h5 *f = NULL;
    int fd = open(path, O_RDONLY | O_NONBLOCK); /* nobody may fill a pipe */
    ssize_t n = fd >= 0 ? pread(fd, head, sizeof head, 0) : 0;
    if (fd >= 0)
        close(fd);
    if (n > 0 && gt__h5_digest_begins(head, (size_t)n))
        return true;
    bool ours = !gt_h5_is_file(path) ||
                gt_h5_open_in_place(&f, path) != GT_OK ||
                (gt_h5_get_text(f, "/", "format", &format) == GT_OK &&
                 !strncmp(format, "gentrain", 8) &&
                 strcmp(format, "gentrain data") != 0);
    free(format);
    gt_h5_close(f);
    return ours;
}

/* Our copy of a file that is open for writing loses the mark of that. */
static void remove_mark(char *bytes, size_t size)
{
    for (size_t at = 0; at + GT__H5_SUPERBLOCK <= size;
         at = gt__h5_superblock_next(at)) {
        if (!gt__h5_superblock_begins(bytes + at, size - at))
            continue;
        size_t mark = gt__h5_superblock_mark(bytes + at);
        if (mark)
            memset(bytes + at + mark, 0, GT__H5_MARK);
        return;
    }
}

/* Compare the bytes with their digest, of whichever format. */
static gt_status check_bytes(gt_h5 *f, size_t size)
{
    remove_mark(f->bytes, size);
    gt_status status =
        gt__h5_digest_check(f->path, f->bytes, size, &f->digested);
    if (status == GT_OK && !f->digested)
        status = gt__h5_digest_v1_check(f->path, f->bytes, size, &f->digested);
    if (status == GT_OK && !has_signature(f->bytes, size))
        status = gt_fail(GT_ERR_FORMAT, "%s is not an HDF5 file", f->path);
    return status;
}

static gt_status look_inside(gt_h5 *f, size_t size)
{
    GT__H5_LOCKED;
    gt__h5_clear();
    f->file = gt__h5_open_bytes(f->path, f->bytes, size);
    if (f->file < 0)
        return gt_fail(GT_ERR_FORMAT,
                       "%s is truncated or damaged; use an older file",
                       f->path);
    if (f->digested)
        return GT_OK;
    gt_status status = gt__h5_digest_check_lost(f);
    return status == GT_OK ? gt__h5_digest_v1_check_lost(f) : status;
}

gt_status gt_h5_open(gt_h5 **out, const char *path)
{
    gt_h5 *f = NULL;
    size_t size = 0;
    gt_status status = reserve(&f, path);
    if (status == GT_OK)
        status = gt_file_read(path, &f->bytes, &size);
    if (status == GT_OK)
        status = check_bytes(f, size);
    if (status == GT_OK && !f->digested)
        status = gt__h5_trial(f->path, f->bytes, size);
    if (status == GT_OK)
        status = look_inside(f, size);
    if (status == GT_OK)
        *out = f;
    else
        release(f);
    return status;
}

static gt_status open_on_disk(gt_h5 *f)
{
    GT__H5_LOCKED;
    gt__h5_clear();
    f->file = gt__h5_open_path(f->path);
    if (f->file >= 0)
        return GT_OK;
    return gt_fail(GT_ERR_FORMAT,
                   "%s is truncated or damaged, as HDF5 cannot open it; copy "
                   "it again",
                   f->path);
}

static gt_status open_in_place(gt_h5 **out, const char *path, bool tried)
{
    gt_h5 *f = NULL;
    gt_status status = reserve(&f, path);
    if (status == GT_OK)
        status = gt_file_check_readable(path);
    if (status == GT_OK && !gt_h5_is_file(path))
        status = gt_fail(GT_ERR_FORMAT, "%s is not an HDF5 file", path);
    if (status == GT_OK && !tried)
        status = gt__h5_trial_in_place(path);
    if (status == GT_OK)
        status = open_on_disk(f);
    if (status == GT_OK)
        *out = f;
    else
        release(f);
    return status;
}

gt_status gt_h5_open_in_place(gt_h5 **out, const char *path)
{
    return open_in_place(out, path, false);
}

gt_status gt_h5_open_tried(gt_h5 **out, const char *path)
{
    return open_in_place(out, path, true);
}

void gt_h5_close(gt_h5 *f)
{
    GT__H5_LOCKED;
    if (f)
        gt__h5_clear();
    release(f);
}

bool gt_h5_has_digest(const gt_h5 *f)
{
    return f->digested;
}
