/* h5file.c: files as a whole: made under a temporary name, published when they
 * are complete, opened for reading. HDF5 would print its own error stack; it is
 * silenced and its most specific line goes into our message. */
#include "core/h5file.h"

#include "gentrain/files.h"

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
    free(f->temporary);
    free(f);
}

static gt_h5 *reserve(const char *path, bool writing)
{
    gt_h5 *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->file = H5I_INVALID_HID;
    f->path = strdup(path);
    if (writing) {
        f->temporary = malloc(strlen(path) + 5);
        if (f->temporary)
            sprintf(f->temporary, "%s.tmp", path);
    }
    if (f->path && (f->temporary || !writing))
        return f;
    release(f);
    return NULL;
}

gt_status gt_h5_create(gt_h5 **out, const char *path)
{
    gt_h5 *f = reserve(path, true);
    if (!f)
        return gt_fail(GT_ERR_MEMORY, "%s: out of memory", path);
    gt__h5_clear();
    f->file = H5Fcreate(f->temporary, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    if (f->file < 0) {
        gt_status status = gt__h5_fail(GT_ERR_IO, f, "write", "");
        unlink(f->temporary);
        release(f);
        return status;
    }
    *out = f;
    return GT_OK;
}

gt_status gt_h5_commit(gt_h5 *f)
{
    gt_status status = GT_OK;
    gt__h5_clear();
    /* Flush first: a close that fails would keep the file open. */
    if (H5Fflush(f->file, H5F_SCOPE_GLOBAL) < 0)
        status = gt__h5_fail(GT_ERR_IO, f, "write", "");
    gt__h5_clear();
    if (H5Fclose(f->file) < 0 && status == GT_OK)
        status = gt__h5_fail(GT_ERR_IO, f, "write", "");
    if (status == GT_OK)
        status = gt_file_publish(f->temporary, f->path);
    else
        unlink(f->temporary);
    release(f);
    return status;
}

void gt_h5_discard(gt_h5 *f)
{
    if (!f)
        return;
    gt__h5_clear();
    H5Fclose(f->file);
    unlink(f->temporary);
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
    gt_h5 *f = reserve(path, false);
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
