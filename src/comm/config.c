/* config.c: the keys that say how gradients are added over ranks. */
#include "comm/config.h"

#include "comm/reducer_config.h"

#define FIELD(name) offsetof(gt_communication_config, name)

static const char *const reductions[] = {"tree", "mpi", NULL};
static const char *const compressions[] = {"none", "bf16", NULL};

static const gt_option options[] = {
    {"reduction", GT_OPTION_CHOICE, FIELD(reduction), "tree", 0, 0, reductions,
     "how gradients are summed over ranks. tree: in one fixed order, so that "
     "results are the same to the bit on any number of ranks. mpi: by MPI's "
     "all-reduce; every rank then keeps the whole state of the optimizer, not "
     "a part of it"},
    {"compression", GT_OPTION_CHOICE, FIELD(compression), "none", 0, 0,
     compressions,
     "how gradients travel between nodes, or between ranks if there is one "
     "node only. bf16: rounded to 16 bits, with the rounding error added in "
     "the next step. This halves the traffic, but results then depend on the "
     "number of ranks and nodes and on where a run was resumed, and every rank "
     "keeps the whole state of the optimizer. Not with reduction: mpi"},
    {"bucket_mb", GT_OPTION_REAL, FIELD(bucket_mb), "1", 0, 1024, NULL,
     "megabytes (2^20 bytes) of gradients that are sent together while others "
     "are still computed; 0: all are sent at the end"},
    {0},
};

static gt_status check(const gt_config *config, gt_config_place *at)
{
    const gt_communication_config *c = gt_communication_config_of(config);
    if (c->compression == GT_COMPRESSION_NONE ||
        c->reduction == GT_REDUCTION_TREE)
        return GT_OK;
    at->key = "compression";
    return gt_fail(GT_ERR_CONFIG,
                   "MPI's all-reduce cannot sum compressed gradients; set "
                   "communication.reduction to tree, or compression to none");
}

const gt_section gt_communication_section = {
    .name = "communication",
    .help = "how ranks talk to each other",
    .options = options,
    .size = sizeof(gt_communication_config),
    .resumable = true,
    .check = check};
