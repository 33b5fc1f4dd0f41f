/* train_line.h: the command that trains on some data. Private to the cli room.
 */
#ifndef GT_CLI_TRAIN_LINE_H
#define GT_CLI_TRAIN_LINE_H

#include "cli/args.h"
#include "cli/data_figures.h"

/* Print how to train on a source that was opened with the options --set: with a
 * preset that works at its shape, or with a configuration that is still to be
 * written. */
void gt__train_line(const gt_source *source, const gt__data_figures *figures,
                    const gt_cli_args *args);

#endif
