/* handle.h: what a gentrain_model is; for src/api alone. */
#ifndef GT_API_HANDLE_H
#define GT_API_HANDLE_H

#include "gentrain.h"

#include "run/checkpoint.h"
#include "tasks/task.h"

struct gentrain_model {
    gt_comm comm; /* of this process alone */
    gt_config *config;
    gt_checkpoint from; /* what it was read from, without the numbers */
    gt_task *task;
    char warning[GT_MESSAGE];
    size_t sample, latent;  /* values of each */
    int classes;            /* of its labels; 0: it takes none */
    gt_word_list names;     /* of its conditions; borrowed */
    gt_transform transform; /* that samples are taken back through */
    /* The last block of samples that was made, and what with. */
    gt_real *latents;    /* [GT_SAMPLE_BLOCK x latent] */
    gt_real *samples;    /* [GT_SAMPLE_BLOCK x sample] */
    int *labels;         /* [GT_SAMPLE_BLOCK] */
    gt_real *conditions; /* [GT_SAMPLE_BLOCK x names.count] */
    bool held;           /* it is that of: */
    uint64_t seed, block;
};

/* A failure as the caller sees it. */
static inline gentrain_status gt__api_status(gt_status status)
{
    return (gentrain_status)gt_exit_code(status);
}

#endif
