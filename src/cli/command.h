/* command.h: a command of the program as a table: its parser, its --help and
 * its man page all read it. To add a command, write one file with a gt_command
 * and add one line to the table in main.c. */
#ifndef GT_CLI_COMMAND_H
#define GT_CLI_COMMAND_H

#include "comm/comm.h"

#include <stdbool.h>

struct gt_cli_args;

enum { GT_CLI_MAX_OPTIONS = 20 }; /* of a command */

typedef struct gt_cli_option {
    const char *name;     /* without the dashes */
    char letter;          /* short form, 0: none */
    const char *argument; /* what --help calls its value; NULL: a flag */
    const char *help;
    bool per_node; /* ranks of one job may have different values */
} gt_cli_option;

typedef struct gt_command {
    const char *name;
    const char *operands;         /* as in the usage line */
    const char *summary;          /* one line */
    const char *details;          /* paragraphs after the options, or NULL */
    const char *examples;         /* lines to type, or NULL */
    const gt_cli_option *options; /* ends with name NULL; NULL: none */
    int min_operands, max_operands;
    /* Runs on all ranks, with MPI; else wherever it is started. */
    bool parallel;
    /* `comm` is NULL unless the command is parallel. */
    gt_status (*run)(gt_comm *comm, const struct gt_cli_args *args);
} gt_command;

extern const gt_command gt__command_train, gt__command_sample, gt__command_eval,
    gt__command_import, gt__command_presets, gt__command_inspect,
    gt__command_diff, gt__command_help;
extern const gt_command *const gt__commands[]; /* ends with NULL */

#endif
