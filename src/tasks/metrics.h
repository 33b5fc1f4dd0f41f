/* metrics.h: named figures of a step, for metrics.jsonl and the terminal.
 * Local.
 */
#ifndef GT_TASKS_METRICS_H
#define GT_TASKS_METRICS_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { GT_METRICS_MAX = 32 };

/* Figures in the order they were set; {0}: none. Keys are string literals. */
typedef struct gt_metrics {
    int count;
    struct {
        const char *key;
        double value;
    } entry[GT_METRICS_MAX];
} gt_metrics;

void gt_metrics_set(gt_metrics *metrics, const char *key, double value);

/* One JSON object on one line: step first, then epoch, then the figures; NaN
 * and infinity become null. */
void gt_metrics_print(FILE *out, uint64_t step, double epoch,
                      const gt_metrics *metrics);

#endif
