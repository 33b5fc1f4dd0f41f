/* presets.c: `gentrain presets`. */
#include "cli/args.h"

#include "base/nearest.h"
#include "model/preset.h"

#include <stdio.h>
#include <string.h>

static gt_status check(const gt_cli_args *args)
{
    static const char *const words[] = {"show"};
    const char *word = args->operand[0];
    const gt_preset *preset;
    char suggestion[GT_SUGGESTION];
    if (!strcmp(word, words[0]) && args->n_operands == 2)
        return GT_OK;
    if (args->n_operands == 1 && gt_preset_find(word, &preset) == GT_OK)
        return gt_fail(GT_ERR_USAGE,
                       "to print a preset: gentrain presets show %s", word);
    if (!strcmp(word, words[0]))
        return gt_fail(GT_ERR_USAGE,
                       "show needs a name: gentrain presets show NAME; "
                       "gentrain presets lists the names");
    return gt_fail(GT_ERR_USAGE,
                   "unexpected argument \"%s\" (usage: gentrain presets [show "
                   "NAME])%s",
                   word, gt_suggestion(word, words, 1, suggestion));
}

static gt_status run(gt_comm *comm, const gt_cli_args *args)
{
    (void)comm;
    if (args->n_operands == 0) {
        for (const gt_preset *p = gt_presets; p->name; p++)
            printf("%-18s %s\n", p->name, p->summary);
        return GT_OK;
    }
    const gt_preset *preset;
    gt_status status = check(args);
    if (status == GT_OK)
        status = gt_preset_find(args->operand[1], &preset);
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
