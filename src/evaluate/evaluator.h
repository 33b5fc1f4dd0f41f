/* evaluator.h: figures of checkpoints, on any number of ranks (eval/metrics.h).
 */
#ifndef GT_EVALUATE_EVALUATOR_H
#define GT_EVALUATE_EVALUATOR_H

#include "comm/comm.h"
#include "eval/metrics.h"
#include "model/config.h"
#include "run/checkpoint.h"
#include "train/eval_features.h"
#include "train/generate.h"

typedef struct gt_evaluate_options {
    const char *metrics;    /* names with commas between; NULL: all */
    const char *classifier; /* run directory or checkpoint; NULL: none, */
    const char *why_none;   /* as "the data have no labels"; NULL: as asked */
    const char *points;     /* file of features (given_points.h); NULL: none */
    uint64_t samples;       /* most of each set */
    uint64_t seed;          /* of the model's samples and draws */
    int draws;              /* importance samples of a likelihood */
    gt_generate_weights weights;
    int threads; /* of BLAS */
} gt_evaluate_options;

/* What was found of one checkpoint. */
typedef struct gt_evaluation_result {
    char checkpoint[GT_PATH];
    uint64_t step;
    double epoch;
    char fingerprint[GT_HASH_TEXT]; /* "": not known */
    bool ema;                       /* weights were running averages */
    gt_eval_figures figures;
} gt_evaluation_result;

/* What all checkpoints of one run are compared by. */
typedef struct gt_evaluator {
    gt_comm *comm;                      /* borrowed */
    const gt_evaluate_options *options; /* borrowed */
    const gt_data_config *data;         /* of the model's; borrowed */
    gt_eval_choice choice;
    gt_source *train, *test; /* test: NULL if nothing is held out */
    gt_reader training, held_out;
    gt_task *task;
    gt_eval_features features;
    gt_subject subject;
} gt_evaluator;

/* Open data, model and classifier. `from` tells what the model is: its values
 * and its configuration, which `config` is made of and may differ from in
 * section "data". It stays borrowed. Free also after a failure. GT_ERR_USAGE;
 * GT_ERR_MISMATCH: a metric that is named, or the classifier, does not fit;
 * what opening data, task and checkpoints returns. Collective; all ranks fail
 * together. */
gt_status gt_evaluator_open(gt_evaluator *evaluator, gt_comm *comm,
                            const gt_config *config, const gt_checkpoint *from,
                            const gt_evaluate_options *options);
void gt_evaluator_close(gt_evaluator *evaluator);

/* Evaluate one checkpoint of the run; its bytes are released. Its weights and
 * samples stay until the next one. Collective; all ranks fail together. */
gt_status gt_evaluator_run(gt_evaluator *evaluator, gt_checkpoint *from,
                           gt_evaluation_result *result);

#endif
