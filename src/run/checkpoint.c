/* checkpoint.c: spans to data sets and back. */
#include "run/checkpoint.h"

#include "base/version.h"
#include "store/h5attr.h"
#include "store/h5read.h"
#include "store/h5write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FORMAT_VERSION = 2 };
static const char *const format_name = "gentrain checkpoint";

static gt_status write_origin(gt_h5 *f, const gt_checkpoint_info *info)
{
    gt_status status = GT_OK;
    for (int i = 0; i < GT_PROVENANCES && status == GT_OK; i++) {
        const char *key = gt_provenance_key(i), *value = info->origin[i];
        if (value[0])
            status = gt_provenance_is_number(i)
                         ? gt_h5_set_int(f, "/", key, atoll(value))
                         : gt_h5_set_text(f, "/", key, value);
    }
    return status;
}

static gt_status write_header(gt_h5 *f, const gt_checkpoint_info *info)
{
    gt_status status = gt_h5_set_text(f, "/", "format", format_name);
    if (status == GT_OK)
        status = gt_h5_set_int(f, "/", "format_version", FORMAT_VERSION);
    if (status == GT_OK)
        status = gt_h5_set_text(f, "/", "gentrain_version", GT_VERSION);
    if (status == GT_OK)
        status = gt_h5_set_text(f, "/", "task", info->task);
    if (status == GT_OK)
        status = gt_h5_set_int(f, "/", "step", (int64_t)info->step);
    if (status == GT_OK)
        status = gt_h5_set_real(f, "/", "epoch", info->epoch);
    if (status == GT_OK)
        status = gt_h5_set_int(f, "/", "seed", (int64_t)info->seed);
    if (status == GT_OK)
        status = gt_h5_set_text(f, "/", "fingerprint", info->fingerprint);
    if (status == GT_OK)
        status = write_origin(f, info);
    if (status == GT_OK)
        status = gt_h5_write_text(f, "/config", info->config);
    return status;
}

gt_status gt_checkpoint_write(const char *path, const gt_checkpoint_info *info,
                              const gt_span *spans, int n_spans)
{
    gt_h5 *f;
    gt_status status = gt_h5_create(&f, path);
    if (status != GT_OK)
        return status;
    status = write_header(f, info);
    for (int i = 0; i < n_spans && status == GT_OK; i++)
        status = gt_h5_write(f, spans[i].path, GT_H5_REAL, spans[i].rank,
                             spans[i].dim, spans[i].data);
    if (status == GT_OK)
        return gt_h5_commit(f);
    gt_h5_discard(f);
    return status;
}

static gt_status check_format(gt_h5 *f, const char *path)
{
    char *format = NULL;
    int64_t version = 0;
    gt_status status = gt_h5_get_text(f, "/", "format", &format);
    if (status != GT_OK || strcmp(format, format_name) != 0)
        status =
            gt_fail(GT_ERR_FORMAT, "%s is not a gentrain checkpoint", path);
    free(format);
    if (status == GT_OK)
        status = gt_h5_get_int(f, "/", "format_version", &version);
    if (status == GT_OK && version > FORMAT_VERSION)
        status = gt_fail(GT_ERR_FORMAT,
                         "%s is of checkpoint format %lld, this gentrain "
                         "(%s) knows formats up to %d; use a newer one",
                         path, (long long)version, GT_VERSION, FORMAT_VERSION);
    return status;
}

/* A short text attribute; what does not fit is cut. */
static gt_status read_text(gt_h5 *f, const char *key, char *out, size_t size)
{
    char *text = NULL;
    gt_status status = gt_h5_get_text(f, "/", key, &text);
    snprintf(out, size, "%s", status == GT_OK ? text : "");
    free(text);
    return status;
}

/* What the first files of this format did not have stays empty. */
static void read_origin(gt_h5 *f, gt_checkpoint_info *info)
{
    read_text(f, "fingerprint", info->fingerprint, sizeof info->fingerprint);
    for (int i = 0; i < GT_PROVENANCES; i++) {
        char *value = info->origin[i];
        int64_t number;
        if (!gt_provenance_is_number(i))
            read_text(f, gt_provenance_key(i), value, GT_PROVENANCE_TEXT);
        else if (gt_h5_get_int(f, "/", gt_provenance_key(i), &number) == GT_OK)
            snprintf(value, GT_PROVENANCE_TEXT, "%lld", (long long)number);
    }
}

static gt_status read_header(gt_h5 *f, gt_checkpoint_info *info)
{
    int64_t step = 0, seed = 0;
    gt_status status = read_text(f, "task", info->task, sizeof info->task);
    if (status == GT_OK)
        status = gt_h5_get_int(f, "/", "step", &step);
    if (status == GT_OK)
        status = gt_h5_get_int(f, "/", "seed", &seed);
    if (status == GT_OK)
        status = gt_h5_get_real(f, "/", "epoch", &info->epoch);
    if (status == GT_OK)
        status = gt_h5_read_text(f, "/config", &info->config);
    info->step = (uint64_t)step;
    info->seed = (uint64_t)seed;
    read_origin(f, info);
    return status;
}

gt_status gt_checkpoint_read_info(const char *path, gt_checkpoint_info *info)
{
    *info = (gt_checkpoint_info){0};
    gt_h5 *f;
    gt_status status = gt_h5_open(&f, path);
    if (status != GT_OK)
        return status;
    status = check_format(f, path);
    if (status == GT_OK)
        status = read_header(f, info);
    gt_h5_close(f);
    if (status != GT_OK)
        gt_checkpoint_info_free(info);
    return status;
}

void gt_checkpoint_info_free(gt_checkpoint_info *info)
{
    free(info->config);
    *info = (gt_checkpoint_info){0};
}

/* Looks for a tensor of the file that no span takes. */
typedef struct leftover {
    const gt_span *spans;
    int n_spans;
    char name[256];
} leftover;

static int visit_tensor(const gt_h5_info *info, void *context)
{
    leftover *l = context;
    if (gt_span_is_optimizer(info->name) || info->text)
        return 0;
    for (int i = 0; i < l->n_spans; i++)
        if (!strcmp(l->spans[i].path, info->name))
            return 0;
    memcpy(l->name, info->name, sizeof l->name);
    return 1;
}

static gt_status check_leftovers(gt_h5 *f, const char *path,
                                 const gt_span *spans, int n_spans)
{
    leftover l = {.spans = spans, .n_spans = n_spans};
    gt_status status = gt_h5_each(f, visit_tensor, &l);
    if (status == GT_OK && l.name[0])
        status = gt_fail(GT_ERR_MISMATCH,
                         "%s holds %s, which the model here does not have; it "
                         "is a checkpoint of another architecture",
                         path, l.name);
    return status;
}

gt_status gt_checkpoint_read(const char *path, const gt_span *spans,
                             int n_spans, bool with_optimizer)
{
    gt_h5 *f;
    gt_status status = gt_h5_open(&f, path);
    if (status != GT_OK)
        return status;
    status = check_format(f, path);
    for (int i = 0; i < n_spans && status == GT_OK; i++) {
        const gt_span *s = &spans[i];
        if (gt_span_is_optimizer(s->path) && !with_optimizer)
            continue;
        if (!gt_h5_has(f, s->path))
            status = gt_fail(GT_ERR_MISMATCH,
                             "%s has no %s, which the model here needs; it is "
                             "a checkpoint of another architecture or "
                             "optimizer",
                             path, s->path);
        else
            status =
                gt_h5_read(f, s->path, GT_H5_REAL, s->rank, s->dim, s->data);
    }
    if (status == GT_OK)
        status = check_leftovers(f, path, spans, n_spans);
    gt_h5_close(f);
    return status;
}
