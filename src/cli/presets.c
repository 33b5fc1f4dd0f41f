/* presets.c: `gentrain presets`. */
#include "cli/args.h"

#include "model/preset.h"

#include <stdio.h>
#include <string.h>

static gt_status run(gt_comm *comm, const gt_cli_args *args)
{
    (void)comm;
    if (args->n_operands == 0) {
        for (const gt_preset *p = gt_presets; p->name; p++)
            printf("%-18s %s\n", p->name, p->summary);
        return GT_OK;
    }
    if (strcmp(args->operand[0], "show") != 0 || args->n_operands != 2)
        return gt_fail(GT_ERR_USAGE, "usage: gentrain presets [show NAME]");
    const gt_preset *preset;
    gt_status status = gt_preset_find(args->operand[1], &preset);
    if (status == GT_OK)
        fwrite(preset->text, 1, preset->size, stdout);
    return status;
}

const gt_command gt__command_presets = {
    .name = "presets",
    .operands = "[show NAME]",
    .summary = "list the configurations that come with the program, or print "
               "one",
    .details = "A preset is a configuration file to start your own from.",
    .examples = "gentrain presets show dcgan28 > mine.yaml\n"
                "mpirun -np 4 gentrain train mine.yaml\n",
    .max_operands = 2,
    .run = run,
};
