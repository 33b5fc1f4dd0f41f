/* checkpoint_check.c: a resumed run stands on its checkpoint, so all of it is
 * read before any of it is believed. */
#include "run/checkpoint.h"

#include "store/h5read.h"

gt_status gt_checkpoint_open(const char *run_or_file, char path[GT_PATH],
                             gt_h5 **file)
{
    gt_status status = gt_checkpoint_find(run_or_file, path);
    return status == GT_OK ? gt_h5_open(file, path) : status;
}

typedef struct reader {
    gt_h5 *file;
    gt_status status;
} reader;

static int verify_set(const gt_h5_info *info, void *context)
{
    reader *r = context;
    if (!info->text)
        r->status = gt_h5_verify(r->file, info->name);
    return r->status != GT_OK;
}

gt_status gt_checkpoint_check(const char *path, uint64_t *step)
{
    gt_checkpoint_info info;
    gt_status status = gt_checkpoint_read_info(path, &info);
    if (status != GT_OK)
        return status;
    if (step)
        *step = info.step;
    gt_checkpoint_info_free(&info);
    reader r = {0};
    status = gt_h5_open(&r.file, path);
    if (status == GT_OK && !gt_h5_has_digest(r.file))
        status = gt_h5_each(r.file, verify_set, &r);
    gt_h5_close(r.file);
    return r.status != GT_OK ? r.status : status;
}
