/* config.c: the keys that say how gradients are added over ranks. */
#include "comm/config.h"

#include "comm/reducer.h"

#define FIELD(name) offsetof(gt_communication_config, name)

static const char *const reductions[] = {"tree", "mpi", NULL};
static const char *const compressions[] = {"none", "bf16", NULL};

static const gt_option options[] = {
    {"reduction", GT_OPTION_CHOICE, FIELD(reduction), "tree", 0, 0, reductions,
     "how gradients are added over ranks: in one fixed order, so that results "
     "are the same to the bit on any number of ranks, or by MPI's all-reduce; "
     "then every rank keeps the whole state of the optimizer, not its part"},
    {"compression", GT_OPTION_CHOICE, FIELD(compression), "none", 0, 0,
     compressions,
     "how gradients leave a node or, if there is but one, a rank; bf16: "
     "rounded to 16 bits, and what that takes away is added in the next step, "
     "which halves the traffic; then results depend on the ranks and their "
     "nodes, and on where a run was resumed, and every rank keeps the whole "
     "state of the optimizer; not with reduction: mpi"},
    {"bucket_mb", GT_OPTION_REAL, FIELD(bucket_mb), "1", 0, 1024, NULL,
     "megabytes of gradients sent together while others are still computed; "
     "0: all at the end"},
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
                   "what is compressed is not added up by MPI; set "
                   "communication.reduction to tree, or compression to none");
}

const gt_section gt_communication_section = {
    .name = "communication",
    .help = "how ranks talk to each other",
    .options = options,
    .size = sizeof(gt_communication_config),
    .resumable = true,
    .check = check};
