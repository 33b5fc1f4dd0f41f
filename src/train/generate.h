/* generate.h: samples from a trained model, on any number of ranks.
 */
#ifndef GT_TRAIN_GENERATE_H
#define GT_TRAIN_GENERATE_H

#include "comm/comm.h"
#include "model/config.h"
#include "run/checkpoint.h"
#include "run/config.h"
#include "train/given.h"

/* Which weights make the samples. */
typedef enum gt_generate_weights {
    GT_GENERATE_BEST, /* the averages of networks that have some */
    GT_GENERATE_EMA,  /* the same, and there must be some */
    GT_GENERATE_LAST, /* those of the last step */
} gt_generate_weights;

typedef struct gt_generate_options {
    uint64_t count; /* samples, where none of those given says how many */
    uint64_t seed;  /* of latents, where none are given */
    gt_given_options given;
    const char *out;         /* HDF5 file, or NULL */
    const char *grid;        /* PNG of the first samples, or NULL */
    bool store_latents;      /* beside the samples, where the layout is plain */
    gt_output_layout layout; /* of the HDF5 file, */
    bool layout_given;       /* or that of the configuration */
    gt_generate_weights weights;
    int threads;
} gt_generate_options;

/* Samples number 0 .. count - 1 of a seed, or those of the latents that are
 * given: each is the same whatever the number of ranks, as it is computed in a
 * block of fixed size and place. So the latents of a seed, given, make the
 * seed's samples to the bit, with the same labels and conditions. `from` is
 * that of gt_checkpoint_choose_shared; its bytes are released as soon as they
 * are read. Rank 0 writes. Collective; all ranks fail together. */
gt_status gt_generate(gt_comm *comm, const gt_config *config,
                      gt_checkpoint *from, const gt_generate_options *options);

#endif
