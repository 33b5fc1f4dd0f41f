/* h5file.c: a new file is built in memory (h5driver.h), except for numbers that
 * stay where they are, and written out by ourselves. HDF5 1.10 does not survive
 * a disk that runs full: a file that fails to close stays open and crashes the
 * library at exit. And the digest, which comes first in the file, needs all
 * bytes before one is written. */
#include "store/h5file.h"

#include "store/files.h"
#include "store/h5digest.h"
#include "store/h5digest_v1.h"
#include "store/h5driver.h"
#include "store/h5handle.h"
#include "store/h5trial.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

gt_status gt_h5_start(void)
{
    if (H5open() < 0)
        return gt_fail(GT_ERR_MEMORY, "cannot start the HDF5 library");
    gt__h5_clear();
    return GT_OK;
}

gt_h5_reports gt_h5_get_reports(void)
{
    gt_h5_reports reports = {0};
    H5Eget_auto2(H5E_DEFAULT, &reports.report, &reports.context);
    return reports;
}

void gt_h5_set_reports(gt_h5_reports reports)
{
    H5Eset_auto2(H5E_DEFAULT, reports.report, reports.context);
}

static void release(gt_h5 *f)
{
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

gt_status gt_h5_commit(gt_h5 *f)
{
    gt_status status;
    gt__h5_clear();
    if (H5Fflush(f->file, H5F_SCOPE_GLOBAL) < 0)
        status = gt__h5_fail(GT_ERR_MEMORY, f, "build", "");
    else
        status = write_out(f);
    release(f);
    return status;
}

void gt_h5_discard(gt_h5 *f)
{
    if (f)
        gt__h5_clear();
    release(f);
}

/* HDF5's signature lies at the beginning, or behind a user block of 512, 1024,
 * 2048, ... bytes. */
static const char signature[8] = "\211HDF\r\n\032\n";

static bool has_signature(const char *bytes, size_t size)
{
    for (size_t at = 0; at + sizeof signature <= size; at = at ? 2 * at : 512)
        if (!memcmp(bytes + at, signature, sizeof signature))
            return true;
    return false;
}

bool gt_h5_is_file(const char *path)
{
    char head[16];
    bool found = false;
    int fd = open(path, O_RDONLY);
    for (off_t at = 0; fd >= 0 && !found; at = at ? 2 * at : 512) {
        ssize_t n = pread(fd, head, sizeof head, at);
        if (n < (ssize_t)sizeof signature)
            break;
        found = !memcmp(head, signature, sizeof signature) ||
                (at == 0 && gt__h5_digest_begins(head, (size_t)n));
    }
    if (fd >= 0)
        close(fd);
    return found;
}

/* A program that has the file open for writing, or died then, has marked that
 * in its superblock: the consistency flags, of 4 bytes. The file is as good as
 * before until something is written, so our copy of it loses the mark. */
static void remove_mark(char *bytes, size_t size)
{
    static const char mark[4] = {1};
    enum { VERSION = 8, FLAGS = 20 };
    for (size_t at = 0; at + FLAGS + sizeof mark <= size;
         at = at ? 2 * at : 512) {
        char *block = bytes + at;
        if (memcmp(block, signature, sizeof signature) != 0)
            continue;
        if (block[VERSION] <= 1 && !memcmp(block + FLAGS, mark, sizeof mark))
            memset(block + FLAGS, 0, sizeof mark);
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

static gt_status open_bytes(gt_h5 *f, size_t size)
{
    gt_status status =
        f->digested ? GT_OK : gt__h5_trial(f->path, f->bytes, size);
    if (status != GT_OK)
        return status;
    gt__h5_clear();
    f->file = gt__h5_open_bytes(f->path, f->bytes, size);
    if (f->file < 0)
        return gt_fail(GT_ERR_FORMAT,
                       "%s is truncated or damaged; use an older file",
                       f->path);
    if (f->digested)
        return GT_OK;
    status = gt__h5_digest_check_lost(f);
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
    if (status == GT_OK)
        status = open_bytes(f, size);
    if (status == GT_OK)
        *out = f;
    else
        release(f);
    return status;
}

void gt_h5_close(gt_h5 *f)
{
    if (f)
        gt__h5_clear();
    release(f);
}

bool gt_h5_has_digest(const gt_h5 *f)
{
    return f->digested;
}
