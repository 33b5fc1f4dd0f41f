/* args.h: the command line of one command, parsed by its table. Local.
 */
#ifndef GT_CLI_ARGS_H
#define GT_CLI_ARGS_H

#include "cli/command.h"

#include <stdint.h>

enum { GT_CLI_MAX_HITS = 256 };

/* A parsed command line. Strings are borrowed from argv. */
typedef struct gt_cli_args {
    const gt_command *command;
    int n_hits;
    struct {
        const gt_cli_option *option;
        const char *value; /* NULL for a flag */
    } hit[GT_CLI_MAX_HITS];
    int n_operands;
    char **operand;
} gt_cli_args;

/* Parse argv (argv[0] is the command's name). GT_ERR_USAGE with a message that
 * names the nearest option. --help and -h are known to every command and come
 * back as *help. */
gt_status gt_cli_parse(const gt_command *command, int argc, char **argv,
                       gt_cli_args *args, bool *help);

bool gt_cli_flag(const gt_cli_args *args, const char *name);
/* Value of an option, the last one if it was repeated; NULL if not given. */
const char *gt_cli_value(const gt_cli_args *args, const char *name);
/* As an integer in [min, max]; *out stays if the option was not given. */
gt_status gt_cli_integer(const gt_cli_args *args, const char *name, int64_t min,
                         int64_t max, int64_t *out);

#endif
