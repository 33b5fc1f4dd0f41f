/* diff.c: `gentrain diff`. */
#include "cli/cli.h"

#include "run/diff.h"

static const gt_cli_option options[] = {{0}};

static gt_status run(gt_comm *comm, const gt_cli_args *args)
{
    (void)comm;
    return gt_diff(stdout, args->operand[0], args->operand[1]);
}

const gt_command gt__command_diff = {
    .name = "diff",
    .operands = "A B",
    .summary = "Tell whether two checkpoints or sample sets are identical",
    .details = "A and B are HDF5 files, or run directories, which stand for "
               "their newest checkpoint.\nThe exit code is 0 where all numbers "
               "are equal bit for bit, 6 where they are not, and 5 where that "
               "cannot be told:\na file is damaged or holds no numbers, or "
               "some of another type.\n",
    .options = options,
    .min_operands = 2,
    .max_operands = 2,
    .run = run,
};
