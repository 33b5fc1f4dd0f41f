/* checkpoint_check.c: a resumed run stands on its checkpoint, so all of it is
 * read before any of it is believed. */
#include "gentrain/checkpoint.h"

#include <stdlib.h>

typedef struct reader {
    gt_h5 *file;
    gt_status status;
} reader;

static int read_set(const gt_h5_info *info, void *context)
{
    reader *r = context;
    size_t count = 1;
    for (int i = 0; i < info->rank; i++)
        count *= info->dim[i];
    void *data = malloc(count * sizeof(gt_real) + 1);
    if (!data)
        r->status = gt_fail(GT_ERR_MEMORY, "%s: cannot allocate %zu values",
                            info->name, count);
    else
        r->status = gt_h5_read(r->file, info->name, info->type, info->rank,
                               info->dim, data);
    free(data);
    return r->status != GT_OK;
}

gt_status gt_checkpoint_check(const char *path)
{
    gt_checkpoint_info info;
    gt_status status = gt_h5_check_seal(path, "/config");
    if (status != GT_OK)
        return status;
    status = gt_checkpoint_read_info(path, &info);
    if (status != GT_OK)
        return status;
    gt_checkpoint_info_free(&info);
    reader r = {0};
    status = gt_h5_open(&r.file, path);
    if (status == GT_OK)
        status = gt_h5_walk(r.file, read_set, &r);
    gt_h5_close(r.file);
    return r.status != GT_OK ? r.status : status;
}
