/* metrics.h: named figures of a step, for metrics.jsonl and the terminal.
 * Local.
 */
#ifndef GENTRAIN_METRICS_H
#define GENTRAIN_METRICS_H

#include "gentrain/status.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { GT_METRICS_MAX = 32 };

/* Figures in the order they were set. Keys are string literals. */
typedef struct gt_metrics {
    int count;
    struct {
        const char *key;
        double value;
    } entry[GT_METRICS_MAX];
} gt_metrics;

void gt_metrics_clear(gt_metrics *metrics);
void gt_metrics_set(gt_metrics *metrics, const char *key, double value);

/* One JSON object on one line: step first, then epoch, then the figures; NaN
 * and infinity become null. */
void gt_metrics_print(FILE *out, uint64_t step, double epoch,
                      const gt_metrics *metrics);

/* Open RUN/metrics.jsonl for appending, after taking away lines of steps beyond
 * `step`, which a run that stopped later had written. */
gt_status gt_metrics_open(FILE **out, const char *run, uint64_t step);

#endif
