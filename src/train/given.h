/* given.h: what a person asks samples to be made with: labels, conditions,
 * latents.
 */
#ifndef GT_TRAIN_GIVEN_H
#define GT_TRAIN_GIVEN_H

#include "comm/comm.h"
#include "model/config.h"

#include <stdint.h>

/* As the person writes it; NULL: not given. */
typedef struct gt_given_options {
    const char *label;      /* "7", "3,5,7" or "all" */
    const char *condition;  /* "0.5,1.2" or "slant=0.5,width=1.2" */
    const char *conditions; /* where a row for each sample is (run/rows.h) */
    const char *latents;    /* where all latents are (run/rows.h) */
} gt_given_options;

/* As the model needs it. */
typedef struct gt_given {
    int period;  /* sample i has label list[i % period]; 0: none has a label */
    int *list;   /* [period]; NULL: sample i has label i % period */
    int columns; /* conditions of a sample; 0: none */
    gt_real *condition; /* [columns]: those of all samples, or */
    bool rows;          /* each has its own: */
    gt_real *row;       /* rank 0: [count x columns] */
    gt_real *latents;   /* rank 0: [count x latent]; NULL: the seed's */
    uint64_t count;     /* samples */
} gt_given;

/* Read what is given for a model of this configuration, whose checkpoint is
 * `model`, and check it. Without a label, labels take turns, 0, 1, ... A model
 * that takes conditions must be given them. `count` is for where no file says
 * how many samples there are. GT_ERR_USAGE; for files, see gt_rows_read. Free
 * *given also after a failure. Collective; all ranks fail together. */
gt_status gt_given_read(gt_given *given, gt_comm *comm, const gt_config *config,
                        const char *model, const gt_given_options *options,
                        uint64_t count);
void gt_given_free(gt_given *given);

#endif
