/* diff.c: `gentrain diff`. */
#include "cli/args.h"

#include "run/diff.h"

#include <stdio.h>

static gt_status run(gt_comm *comm, const gt_cli_args *args)
{
    (void)comm;
    return gt_diff(stdout, args->operand[0], args->operand[1]);
}

const gt_command gt__command_diff = {
    .name = "diff",
    .operands = "A B",
    .summary = "tell whether two checkpoints, sample sets or runs are the same",
    .details = "A and B are HDF5 files, or run directories, which stand for "
               "their newest checkpoint.\n\n"
               "The exit code is 0 if all numbers are equal, bit for bit, and "
               "6 if some differ, which is no error. It is 5 if a file is "
               "damaged, holds no "
               "numbers, or holds numbers of a type that cannot be compared.",
    .examples = "gentrain diff runs/a runs/b\n",
    .min_operands = 2,
    .max_operands = 2,
    .run = run,
};
