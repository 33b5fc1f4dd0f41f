/* agree.c: options decide which collective calls are made, and with how much
 * data. So they are compared first, as facts of any number and length. */
#include "cli/agree.h"

#include "base/version.h"
#include "comm/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All values of an option, in their order, as one fact. */
static void put_option(FILE *out, const gt_cli_args *args,
                       const gt_cli_option *option)
{
    int n = 0;
    fprintf(out, "option --%s is\t", option->name);
    for (int i = 0; i < args->n_hits; i++) {
        if (args->hit[i].option != option)
            continue;
        const char *value = args->hit[i].value;
        fprintf(out, "%s%s", n++ ? ", " : "", value ? value : "given");
    }
    fputs(n ? "\n" : "not given\n", out);
}

static gt_status describe(const gt_cli_args *args, char **text)
{
    size_t size;
    FILE *out = open_memstream(text, &size);
    if (!out)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate a command line");
    fprintf(out, "the program is\tgentrain %s, build %s\n", GT_VERSION,
            gt_build);
    fprintf(out, "the command is\t%s\n", args->command->name);
    for (const gt_cli_option *o = args->command->options; o && o->name; o++)
        if (!o->per_node)
            put_option(out, args, o);
    for (int i = 0; i < args->n_operands; i++)
        fprintf(out, "argument %d is\t%s\n", i + 1, args->operand[i]);
    if (fclose(out) == 0)
        return GT_OK;
    free(*text);
    *text = NULL;
    return gt_fail(GT_ERR_MEMORY, "cannot allocate a command line");
}

gt_status gt_cli_agree(gt_comm *comm, const gt_cli_args *args)
{
    char *mine = NULL;
    gt_status status = gt_comm_agree(comm, describe(args, &mine));
    if (status == GT_OK)
        status = gt_comm_compare(
            comm, mine, "start all ranks with the same program and options");
    free(mine);
    return status;
}
