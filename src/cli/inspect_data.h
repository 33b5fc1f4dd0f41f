/* inspect_data.h: what `gentrain inspect` says of data. Private to the cli
 * room.
 */
#ifndef GT_CLI_INSPECT_DATA_H
#define GT_CLI_INSPECT_DATA_H

#include "cli/args.h"

/* Describe both splits of the data at a URI, read as the options --set say: how
 * many samples of which shape, values, labels and conditions; then how to train
 * on them. --json prints one object for each split, --picture also draws some
 * of them. Errors as gt_source_open; GT_ERR_USAGE: a --set that is none of
 * data. Local. */
gt_status gt__inspect_data(const char *uri, const gt_cli_args *args);

#endif
