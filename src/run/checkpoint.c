/* checkpoint.c: spans to data sets and back. A resumed run stands on its
 * checkpoint, so all of it is read before any of it is believed. */
#include "run/checkpoint.h"

#include "base/version.h"
#include "store/h5attr.h"
#include "store/h5file.h"
#include "store/h5read.h"
#include "store/h5write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FORMAT_VERSION = 2 };
static const char *const format_name = "gentrain checkpoint";

static gt_status write_provenance(gt_h5 *f, const gt_checkpoint_info *info)
{
    gt_status status = GT_OK;
    for (int i = 0; i < GT_PROVENANCES && status == GT_OK; i++) {
        const char *key = gt_provenance_key(i), *value = info->provenance[i];
        if (value[0])
            status = gt_provenance_is_number(i)
                         ? gt_h5_set_int(f, "/", key, atoll(value))
                         : gt_h5_set_text(f, "/", key, value);
    }
    return status;
}

static gt_status write_place(gt_h5 *f, const gt_checkpoint_info *info)
{
    gt_status status = gt_h5_set_int(f, "/", "samples", (int64_t)info->samples);
    if (status == GT_OK)
        status = gt_h5_set_int(f, "/", "batches", (int64_t)info->batches);
    return status == GT_OK ? gt_h5_set_text(f, "/", "updates", info->updates)
                           : status;
}

static const char *const parent_states[] = {"all", "weights"};

static gt_status write_parent(gt_h5 *f, const gt_checkpoint_parent *parent)
{
    gt_status status = gt_h5_set_text(f, "/", "parent", parent->path);
    if (status == GT_OK)
        status = gt_h5_set_int(f, "/", "parent_step", (int64_t)parent->step);
    if (status == GT_OK && parent->fingerprint[0])
        status =
            gt_h5_set_text(f, "/", "parent_fingerprint", parent->fingerprint);
    return status == GT_OK ? gt_h5_set_text(f, "/", "parent_state",
                                            parent_states[parent->weights])
                           : status;
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
    if (status == GT_OK && info->counted)
        status = write_place(f, info);
    if (status == GT_OK && info->data.count)
        status = gt__checkpoint_data_write(f, &info->data);
    if (status == GT_OK)
        status = gt_h5_set_int(f, "/", "seed", (int64_t)info->seed);
    if (status == GT_OK)
        status = gt_h5_set_text(f, "/", "fingerprint", info->fingerprint);
    if (status == GT_OK)
        status = write_provenance(f, info);
    if (status == GT_OK && info->parent.path[0])
        status = write_parent(f, &info->parent);
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

static gt_status check_format(const gt_checkpoint *c, int64_t *version)
{
    char *format = NULL;
    gt_status status = gt_h5_get_text(c->file, "/", "format", &format);
    if (status != GT_OK || strcmp(format, format_name) != 0)
        status =
            gt_fail(GT_ERR_FORMAT, "%s is not a gentrain checkpoint", c->path);
    free(format);
    if (status == GT_OK)
        status = gt_h5_get_int(c->file, "/", "format_version", version);
    if (status == GT_OK && *version > FORMAT_VERSION)
        status =
            gt_fail(GT_ERR_FORMAT,
                    "%s is of checkpoint format %lld, this gentrain "
                    "(%s) knows formats up to %d; use a newer one",
                    c->path, (long long)*version, GT_VERSION, FORMAT_VERSION);
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

/* What the first files did not have stays empty. */
static void read_provenance(gt_h5 *f, gt_checkpoint_info *info)
{
    for (int i = 0; i < GT_PROVENANCES; i++) {
        char *value = info->provenance[i];
        int64_t number;
        if (!gt_provenance_is_number(i))
            read_text(f, gt_provenance_key(i), value, GT_PROVENANCE_TEXT);
        else if (gt_h5_get_int(f, "/", gt_provenance_key(i), &number) == GT_OK)
            snprintf(value, GT_PROVENANCE_TEXT, "%lld", (long long)number);
    }
}

/* What earlier builds did not write stays unknown. */
static void read_place(gt_h5 *f, gt_checkpoint_info *info)
{
    int64_t samples, batches;
    if (gt_h5_get_int(f, "/", "samples", &samples) == GT_OK &&
        gt_h5_get_int(f, "/", "batches", &batches) == GT_OK &&
        read_text(f, "updates", info->updates, sizeof info->updates) == GT_OK) {
        info->counted = true;
        info->samples = (uint64_t)samples;
        info->batches = (uint64_t)batches;
    }
}

static void read_parent(gt_h5 *f, gt_checkpoint_parent *parent)
{
    char state[16];
    int64_t step = 0;
    if (read_text(f, "parent", parent->path, sizeof parent->path) != GT_OK)
        return;
    gt_h5_get_int(f, "/", "parent_step", &step);
    parent->step = (uint64_t)step;
    read_text(f, "parent_fingerprint", parent->fingerprint,
              sizeof parent->fingerprint);
    read_text(f, "parent_state", state, sizeof state);
    parent->weights = !strcmp(state, parent_states[true]);
}

static gt_status read_info(gt_checkpoint *c)
{
    gt_checkpoint_info *info = &c->info;
    int64_t version = 0, step = 0, seed = 0;
    gt_status status = check_format(c, &version);
    if (status == GT_OK)
        status = read_text(c->file, "task", info->task, sizeof info->task);
    if (status == GT_OK)
        status = gt_h5_get_int(c->file, "/", "step", &step);
    if (status == GT_OK)
        status = gt_h5_get_int(c->file, "/", "seed", &seed);
    if (status == GT_OK)
        status = gt_h5_get_real(c->file, "/", "epoch", &info->epoch);
    if (status == GT_OK)
        status = gt_h5_read_text(c->file, "/config", &info->config);
    if (status != GT_OK)
        return status;
    info->step = (uint64_t)step;
    info->seed = (uint64_t)seed;
    if (version > 1)
        read_text(c->file, "fingerprint", info->fingerprint,
                  sizeof info->fingerprint);
    read_provenance(c->file, info);
    read_place(c->file, info);
    read_parent(c->file, &info->parent);
    return gt__checkpoint_data_read(c->file, &info->data);
}

typedef struct verifier {
    gt_h5 *file;
    gt_status status;
} verifier;

static int verify_set(const gt_h5_info *info, void *context)
{
    verifier *v = context;
    if (!info->text)
        v->status = gt_h5_verify(v->file, info->name);
    return v->status != GT_OK;
}

/* A digest is over all bytes; without one there are checksums. */
static gt_status verify(gt_h5 *f)
{
    verifier v = {.file = f};
    if (gt_h5_has_digest(f))
        return GT_OK;
    gt_status status = gt_h5_each(f, verify_set, &v);
    return v.status != GT_OK ? v.status : status;
}

gt_status gt_checkpoint_open(gt_checkpoint *c, const char *path)
{
    *c = (gt_checkpoint){0};
    snprintf(c->path, sizeof c->path, "%s", path);
    gt_status status = gt_h5_open(&c->file, path);
    if (status == GT_OK)
        status = read_info(c);
    if (status == GT_OK)
        status = verify(c->file);
    if (status != GT_OK)
        gt_checkpoint_close(c);
    return status;
}

void gt_checkpoint_release(gt_checkpoint *c)
{
    gt_h5_close(c->file);
    c->file = NULL;
}

void gt_checkpoint_close(gt_checkpoint *c)
{
    gt_checkpoint_release(c);
    free(c->info.config);
    gt__checkpoint_data_free(&c->info.data);
    *c = (gt_checkpoint){0};
}

bool gt_checkpoint_has_ema(const gt_checkpoint *c, const char *network)
{
    char group[sizeof((gt_span *)NULL)->path];
    snprintf(group, sizeof group, GT_SPAN_EMA "%s%.100s", network ? "/" : "",
             network ? network : "");
    return gt_h5_has(c->file, group);
}

/* Looks for a tensor of the file that no span takes. */
typedef struct leftover {
    const gt_span *spans;
    int n_spans;
    gt_checkpoint_part part;
    char name[256];
} leftover;

static int visit_tensor(const gt_h5_info *info, void *context)
{
    leftover *l = context;
    if (info->text || gt_span_is_ema(info->name) ||
        gt__checkpoint_data_owns(info->name) ||
        (gt_span_is_optimizer(info->name) && l->part != GT_CHECKPOINT_ALL))
        return 0;
    for (int i = 0; i < l->n_spans; i++)
        if (!strcmp(l->spans[i].path, info->name))
            return 0;
    memcpy(l->name, info->name, sizeof l->name);
    return 1;
}

/* Moments that no span takes are not all: those that have one would mean
 * something else to another kind of optimizer. */
static gt_status check_leftovers(const gt_checkpoint *c, leftover l)
{
    gt_status status = gt_h5_each(c->file, visit_tensor, &l);
    if (status != GT_OK || !l.name[0])
        return status;
    if (gt_span_is_optimizer(l.name))
        return gt_fail(GT_ERR_MISMATCH,
                       "%s holds %s, which the optimizer here does not have: "
                       "its moments are those of another optimizer.kind; go on "
                       "with the one that the run was trained with",
                       c->path, l.name);
    return gt_fail(GT_ERR_MISMATCH,
                   "%s holds %s, which the model here does not have; it is a "
                   "checkpoint of another architecture",
                   c->path, l.name);
}

gt_status gt_checkpoint_read_span(const gt_checkpoint *c, const gt_span *s)
{
    if (gt_h5_has(c->file, s->path))
        return gt_h5_read(c->file, s->path, GT_H5_REAL, s->rank, s->dim,
                          s->data);
    return gt_fail(GT_ERR_MISMATCH,
                   "%s has no %s, which the model here needs; it is a "
                   "checkpoint of another architecture or optimizer",
                   c->path, s->path);
}

/* From the average of the span's network, if there is one. */
static gt_status read_averaged(const gt_checkpoint *c, const gt_span *s)
{
    gt_span average = *s;
    char network[sizeof s->path];
    snprintf(network, sizeof network, "%s", s->path + 1);
    network[strcspn(network, "/")] = '\0';
    if (gt_checkpoint_has_ema(c, network))
        snprintf(average.path, sizeof average.path, GT_SPAN_EMA "%.150s",
                 s->path);
    return gt_checkpoint_read_span(c, &average);
}

gt_status gt_checkpoint_read(const gt_checkpoint *c, const gt_span *spans,
                             int n_spans, gt_checkpoint_part part)
{
    gt_status status = GT_OK;
    for (int i = 0; i < n_spans && status == GT_OK; i++) {
        bool network = !gt_span_is_optimizer(spans[i].path) &&
                       !gt_span_is_ema(spans[i].path);
        if (!spans[i].data || (part != GT_CHECKPOINT_ALL && !network))
            continue;
        status = part == GT_CHECKPOINT_EVALUATION
                     ? read_averaged(c, &spans[i])
                     : gt_checkpoint_read_span(c, &spans[i]);
    }
    if (status != GT_OK)
        return status;
    return check_leftovers(
        c, (leftover){.spans = spans, .n_spans = n_spans, .part = part});
}
