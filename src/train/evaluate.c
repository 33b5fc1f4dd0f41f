/* evaluate.c: a model is evaluated as it makes samples: with the weights that
 * `gentrain sample` takes, in blocks of the same size. */
#include "train/evaluate.h"

#include "base/heartbeat.h"
#include "data/columns.h"
#include "run/checkpoint_choose.h"
#include "run/snapshot.h"
#include "tasks/sampler.h"
#include "train/data_agree.h"
#include "train/memory_need.h"
#include "train/node_data.h"
#include "train/schema.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef gt_evaluator evaluator;

enum { BLOCK = GT_SAMPLE_BLOCK };

/* --- Data. */

/* Values are taken to the model's as they were in its training. */
static gt_status use_values(evaluator *e, const gt_checkpoint *from)
{
    const gt_checkpoint_data *stored = &from->info.data;
    if (stored->values.n_figures == 0)
        return GT_OK;
    if (!gt_checkpoint_data_fits(stored, e->data))
        return gt_fail(GT_ERR_MISMATCH,
                       "%s: trained with other steps of data.transform; leave "
                       "out --set data.transform",
                       from->path);
    e->train->figures = stored->values.figures;
    e->train->n_figures = stored->values.n_figures;
    if (e->test) {
        e->test->figures = stored->values.figures;
        e->test->n_figures = stored->values.n_figures;
    }
    return GT_OK;
}

static gt_status open_readers(evaluator *e)
{
    gt_status status = gt_columns_check(e->train, e->data);
    if (status == GT_OK && e->test)
        status = gt_columns_check(e->test, e->data);
    if (status == GT_OK)
        status = gt_reader_open(&e->training, e->train, e->data);
    if (status == GT_OK && e->test)
        status = gt_reader_open(&e->held_out, e->test, e->data);
    return status;
}

static gt_status open_data(evaluator *e, const gt_checkpoint *from)
{
    const char *before = gt_phase_enter("opening the data");
    gt_status status = gt_node_data_open(e->comm, e->data, &e->train, &e->test);
    gt_phase_leave(before);
    if (status == GT_OK)
        status = gt_data_agree(e->comm, e->train, e->test);
    if (status == GT_OK)
        status = gt_comm_agree(e->comm, use_values(e, from));
    return status == GT_OK ? gt_comm_agree(e->comm, open_readers(e)) : status;
}

/* --- Networks. */

/* Beside the networks there are the sets of samples: as features, and of one of
 * them for a moment as results of blocks. */
static gt_status fits(void *context, const gt_task *task, size_t bytes)
{
    const evaluator *e = context;
    double dim = (double)gt_shape_size(e->data->image);
    (void)task;
    if (dim > 1024)
        dim = 512;
    double beside = (double)e->options->samples * dim *
                    (GT_SETS * sizeof(gt_real) + 2 * sizeof(double));
    return gt_memory_check(e->comm, GT_MEMORY_SAMPLES, (double)bytes + beside,
                           beside + gt_memory_later(0));
}

static gt_status build(evaluator *e, const gt_config *config, gt_task **task)
{
    gt_task_setup setup = {.config = config,
                           .comm = e->comm,
                           .max_n = BLOCK,
                           .blas_threads = e->options->threads,
                           .fits = fits,
                           .context = e};
    return gt_task_new(task, &setup);
}

static gt_status check_classifier(const evaluator *e)
{
    const gt_data_config *own = gt_data_config_of(e->classifier_config);
    const char *path = e->classifier_from.path;
    char text[GT_SHAPE_TEXT], wanted[GT_SHAPE_TEXT];
    if (!gt_features_has_classes(e->classifier))
        return gt_fail(GT_ERR_MISMATCH,
                       "--classifier %s: a %s, and no classifier; train one "
                       "with a preset such as classifier28",
                       path, e->classifier->type->name);
    if (!gt_shape_equal(own->image, e->data->image))
        return gt_fail(GT_ERR_MISMATCH,
                       "--classifier %s: it takes samples of %s, and the model "
                       "makes %s",
                       path, gt_shape_text(own->image, text),
                       gt_shape_text(e->data->image, wanted));
    char steps[GT_TRANSFORM_TEXT], others[GT_TRANSFORM_TEXT];
    gt_transform_text(&own->transform, steps);
    gt_transform_text(&e->data->transform, others);
    if (strcmp(steps, others) != 0)
        return gt_fail(GT_ERR_MISMATCH,
                       "--classifier %s: it was trained with another "
                       "data.transform than the model",
                       path);
    return GT_OK;
}

static gt_status open_classifier(evaluator *e)
{
    gt_checkpoint *from = &e->classifier_from;
    gt_status status =
        gt_checkpoint_choose_shared(e->comm, from, e->options->classifier);
    if (status == GT_OK)
        status = gt_comm_agree(
            e->comm, gt_config_parse(&e->classifier_config, &gt_train_schema,
                                     from->path, from->info.config,
                                     strlen(from->info.config), NULL, 0));
    if (status == GT_OK)
        status = build(e, e->classifier_config, &e->classifier);
    if (status == GT_OK)
        status = gt_comm_agree(e->comm, check_classifier(e));
    if (status == GT_OK)
        status =
            gt_snapshot_read(e->classifier, from, GT_CHECKPOINT_EVALUATION);
    gt_checkpoint_release(from);
    return status;
}

static gt_status open_features(evaluator *e)
{
    size_t size = gt_shape_size(e->data->image);
    gt_status status;
    if (e->classifier)
        status = gt_features_of_classifier(
            &e->features, e->classifier, (gt_range)e->data->range, size, BLOCK);
    else
        status = gt_features_of_values(&e->features, size, BLOCK);
    return gt_comm_agree(e->comm, status);
}

/* How often the classifier is right on the data that the model is compared
 * with, where their labels are known. */
static gt_status find_accuracy(evaluator *e)
{
    const gt_source *source = e->test ? e->test : e->train;
    const gt_data_config *own = gt_data_config_of(e->classifier_config);
    gt_data_config with_labels = *e->data;
    gt_sample_set set = {0};
    gt_reader reader;
    with_labels.classes = own->classes;
    if (source->classes == 0 || source->classes > own->classes)
        return GT_OK;
    gt_status status =
        gt_comm_agree(e->comm, gt_reader_open(&reader, source, &with_labels));
    if (status != GT_OK)
        return status;
    uint64_t n = source->count < e->options->samples ? source->count
                                                     : e->options->samples;
    status = gt_sample_set_read(&set, e->comm, &e->features, &reader, n);
    double right = 0;
    for (uint64_t i = 0; status == GT_OK && i < n; i++)
        right += set.asked[i] == set.found[i].number;
    double part = right / (double)n;
    if (status == GT_OK)
        e->accuracy = (gt_estimate){part, sqrt(part * (1 - part) / (double)n)};
    gt_sample_set_free(&set);
    gt_reader_close(&reader);
    return status;
}

/* --- The whole. */

gt_status gt_evaluator_open(gt_evaluator *e, gt_comm *comm,
                            const gt_config *config, const gt_checkpoint *from,
                            const gt_evaluate_options *options)
{
    *e = (gt_evaluator){.comm = comm,
                        .options = options,
                        .data = gt_data_config_of(config),
                        .accuracy = {NAN, NAN}};
    gt_status status = gt_eval_choose(options->metrics, &e->choice);
    if (status == GT_OK)
        status = gt_memory_start_libraries(options->threads, 0);
    status = gt_comm_agree(comm, status);
    if (status == GT_OK)
        status = open_data(e, from);
    if (status == GT_OK)
        status = build(e, config, &e->task);
    if (status == GT_OK && options->classifier)
        status = open_classifier(e);
    if (status == GT_OK)
        status = open_features(e);
    if (status != GT_OK)
        return status;
    e->subject = (gt_subject){.comm = comm,
                              .task = e->task,
                              .training = &e->training,
                              .test = e->test ? &e->held_out : NULL,
                              .features = &e->features,
                              .samples = options->samples,
                              .seed = options->seed,
                              .draws = options->draws,
                              .progress = true};
    status = gt_comm_agree(comm, gt_eval_check(&e->choice, &e->subject));
    return status == GT_OK && e->classifier ? find_accuracy(e) : status;
}

void gt_evaluator_close(gt_evaluator *e)
{
    gt_subject_free(&e->subject);
    gt_features_free(&e->features);
    gt_task_free(e->classifier);
    gt_config_free(e->classifier_config);
    gt_checkpoint_close(&e->classifier_from);
    gt_task_free(e->task);
    gt_reader_close(&e->held_out);
    gt_reader_close(&e->training);
    gt_source_close(e->test);
    gt_source_close(e->train);
    *e = (gt_evaluator){0};
}

static gt_status read_weights(evaluator *e, const gt_checkpoint *from,
                              bool *ema)
{
    gt_generate_weights wanted = e->options->weights;
    bool there = e->comm->rank == 0 && gt_checkpoint_has_ema(from, NULL);
    gt_comm_broadcast(e->comm, &there, sizeof there);
    if (wanted == GT_GENERATE_EMA && !there)
        return gt_fail(GT_ERR_MISMATCH,
                       "--weights ema: %s has no running averages of weights; "
                       "take the last ones: --weights last",
                       from->path);
    *ema = there && wanted != GT_GENERATE_LAST;
    return gt_snapshot_read(
        e->task, from, *ema ? GT_CHECKPOINT_EVALUATION : GT_CHECKPOINT_LAST);
}

gt_status gt_evaluator_run(gt_evaluator *e, gt_checkpoint *from,
                           gt_evaluation_result *result)
{
    *result = (gt_evaluation_result){.step = from->info.step,
                                     .epoch = from->info.epoch};
    snprintf(result->checkpoint, sizeof result->checkpoint, "%s", from->path);
    memcpy(result->fingerprint, from->info.fingerprint,
           sizeof result->fingerprint);
    gt_subject_forget(&e->subject);
    gt_status status = read_weights(e, from, &result->ema);
    gt_checkpoint_release(from);
    if (status == GT_OK)
        status = gt_eval_run(&e->choice, &e->subject, &result->figures);
    return status;
}
