/* eval_features.h: what figures look at in samples: their values, or what a
 * trained classifier makes of them.
 */
#ifndef GT_TRAIN_EVAL_FEATURES_H
#define GT_TRAIN_EVAL_FEATURES_H

#include "comm/comm.h"
#include "data/config.h"
#include "eval/features.h"
#include "eval/points.h"
#include "model/config.h"
#include "run/checkpoint.h"

/* How they are opened. All borrowed. */
typedef struct gt_eval_features_setup {
    gt_comm *comm;
    const gt_data_config *data; /* of the model */
    const char *classifier;     /* run directory or checkpoint; NULL: none */
    const char *option;         /* where a person names it: "--classifier" */
    int block;                  /* samples of a pass */
    int threads;                /* of BLAS */
    double beside;              /* bytes of gt_eval_features_room */
} gt_eval_features_setup;

typedef struct gt_eval_features {
    gt_features features;
    gt_checkpoint from; /* path "": there is no classifier */
    gt_config *config;
    gt_task *classifier;  /* NULL: there is none */
    gt_estimate accuracy; /* on data; value NAN: not known */
} gt_eval_features;

/* Free also after a failure. GT_ERR_MISMATCH: the classifier does not fit; what
 * reading its checkpoint and building it returns. Collective; all ranks fail
 * together. */
gt_status gt_eval_features_open(gt_eval_features *features,
                                const gt_eval_features_setup *setup);
void gt_eval_features_close(gt_eval_features *features);

/* How often the classifier is right on up to `most` samples of a source of the
 * model's data, if it knows their labels. What reading them returns.
 * Collective; all ranks fail together. */
gt_status gt_eval_features_judge(gt_eval_features *features,
                                 const gt_eval_features_setup *setup,
                                 const gt_source *source, uint64_t most);

/* Bytes that each rank takes for sets of `samples` samples, as features, and
 * for a moment as results of blocks. Pure. */
double gt_eval_features_room(const gt_data_config *data, uint64_t samples);

#endif
