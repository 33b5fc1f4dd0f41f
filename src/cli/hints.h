/* hints.h: refusals of what was typed that say what to type. Local. */
#ifndef GT_CLI_HINTS_H
#define GT_CLI_HINTS_H

#include "cli/command.h"

/* Refuse the option `word`, "--prest" or "-x", which may have "=VALUE" behind
 * it: names the nearest one of the command, or the key of a configuration that
 * is called so. `needs_value`: it is known, but stands alone. */
gt_status gt_cli_refuse_option(const gt_command *command, const char *word,
                               bool needs_value);

/* Refuse an option that was written with one dash: "-preset". GT_OK: it is
 * another word. */
gt_status gt_cli_check_dashes(const gt_command *command, const char *word);

/* The configuration file `path` could not be read, with `status` and a message:
 * say so if it is the name of a preset, or a run. Returns the status. */
gt_status gt_cli_refuse_config(const char *path, gt_status status);

/* Refuse as data a folder that is a run, or in which all folders are runs:
 * GT_ERR_CONFIG, with what to give instead. GT_OK: it is something else. */
gt_status gt_cli_refuse_run(const char *uri);

#endif
