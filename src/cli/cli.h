/* cli.h: commands and their options as tables; parser, --help and man page all
 * read them. */
#ifndef GT_CLI_CLI_H
#define GT_CLI_CLI_H

#include "comm/comm.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { GT_CLI_MAX_OPTIONS = 20, GT_CLI_MAX_HITS = 256 };

typedef struct gt_cli_option {
    const char *name;     /* without the dashes */
    char letter;          /* short form, 0: none */
    const char *argument; /* what --help calls its value; NULL: a flag */
    const char *help;
} gt_cli_option;

/* A parsed command line. Strings are borrowed from argv. */
typedef struct gt_cli_args {
    const struct gt_command *command;
    int n_hits;
    struct {
        const gt_cli_option *option;
        const char *value; /* NULL for a flag */
    } hit[GT_CLI_MAX_HITS];
    int n_operands;
    char **operand;
} gt_cli_args;

typedef struct gt_command {
    const char *name;
    const char *operands;         /* as in the usage line */
    const char *summary;          /* one line */
    const char *details;          /* paragraphs after the options, or NULL */
    const gt_cli_option *options; /* ends with name NULL */
    int min_operands, max_operands;
    bool parallel; /* runs on all ranks, with MPI; else on the first alone */
    gt_status (*run)(gt_comm *comm, const gt_cli_args *args);
} gt_command;

extern const gt_command gt__command_train, gt__command_sample,
    gt__command_presets, gt__command_inspect, gt__command_diff,
    gt__command_help;
extern const gt_command *const gt__commands[]; /* ends with NULL */

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

void gt_cli_print_help(FILE *out, const gt_command *command);
void gt_cli_print_overview(FILE *out);
void gt_cli_print_man(FILE *out);

#endif
