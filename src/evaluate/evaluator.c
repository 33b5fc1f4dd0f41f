/* evaluator.c: a model is evaluated as it makes samples: with the weights that
 * `gentrain sample` takes, in blocks of the same size. */
#include "evaluate/evaluator.h"

#include "base/heartbeat.h"
#include "base/log.h"
#include "data/columns.h"
#include "evaluate/given_points.h"
#include "run/snapshot.h"
#include "tasks/sampler.h"
#include "train/data_agree.h"
#include "train/data_figures.h"
#include "train/memory_need.h"
#include "train/node_data.h"

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
    gt_data_figures_use(e->train, e->test, stored->values.figures,
                        stored->values.n_figures);
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

/* Samples of the model that a rank keeps: its part of them, unless they are
 * very large. */
static size_t kept(const evaluator *e)
{
    const double most = 128e6;
    double sample = (double)gt_shape_size(e->data->image) * sizeof(gt_real);
    double part =
        sample * ((double)e->options->samples / e->comm->size + 2 * BLOCK);
    return (size_t)(part < most ? part : most);
}

/* Beside the networks there are the sets of samples. */
static double room(const evaluator *e)
{
    return gt_eval_features_room(e->data, e->options->samples) +
           (double)kept(e);
}

static gt_status build(evaluator *e, const gt_config *config)
{
    gt_memory_beside beside = {e->comm, GT_MEMORY_FIGURES, room(e)};
    gt_task_setup setup = {.config = config,
                           .comm = e->comm,
                           .max_n = BLOCK,
                           .blas_threads = e->options->threads,
                           .fits = gt_memory_fits_beside,
                           .context = &beside};
    return gt_task_new(&e->task, &setup);
}

/* What a classifier has not seen, it may know less of. */
static void compare_data(const evaluator *e)
{
    const char *of = e->features.from.info.data.digest;
    const gt_source *single = e->train->inner;
    char digest[GT_HASH_TEXT], of_single[GT_HASH_TEXT];
    gt_hash_text(e->train->digest, digest);
    gt_hash_text(single ? single->digest : e->train->digest, of_single);
    if (e->features.classifier && *of && strcmp(of, digest) != 0 &&
        strcmp(of, of_single) != 0)
        gt_warn("the classifier %s was trained on other data than %s",
                e->features.from.path, e->train->uri);
}

static gt_status open_features(evaluator *e)
{
    gt_eval_features_setup setup = {.comm = e->comm,
                                    .data = e->data,
                                    .classifier = e->options->classifier,
                                    .option = "--classifier",
                                    .block = BLOCK,
                                    .threads = e->options->threads,
                                    .beside = room(e)};
    gt_status status = gt_eval_features_open(&e->features, &setup);
    if (status == GT_OK)
        compare_data(e);
    return status == GT_OK
               ? gt_eval_features_judge(&e->features, &setup,
                                        e->test ? e->test : e->train,
                                        e->options->samples)
               : status;
}

/* --- The whole. */

gt_status gt_evaluator_open(gt_evaluator *e, gt_comm *comm,
                            const gt_config *config, const gt_checkpoint *from,
                            const gt_evaluate_options *options)
{
    *e = (gt_evaluator){
        .comm = comm, .options = options, .data = gt_data_config_of(config)};
    gt_status status = gt_eval_choose(options->metrics, &e->choice);
    if (status == GT_OK)
        status = gt_memory_start_libraries(options->threads, 0);
    status = gt_comm_agree(comm, status);
    if (status == GT_OK)
        status = open_data(e, from);
    if (status == GT_OK)
        status = build(e, config);
    if (status == GT_OK)
        status = open_features(e);
    if (status != GT_OK)
        return status;
    e->subject = (gt_subject){.comm = comm,
                              .task = e->task,
                              .training = &e->training,
                              .test = e->test ? &e->held_out : NULL,
                              .features = &e->features.features,
                              .samples = options->samples,
                              .seed = options->seed,
                              .draws = options->draws,
                              .made = {.room = kept(e)},
                              .progress = true};
    if (options->points)
        status = gt_given_points_read(options->points, &e->subject,
                                      &e->features.features);
    return status == GT_OK
               ? gt_comm_agree(comm, gt_eval_check(&e->choice, &e->subject))
               : status;
}

void gt_evaluator_close(gt_evaluator *e)
{
    gt_subject_free(&e->subject);
    gt_eval_features_close(&e->features);
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
