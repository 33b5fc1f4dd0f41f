/* eval_features.c: a classifier of other samples than the model's would say
 * something, and it would mean nothing. So it has to fit in all that can be
 * compared. */
#include "train/eval_features.h"

#include "eval/sample_set.h"
#include "eval/subject.h"
#include "run/checkpoint_choose.h"
#include "run/snapshot.h"
#include "tasks/task.h"
#include "train/checkpoint_config.h"
#include "train/memory_need.h"

#include <math.h>
#include <string.h>

typedef const gt_eval_features_setup setup;

double gt_eval_features_room(const gt_data_config *data, uint64_t samples)
{
    double dim = (double)gt_shape_size(data->image);
    if (dim > 1024)
        dim = 512;
    return (double)samples * dim *
           (GT_SETS * sizeof(gt_real) + 2 * sizeof(double));
}

/* Channels of a stack that the classifier sees one by one; 1: it sees samples
 * whole. */
static int stack_for(const gt_eval_features *f, setup *s)
{
    return gt_data_config_of(f->config)->stack == s->data->stack
               ? 1
               : (int)s->data->stack;
}

static gt_status check_shape(const gt_eval_features *f, setup *s)
{
    bool apart = stack_for(f, s) > 1;
    gt_shape own = gt_data_config_of(f->config)->image;
    gt_shape wanted = apart ? gt_data_single_image(s->data) : s->data->image;
    char text[GT_SHAPE_TEXT], others[GT_SHAPE_TEXT];
    if (gt_shape_equal(own, wanted))
        return GT_OK;
    return gt_fail(GT_ERR_MISMATCH, "%s %s: it takes samples of %s, and %s %s",
                   s->option, f->from.path, gt_shape_text(own, text),
                   apart ? "channels of the model's samples are"
                         : "the model makes",
                   gt_shape_text(wanted, others));
}

static gt_status check(const gt_eval_features *f, setup *s)
{
    const gt_data_config *own = gt_data_config_of(f->config);
    const char *path = f->from.path;
    if (!gt_features_has_classes(f->classifier))
        return gt_fail(GT_ERR_MISMATCH,
                       "%s %s: a %s, and no classifier; train one with a "
                       "preset such as classifier28",
                       s->option, path, f->classifier->type->name);
    gt_status status = check_shape(f, s);
    if (status != GT_OK)
        return status;
    char steps[GT_TRANSFORM_TEXT], others[GT_TRANSFORM_TEXT];
    gt_transform_text(&own->transform, steps);
    gt_transform_text(&s->data->transform, others);
    if (strcmp(steps, others) != 0)
        return gt_fail(GT_ERR_MISMATCH,
                       "%s %s: it was trained with another data.transform "
                       "than the model",
                       s->option, path);
    return GT_OK;
}

static gt_status open_classifier(gt_eval_features *f, setup *s)
{
    gt_checkpoint *from = &f->from;
    gt_status status =
        gt_checkpoint_choose_shared(s->comm, from, s->classifier);
    if (status == GT_OK)
        status = gt_comm_agree(s->comm,
                               gt_checkpoint_config(&f->config, from, NULL, 0));
    gt_memory_beside beside = {s->comm, GT_MEMORY_FIGURES, s->beside};
    gt_task_setup build = {.config = f->config,
                           .comm = s->comm,
                           .max_n = s->block,
                           .blas_threads = s->threads,
                           .fits = gt_memory_fits_beside,
                           .context = &beside};
    if (status == GT_OK)
        status = gt_task_new(&f->classifier, &build);
    if (status == GT_OK)
        status = gt_comm_agree(s->comm, check(f, s));
    if (status == GT_OK)
        status =
            gt_snapshot_read(f->classifier, from, GT_CHECKPOINT_EVALUATION);
    gt_checkpoint_release(from);
    return status;
}

gt_status gt_eval_features_open(gt_eval_features *f, setup *s)
{
    size_t size = gt_shape_size(s->data->image);
    gt_status status = GT_OK;
    *f = (gt_eval_features){.accuracy = {NAN, NAN}};
    if (s->classifier)
        status = open_classifier(f, s);
    if (status != GT_OK)
        return status;
    if (f->classifier)
        status = gt_features_of_classifier(&f->features, f->classifier,
                                           (gt_range)s->data->range, size,
                                           stack_for(f, s), s->block);
    else
        status = gt_features_of_values(&f->features, size, s->block);
    return gt_comm_agree(s->comm, status);
}

void gt_eval_features_close(gt_eval_features *f)
{
    gt_features_free(&f->features);
    gt_task_free(f->classifier);
    gt_config_free(f->config);
    gt_checkpoint_close(&f->from);
    *f = (gt_eval_features){0};
}

gt_status gt_eval_features_judge(gt_eval_features *f, setup *s,
                                 const gt_source *source, uint64_t most)
{
    gt_data_config with_labels = *s->data;
    gt_sample_set set = {0};
    gt_reader reader;
    if (!f->classifier)
        return GT_OK;
    with_labels.classes = f->features.classes;
    if (source->classes == 0 || source->classes > with_labels.classes)
        return GT_OK;
    gt_status status =
        gt_comm_agree(s->comm, gt_reader_open(&reader, source, &with_labels));
    if (status != GT_OK)
        return status;
    uint64_t n = source->count < most ? source->count : most;
    status = gt_sample_set_read(&set, s->comm, &f->features, &reader, n);
    if (status == GT_OK)
        f->accuracy = gt_sample_set_agreement(&set);
    gt_sample_set_free(&set);
    gt_reader_close(&reader);
    return status;
}
