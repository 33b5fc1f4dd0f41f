/* diff.c: bits decide whether numbers are equal, so that two NaN of the same
 * bits are, and 0 and -0 are not. */
#include "gentrain/diff.h"

#include "gentrain/checkpoint.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct comparison {
    FILE *out;
    gt_h5 *a, *b;
    int compared, different;
    gt_status status;
} comparison;

static size_t width_of(gt_h5_type type)
{
    return type == GT_H5_U8 ? 1 : type == GT_H5_I32 ? 4 : sizeof(gt_real);
}

static double value_at(gt_h5_type type, const void *data, size_t i)
{
    if (type == GT_H5_U8)
        return ((const uint8_t *)data)[i];
    if (type == GT_H5_I32)
        return ((const int32_t *)data)[i];
    return (double)((const gt_real *)data)[i];
}

static void print_differences(comparison *c, const gt_h5_info *info,
                              size_t count, const void *a, const void *b)
{
    size_t width = width_of(info->type), different = 0, where = 0;
    double largest = -1;
    for (size_t i = 0; i < count; i++) {
        if (!memcmp((const char *)a + i * width, (const char *)b + i * width,
                    width))
            continue;
        double d = fabs(value_at(info->type, a, i) - //
                        value_at(info->type, b, i));
        d = isnan(d) ? INFINITY : d;
        where = d > largest ? i : where;
        largest = d > largest ? d : largest;
        different++;
    }
    if (different == 0)
        return;
    fprintf(c->out,
            "%-44s %zu of %zu values differ, the largest by %.3g at %zu "
            "(%.9g, %.9g)\n",
            info->name, different, count, largest, where,
            value_at(info->type, a, where), value_at(info->type, b, where));
    c->different++;
}

static gt_status compare(comparison *c, const gt_h5_info *info)
{
    size_t count = 1;
    for (int i = 0; i < info->rank; i++)
        count *= info->dim[i];
    size_t bytes = count * width_of(info->type) + 1;
    void *a = malloc(bytes), *b = malloc(bytes);
    gt_status status = GT_OK;
    if (!a || !b)
        status = gt_fail(GT_ERR_MEMORY, "%s: cannot allocate %zu values",
                         info->name, count);
    if (status == GT_OK)
        status =
            gt_h5_read(c->a, info->name, info->type, info->rank, info->dim, a);
    if (status == GT_OK)
        status =
            gt_h5_read(c->b, info->name, info->type, info->rank, info->dim, b);
    if (status == GT_OK)
        print_differences(c, info, count, a, b);
    free(a);
    free(b);
    return status;
}

static bool same_shape(const gt_h5_info *a, const gt_h5_info *b)
{
    return a->type == b->type && a->rank == b->rank &&
           !memcmp(a->dim, b->dim, (size_t)a->rank * sizeof *a->dim);
}

static int visit_a(const gt_h5_info *info, void *context)
{
    comparison *c = context;
    gt_h5_info other;
    c->compared++;
    if (!gt_h5_has(c->b, info->name)) {
        fprintf(c->out, "%-44s only in the first\n", info->name);
        c->different++;
        return 0;
    }
    c->status = gt_h5_describe(c->b, info->name, &other);
    if (c->status != GT_OK)
        return 1;
    if (!same_shape(info, &other)) {
        fprintf(c->out, "%-44s has another shape or type\n", info->name);
        c->different++;
        return 0;
    }
    c->status = compare(c, info);
    return c->status != GT_OK;
}

static int visit_b(const gt_h5_info *info, void *context)
{
    comparison *c = context;
    if (gt_h5_has(c->a, info->name))
        return 0;
    fprintf(c->out, "%-44s only in the second\n", info->name);
    c->compared++;
    c->different++;
    return 0;
}

static gt_status open_newest(const char *path, char found[GT_PATH],
                             gt_h5 **file)
{
    gt_status status = gt_checkpoint_find(path, found);
    return status == GT_OK ? gt_h5_open(file, found) : status;
}

gt_status gt_diff(FILE *out, const char *a, const char *b)
{
    char path_a[GT_PATH], path_b[GT_PATH];
    comparison c = {.out = out};
    gt_status status = open_newest(a, path_a, &c.a);
    if (status == GT_OK)
        status = open_newest(b, path_b, &c.b);
    if (status == GT_OK)
        status = gt_h5_walk(c.a, visit_a, &c);
    if (status == GT_OK && c.status == GT_OK)
        status = gt_h5_walk(c.b, visit_b, &c);
    status = status == GT_OK ? c.status : status;
    gt_h5_close(c.a);
    gt_h5_close(c.b);
    if (status != GT_OK)
        return status;
    if (c.different)
        return gt_fail(GT_ERR_MISMATCH, "%s and %s differ in %d of %d tensors",
                       path_a, path_b, c.different, c.compared);
    fprintf(out, "identical: %s and %s, %d tensors\n", path_a, path_b,
            c.compared);
    return GT_OK;
}
