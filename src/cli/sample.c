/* sample.c: `gentrain sample`. The checkpoint holds the configuration, so it is
 * all that is needed. */
#include "cli/cli.h"

#include "model/config.h"
#include "run/checkpoint.h"
#include "train/generate.h"
#include "train/schema.h"

#include <string.h>

static const gt_cli_option options[] = {
    {"count", 'n', "N", "samples to make [64]"},
    {"out", 'o', "FILE.h5", "write them to this HDF5 file"},
    {"grid", 'g', "FILE.png", "draw the first 100 of them"},
    {"seed", 0, "S", "seed of the latents [1]"},
    {"latents", 0, NULL, "store the latents beside the samples"},
    {"threads", 't', "N", "BLAS threads of each rank [1]"},
    {0},
};

static gt_status read_numbers(const gt_cli_args *args, gt_generate_options *how)
{
    int64_t count = 64, seed = 1, threads = 1;
    gt_status status = gt_cli_integer(args, "count", 1, 1000000000000, &count);
    if (status == GT_OK)
        status = gt_cli_integer(args, "seed", 0, INT64_MAX, &seed);
    if (status == GT_OK)
        status = gt_cli_integer(args, "threads", 1, 1024, &threads);
    how->count = (uint64_t)count;
    how->seed = (uint64_t)seed;
    how->threads = (int)threads;
    how->out = gt_cli_value(args, "out");
    how->grid = gt_cli_value(args, "grid");
    how->latents = gt_cli_flag(args, "latents");
    if (status == GT_OK && !how->out && !how->grid)
        status = gt_fail(GT_ERR_USAGE, "nothing to write: give --out FILE.h5, "
                                       "--grid FILE.png or both");
    return status;
}

/* Rank 0 finds the file and reads what it says of itself. */
static gt_status read_info(const char *asked, char path[GT_PATH],
                           gt_checkpoint_info *info)
{
    gt_status status = gt_checkpoint_find_good(asked, path);
    if (status == GT_OK)
        status = gt_checkpoint_read_info(path, info);
    return status;
}

static gt_status run(gt_comm *comm, const gt_cli_args *args)
{
    gt_generate_options how = {0};
    gt_checkpoint_info info = {0};
    gt_config *config = NULL;
    char path[GT_PATH] = "";
    gt_status status = read_numbers(args, &how);
    if (status == GT_OK && comm->rank == 0)
        status = read_info(args->operand[0], path, &info);
    status = gt_comm_agree(comm, status);
    if (status == GT_OK)
        status = gt_comm_broadcast_text(comm, &info.config);
    if (status == GT_OK) {
        gt_comm_broadcast(comm, path, sizeof path);
        how.checkpoint = path;
        status = gt_comm_agree(
            comm, gt_config_parse(&config, &gt_train_schema, path, info.config,
                                  strlen(info.config), NULL, 0));
    }
    if (status == GT_OK)
        status = gt_generate(comm, config, &how);
    gt_config_free(config);
    gt_checkpoint_info_free(&info);
    return status;
}

const gt_command gt__command_sample = {
    .name = "sample",
    .operands = "RUN_OR_CHECKPOINT [OPTION ...]",
    .summary = "Make samples from a trained model, on all ranks",
    .details =
        "Sample i of a seed is the same on any number of ranks.\n\n"
        "Example:\n"
        "  mpirun -np 4 gentrain sample runs/dcgan28-1 -n 10000 -o out.h5\n",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .parallel = true,
    .run = run,
};
