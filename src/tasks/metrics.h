/* metrics.h: named figures of a step, for metrics.jsonl and the terminal.
 * Local.
 */
#ifndef GT_TASKS_METRICS_H
#define GT_TASKS_METRICS_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { GT_METRICS_MAX = 256 };

/* Figures in the order they were set; {0}: none. Keys are string literals. */
typedef struct gt_metrics {
    int count;
    struct {
        const char *key;
        double value;
    } entry[GT_METRICS_MAX];
} gt_metrics;

void gt_metrics_set(gt_metrics *metrics, const char *key, double value);

/* What people see of a figure: the notation of the papers, if there is one, and
 * the number in five characters: "D(x) 0.930". Of the keys test_X and train_X
 * it is that of X. Returns `text`. */
enum { GT_METRIC_TEXT = 64 };
char *gt_metric_text(const char *key, double value, char text[GT_METRIC_TEXT]);

/* The figure called `key`; false if there is none. */
bool gt_metrics_find(const gt_metrics *metrics, const char *key, double *value);

/* One JSON object on one line: step first, then epoch, then the figures; NaN
 * and infinity become null. */
void gt_metrics_print(FILE *out, uint64_t step, double epoch,
                      const gt_metrics *metrics);

#endif
