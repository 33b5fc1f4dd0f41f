/* given_points.c: whoever has better features of samples than a classifier of
 * ours finds, such as those of a published network, brings them in a file; what
 * is compared, and how, stays the same. */
#include "evaluate/given_points.h"

#include "core/arena.h"
#include "store/h5file.h"
#include "store/h5read.h"

#include <math.h>
#include <stdlib.h>

static const struct {
    const char *name;
    gt_subject_set set;
    bool optional;
} wanted[] = {
    {"/model", GT_SET_MODEL, false},
    {"/data", GT_SET_TEST, false},
    {"/training", GT_SET_TRAINING, true},
};
enum { WANTED = sizeof wanted / sizeof *wanted };

/* What one data set holds. */
typedef struct rows {
    uint64_t n, dim; /* n 0: it is not there */
    gt_real *x;      /* [n x dim] */
} rows;

static gt_status check(const char *path, const gt_h5_info *info)
{
    if (info->rank != 2)
        return gt_fail(GT_ERR_MISMATCH,
                       "%s: %s has %d dimension%s; features of samples have "
                       "two, [samples x features]",
                       path, info->name, info->rank,
                       info->rank == 1 ? "" : "s");
    return info->count > 0
               ? GT_OK
               : gt_fail(GT_ERR_FORMAT, "%s: %s is empty", path, info->name);
}

static gt_status check_finite(const char *path, const char *name, const rows *r)
{
    for (uint64_t i = 0; i < r->n * r->dim; i++)
        if (!isfinite(r->x[i]))
            return gt_fail(GT_ERR_FORMAT,
                           "%s: %s holds NaN or infinity, first in row %llu "
                           "(counted from 0); give finite numbers",
                           path, name, (unsigned long long)(i / r->dim));
    return GT_OK;
}

static gt_status read_set(gt_h5 *file, const char *path, int i, rows *r)
{
    gt_h5_info info = {0};
    if (!gt_h5_has(file, wanted[i].name))
        return wanted[i].optional
                   ? GT_OK
                   : gt_fail(GT_ERR_FORMAT,
                             "%s has no data set %s; features of the model's "
                             "samples are in /model, those of the data in "
                             "/data",
                             path, wanted[i].name);
    gt_status status = gt_h5_describe_numbers(file, wanted[i].name, &info);
    if (status == GT_OK)
        status = check(path, &info);
    if (status != GT_OK)
        return status;
    r->n = info.dim[0];
    r->dim = info.dim[1];
    r->x = gt_real_alloc(info.count);
    if (!r->x)
        return gt_fail(GT_ERR_MEMORY, "%s: no memory for %s", path,
                       wanted[i].name);
    status = gt_h5_read_numbers(file, &info, r->x);
    return status == GT_OK ? check_finite(path, wanted[i].name, r) : status;
}

static gt_status read_file(const char *path, rows *all)
{
    gt_h5 *file = NULL;
    gt_status status = gt_h5_open(&file, path);
    for (int i = 0; i < WANTED && status == GT_OK; i++) {
        status = read_set(file, path, i, &all[i]);
        if (status == GT_OK && all[i].n > 0 && all[i].dim != all[0].dim)
            status =
                gt_fail(GT_ERR_MISMATCH,
                        "%s: %s has %llu features of a sample, and /model "
                        "%llu",
                        path, wanted[i].name, (unsigned long long)all[i].dim,
                        (unsigned long long)all[0].dim);
    }
    gt_h5_close(file);
    return status;
}

/* Rank 0's rows are the subject's on all ranks; the subject frees them. */
static gt_status share(gt_subject *s, int i, rows *r)
{
    gt_comm_broadcast(s->comm, &r->n, sizeof r->n);
    gt_comm_broadcast(s->comm, &r->dim, sizeof r->dim);
    size_t count = (size_t)r->n * (size_t)r->dim;
    gt_status status = GT_OK;
    if (s->comm->rank > 0)
        r->x = gt_real_alloc(count);
    if (!r->x && count > 0)
        status = gt_fail(GT_ERR_MEMORY, "no memory for %llu rows of features",
                         (unsigned long long)r->n);
    status = gt_comm_agree(s->comm, status);
    if (status != GT_OK || count == 0)
        return status;
    gt_comm_broadcast(s->comm, r->x, count * sizeof *r->x);
    gt_subject_give(s, wanted[i].set,
                    (gt_points){(size_t)r->n, (int)r->dim, r->x});
    r->x = NULL;
    return GT_OK;
}

gt_status gt_given_points_read(const char *path, gt_subject *s, gt_features *f)
{
    rows all[WANTED] = {0};
    gt_status status = GT_OK;
    gt_comm_work_begin(s->comm);
    if (s->comm->rank == 0)
        status = read_file(path, all);
    status = gt_comm_work_end(s->comm, status);
    for (int i = 0; i < WANTED && status == GT_OK; i++)
        status = share(s, i, &all[i]);
    for (int i = 0; i < WANTED; i++)
        free(all[i].x);
    if (status != GT_OK)
        return status;
    f->kind = GT_FEATURES_GIVEN;
    f->dim = s->set[GT_SET_MODEL].points.dim;
    f->classes = 0;
    return GT_OK;
}
