/* diff.c: bits decide whether numbers are equal, so that two NaN of the same
 * bits are, and 0 and -0 are not. Nothing is passed over in silence but texts,
 * such as the configuration, of which many do not change a number, and what the
 * data's file looked like. */
#include "run/diff.h"

#include "base/plural.h"
#include "run/checkpoint_choose.h"
#include "run/checkpoint_data.h"
#include "store/h5file.h"
#include "store/h5read.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct comparison {
    FILE *out;
    gt_h5 *a, *b;
    int sets, different, unread;
    gt_status status;
} comparison;

static void print_differences(comparison *c, const gt_h5_info *info,
                              const void *a, const void *b)
{
    size_t width = gt_h5_width(info->type), different = 0, where = 0;
    double largest = -1;
    for (size_t i = 0; i < info->count; i++) {
        if (!memcmp((const char *)a + i * width, (const char *)b + i * width,
                    width))
            continue;
        double d =
            fabs(gt_h5_value(info->type, a, i) - gt_h5_value(info->type, b, i));
        d = isnan(d) ? INFINITY : d;
        where = d > largest ? i : where;
        largest = d > largest ? d : largest;
        different++;
    }
    if (different == 0)
        return;
    fprintf(c->out,
            "%s\n  %zu of %zu value%s differ%s, the largest by %.3g\n"
            "  at %zu: %.9g and %.9g\n",
            info->name, different, info->count, gt_plural(info->count),
            info->count == 1 ? "s" : "", largest, where,
            gt_h5_value(info->type, a, where),
            gt_h5_value(info->type, b, where));
    c->different++;
}

static gt_status compare(comparison *c, const gt_h5_info *info)
{
    size_t bytes = info->count * gt_h5_width(info->type) + 1;
    void *a = malloc(bytes), *b = malloc(bytes);
    gt_status status = GT_OK;
    if (!a || !b)
        status = gt_fail(GT_ERR_MEMORY, "%s: cannot allocate %zu values",
                         info->name, info->count);
    if (status == GT_OK)
        status =
            gt_h5_read(c->a, info->name, info->type, info->rank, info->dim, a);
    if (status == GT_OK)
        status =
            gt_h5_read(c->b, info->name, info->type, info->rank, info->dim, b);
    if (status == GT_OK)
        print_differences(c, info, a, b);
    free(a);
    free(b);
    return status;
}

static void say(comparison *c, const gt_h5_info *info, const char *what)
{
    fprintf(c->out, "%s\n  %s\n", info->name, what);
    c->different++;
}

static void cannot_tell(comparison *c, const gt_h5_info *info, const char *file,
                        const char *flaw)
{
    fprintf(c->out, "%s\n  %s in the %s: not compared\n", info->name, flaw,
            file);
    c->unread++;
}

/* Not compared, as it is no number of a training. */
static bool is_other(const gt_h5_info *info)
{
    return info->text || !strcmp(info->name, GT_CHECKPOINT_FORM);
}

static int visit_a(const gt_h5_info *info, void *context)
{
    comparison *c = context;
    gt_h5_info other = {.text = true};
    bool both = gt_h5_has(c->b, info->name);
    if (both)
        c->status = gt_h5_describe(c->b, info->name, &other);
    if (c->status != GT_OK && !other.flaw)
        return 1;
    c->status = GT_OK;
    if ((info->text && other.text) || (!info->text && is_other(info)))
        return 0;
    c->sets++;
    if (!both)
        say(c, info, "only in the first");
    else if (info->flaw)
        cannot_tell(c, info, "first", info->flaw);
    else if (other.flaw)
        cannot_tell(c, info, "second", other.flaw);
    else if (info->type != other.type ||
             !gt_h5_has_shape(info, other.rank, other.dim))
        say(c, info, "has another shape or type");
    else
        c->status = compare(c, info);
    return c->status != GT_OK;
}

static int visit_b(const gt_h5_info *info, void *context)
{
    comparison *c = context;
    if (is_other(info) || gt_h5_has(c->a, info->name))
        return 0;
    c->sets++;
    say(c, info, "only in the second");
    return 0;
}

static gt_status judge(const comparison *c, const char *a, const char *b)
{
    if (c->different) {
        fprintf(c->out, "different: %d of %d tensor%s\n  %s\n  %s\n",
                c->different, c->sets, gt_plural((unsigned long long)c->sets),
                a, b);
        return gt_fail(GT_ERR_MISMATCH, "%s", "");
    }
    if (c->unread)
        return gt_fail(
            GT_ERR_FORMAT, "of %s and %s, %d of %d tensor%s cannot be compared",
            a, b, c->unread, c->sets, gt_plural((unsigned long long)c->sets));
    if (c->sets == 0)
        return gt_fail(GT_ERR_FORMAT, "%s and %s hold no tensors to compare", a,
                       b);
    fprintf(c->out, "identical: %d tensor%s\n  %s\n  %s\n", c->sets,
            gt_plural((unsigned long long)c->sets), a, b);
    return GT_OK;
}

gt_status gt_diff(FILE *out, const char *a, const char *b)
{
    char path_a[GT_PATH], path_b[GT_PATH];
    comparison c = {.out = out};
    gt_status status = gt_checkpoint_choose_file(&c.a, a, path_a);
    if (status == GT_OK)
        status = gt_checkpoint_choose_file(&c.b, b, path_b);
    if (status == GT_OK)
        status = gt_h5_each(c.a, visit_a, &c);
    if (status == GT_OK && c.status == GT_OK)
        status = gt_h5_each(c.b, visit_b, &c);
    status = status == GT_OK ? c.status : status;
    gt_h5_close(c.a);
    gt_h5_close(c.b);
    return status == GT_OK ? judge(&c, path_a, path_b) : status;
}
