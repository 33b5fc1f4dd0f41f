/* common_options.h: what several commands do with their options. Local. */
#ifndef GT_CLI_COMMON_OPTIONS_H
#define GT_CLI_COMMON_OPTIONS_H

#include "cli/args.h"

#include "train/generate.h"

/* The value of --weights; by default the best ones. GT_ERR_USAGE. */
gt_status gt__weights_read(const gt_cli_args *args,
                           gt_generate_weights *weights);

/* "key='value'", a setting as --set takes it, with quotes in the value doubled.
 * malloc'ed; NULL: there is no memory. */
char *gt__setting_quoted(const char *key, const char *value);

#endif
