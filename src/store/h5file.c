/* h5file.c: files as a whole.
 *
 * A new file is built in memory (h5file_driver.c), except for numbers that stay
 * where they are, and written out by ourselves: HDF5 1.10 does not survive a
 * disk that runs full (a file that fails to close stays open and crashes the
 * library at exit), and a digest of all bytes needs them all before the first
 * is written. HDF5 would print its own error stack; it is silenced and its most
 * specific line goes into our message. */
#include "store/h5file_private.h"

#include "store/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void gt__h5_clear(void)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5Eclear2(H5E_DEFAULT);
    errno = 0;
}

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

/* The innermost error of HDF5's stack comes first when walking upwards. */
static herr_t first_error(unsigned n, const H5E_error2_t *error, void *text)
{
    if (n == 0 && error->desc)
        snprintf(text, 256, "%s", error->desc);
    return 0;
}

gt_status gt__h5_fail(gt_status status, const gt_h5 *file, const char *what,
                      const char *object)
{
    int error = errno;
    if (file->image && gt__image_failed(file->image))
        return gt_fail(GT_ERR_MEMORY, "cannot build %s: out of memory",
                       file->path);
    char reason[256] = "unknown HDF5 error";
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, first_error, reason);
    bool system = error == ENOSPC || error == EDQUOT || error == EFBIG ||
                  error == EIO || error == EROFS || error == EACCES ||
                  error == ENOENT || error == EISDIR;
    return gt_fail(status, "cannot %s %s%s%s: %s", what, file->path,
                   *object ? " " : "", object,
                   system ? strerror(error) : reason);
}

static void release(gt_h5 *f)
{
    if (!f)
        return;
    free(f->path);
    free(f);
}

static gt_h5 *reserve(const char *path)
{
    gt_h5 *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->file = H5I_INVALID_HID;
    f->path = strdup(path);
    if (f->path)
        return f;
    release(f);
    return NULL;
}

gt_status gt_h5_create(gt_h5 **out, const char *path)
{
    /* Now, before long work, and not only when it is committed. */
    gt_status status = gt_file_check(path);
    if (status != GT_OK)
        return status;
    gt_h5 *f = reserve(path);
    if (!f)
        return gt_fail(GT_ERR_MEMORY, "%s: out of memory", path);
    gt__h5_clear();
    f->file = gt__h5_create_image(path, &f->image);
    if (f->file < 0) {
        status = gt__h5_fail(GT_ERR_MEMORY, f, "build", "");
        release(f);
        return status;
    }
    *out = f;
    return GT_OK;
}

static gt_status write_out(const gt_h5 *f, uint64_t size)
{
    gt_piece *pieces = NULL;
    size_t count = 0;
    gt_status status = f->sealed ? gt__h5_digest_image(f->image, size) : GT_OK;
    if (status == GT_OK && gt__image_failed(f->image))
        status = gt__h5_fail(GT_ERR_MEMORY, f, "build", "");
    if (status == GT_OK)
        status = gt__image_pieces(f->image, size, &pieces, &count);
    if (status == GT_OK)
        status = gt_file_replace_pieces(f->path, pieces, count);
    free(pieces);
    return status;
}

gt_status gt_h5_commit(gt_h5 *f)
{
    gt_status status;
    ssize_t size = -1;
    gt__h5_clear();
    if (H5Fflush(f->file, H5F_SCOPE_GLOBAL) < 0 ||
        (size = H5Fget_file_image(f->file, NULL, 0)) < 0)
        status = gt__h5_fail(GT_ERR_MEMORY, f, "build", "");
    else
        status = write_out(f, (uint64_t)size);
    H5Fclose(f->file);
    release(f);
    return status;
}

void gt_h5_discard(gt_h5 *f)
{
    if (!f)
        return;
    gt__h5_clear();
    H5Fclose(f->file);
    release(f);
}

/* Tell a missing or unreadable file from one that is not HDF5. */
static gt_status check_readable(const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0 || access(path, R_OK) != 0)
        return gt_fail(GT_ERR_IO, "cannot read %s: %s", path, strerror(errno));
    if (S_ISDIR(info.st_mode))
        return gt_fail(GT_ERR_IO, "cannot read %s: it is a directory", path);
    gt__h5_clear();
    if (H5Fis_hdf5(path) <= 0)
        return gt_fail(GT_ERR_FORMAT, "%s is not an HDF5 file", path);
    return GT_OK;
}

gt_status gt_h5_open(gt_h5 **out, const char *path)
{
    gt_status status = check_readable(path);
    if (status != GT_OK)
        return status;
    gt_h5 *f = reserve(path);
    if (!f)
        return gt_fail(GT_ERR_MEMORY, "%s: out of memory", path);
    gt__h5_clear();
    f->file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (f->file < 0) {
        status = gt_fail(GT_ERR_FORMAT,
                         "%s is truncated or damaged; use an older file", path);
        release(f);
        return status;
    }
    *out = f;
    return GT_OK;
}

void gt_h5_close(gt_h5 *f)
{
    if (!f)
        return;
    gt__h5_clear();
    H5Fclose(f->file);
    release(f);
}
