/* metrics_read.h: what metrics.jsonl of a run holds, also of one that is being
 * trained. Local.
 */
#ifndef GT_RUN_METRICS_READ_H
#define GT_RUN_METRICS_READ_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct gt_metrics_file {
    char *text;       /* whole lines, each with a NUL at its end; owned */
    const char *end;  /* of all of them */
    const char *last; /* the last line; NULL: there is none */
} gt_metrics_file;

/* Read all of it. A file that is not there has no lines, and one that is being
 * written may have half a line at its end, which is left out. */
gt_status gt_metrics_file_read(gt_metrics_file *file, const char *run);
void gt_metrics_file_free(gt_metrics_file *file);

/* The figure `key` of a line; false where it has none, or null. */
bool gt_metrics_line_find(const char *line, const char *key, double *value);

/* Whether a line has that figure at all, which may be null. */
bool gt_metrics_line_has(const char *line, const char *key);

#endif
