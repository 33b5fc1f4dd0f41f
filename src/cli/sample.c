/* sample.c: `gentrain sample`. The checkpoint holds the configuration, so it is
 * all that is needed. */
#include "cli/common_options.h"

#include "model/config.h"
#include "run/checkpoint_choose.h"
#include "train/checkpoint_config.h"
#include "train/generate.h"

#include <string.h>

static const gt_cli_option options[] = {
    {"count", 'n', "N", "samples to make [64]"},
    {"out", 'o', "FILE.h5", "write them to this HDF5 file"},
    {"grid", 'g', "FILE.png", "draw the first 100 of them"},
    {"seed", 0, "S", "seed of the latents [1]"},
    {"latents", 0, "FILE.h5[:/SET]",
     "make the samples of these latents, instead of --count and --seed"},
    {"label", 0, "N,...|all",
     "labels, which take turns over the samples [all]: all of 0, 1, ..."},
    {"condition", 0, "VALUE,...",
     "conditions of all samples, in order, or by names: NAME=VALUE,..."},
    {"conditions", 0, "FILE.h5[:/SET]",
     "conditions of each sample, instead of --count"},
    {"weights", 0, "ema|last",
     "take the running averages of weights (optimizer.ema), or those of the "
     "last step [ema, if there are some]"},
    {"layout", 0, "as_input|plain",
     "names, types and attributes of the file: those of the data, if these "
     "are HDF5, or our own [output.layout]"},
    {"no-latents", 0, NULL, "do not store the latents beside the samples"},
    {"threads", 't', "N", "BLAS threads of each rank [1]"},
    {0},
};

static gt_status read_layout(const char *text, gt_generate_options *how)
{
    const char *const *names = gt_output_layout_names;
    int i = 0;
    how->layout_given = text != NULL;
    while (text && names[i] && strcmp(names[i], text) != 0)
        i++;
    how->layout = (gt_output_layout)i;
    if (!text || names[i])
        return GT_OK;
    return gt_fail(GT_ERR_USAGE,
                   "--layout %s: it must be as_input, plain or auto", text);
}

/* Files say which samples there are, and how many. */
static gt_status check_together(const gt_cli_args *args)
{
    bool count = gt_cli_value(args, "count");
    if (gt_cli_value(args, "latents") && (count || gt_cli_value(args, "seed")))
        return gt_fail(GT_ERR_USAGE,
                       "--latents says which samples and how many; leave out "
                       "--count and --seed");
    if (gt_cli_value(args, "conditions") && count)
        return gt_fail(GT_ERR_USAGE, "--conditions says how many samples; "
                                     "leave out --count");
    if (gt_cli_value(args, "conditions") && gt_cli_value(args, "condition"))
        return gt_fail(GT_ERR_USAGE, "--condition is for all samples and "
                                     "--conditions for each; give one of them");
    return GT_OK;
}

static gt_status read_options(const gt_cli_args *args, gt_generate_options *how)
{
    int64_t count = 64, seed = 1, threads = 1;
    gt_status status = gt_cli_integer(args, "count", 1, 1000000000000, &count);
    if (status == GT_OK)
        status = gt_cli_integer(args, "seed", 0, INT64_MAX, &seed);
    if (status == GT_OK)
        status = gt_cli_integer(args, "threads", 1, 1024, &threads);
    if (status == GT_OK)
        status = gt__weights_read(args, &how->weights);
    if (status == GT_OK)
        status = read_layout(gt_cli_value(args, "layout"), how);
    how->count = (uint64_t)count;
    how->seed = (uint64_t)seed;
    how->threads = (int)threads;
    how->out = gt_cli_value(args, "out");
    how->grid = gt_cli_value(args, "grid");
    how->given =
        (gt_given_options){.label = gt_cli_value(args, "label"),
                           .condition = gt_cli_value(args, "condition"),
                           .conditions = gt_cli_value(args, "conditions"),
                           .latents = gt_cli_value(args, "latents")};
    how->store_latents = !gt_cli_flag(args, "no-latents");
    if (status == GT_OK)
        status = check_together(args);
    if (status == GT_OK && !how->out && !how->grid)
        status = gt_fail(GT_ERR_USAGE, "nothing to write: give --out FILE.h5, "
                                       "--grid FILE.png or both");
    return status;
}

static gt_status run(gt_comm *comm, const gt_cli_args *args)
{
    gt_generate_options how = {0};
    gt_checkpoint from = {0};
    gt_config *config = NULL;
    gt_status status = gt_comm_agree(comm, read_options(args, &how));
    if (status == GT_OK)
        status = gt_checkpoint_choose_shared(comm, &from, args->operand[0]);
    if (status == GT_OK)
        status =
            gt_comm_agree(comm, gt_checkpoint_config(&config, &from, NULL, 0));
    if (status == GT_OK)
        status = gt_generate(comm, config, &from, &how);
    gt_config_free(config);
    gt_checkpoint_close(&from);
    return status;
}

const gt_command gt__command_sample = {
    .name = "sample",
    .operands = "RUN_OR_CHECKPOINT [OPTION ...]",
    .summary = "make samples from a trained model, on all ranks",
    .details =
        "Sample i of a seed is the same on any number of ranks. Of a "
        "run directory, the newest checkpoint that is not damaged is "
        "taken.\n\n"
        "Latents are stored beside the samples, as the data set /latents. "
        "--latents FILE.h5 makes the samples of the latents that are stored in "
        "such a file: the same ones to the bit, with the same model. Another "
        "program may have written them: 32-bit floats, n x values or n x "
        "height x width x channels, in /latents or in the data set that "
        "follows the file's name, as in z.h5:/path.\n\n"
        "A model with labels (data.classes) makes sample i of class i modulo "
        "the number of classes; --label 7 makes all of class 7, --label 3,5 "
        "has the two take turns. In a grid each column then has one label. A "
        "model with conditions (data.conditions) must be given them: "
        "--condition for all samples, or --conditions for a row of "
        "numbers a sample, n x conditions, in the order of data.conditions; a "
        "file like the data will do. Labels and conditions are stored as "
        "/labels and /conditions.\n\n"
        "Samples have the units of the data: what data.transform did to those "
        "is undone. Of data in HDF5 the file also has the layout "
        "(output.layout): the same data sets with the same names, types, order "
        "of dimensions, chunks, filters and attributes; latents are then not "
        "stored. --layout plain makes /images, /labels, /conditions and "
        "/latents of any model.\n\n"
        "Where there is no room for the samples, on the disk or "
        "in memory, nothing is begun. After two seconds a line tells "
        "how far it is.\n\n"
        "GENTRAIN_ALONE=1 in the environment makes each process work by "
        "itself, whatever launcher started it.",
    .examples =
        "mpirun -np 4 gentrain sample runs/dcgan28-1 -n 10000 -o out.h5\n"
        "gentrain sample runs/dcgan28-1 --grid out.png --seed 7\n"
        "gentrain sample runs/cgan28-1 --label 7 -n 100 --grid sevens.png\n"
        "gentrain sample runs/other --latents out.h5 -o same-latents.h5\n",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .parallel = true,
    .run = run,
};
