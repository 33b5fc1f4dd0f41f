/* evaluate_plots.c: distributions, as pictures and as the numbers in them, so
 * that others can be drawn from these. */
#include "train/evaluate_pictures.h"

#include "base/json.h"
#include "base/log.h"
#include "eval/histogram.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* --- Numbers. */

static void print_row(FILE *out, const char *of, double low, double high,
                      const double count[GT_COUNTED])
{
    fprintf(out, "%s,%.9g,%.9g,%.0f,%.0f\n", of, low, high,
            count[GT_COUNTED_DATA], count[GT_COUNTED_MODEL]);
}

static void print_rows(FILE *out, const char *of, const gt_histogram *h)
{
    print_row(out, of, -INFINITY, h->low, h->below);
    for (int i = 0; i < GT_HISTOGRAM_BINS; i++) {
        double count[GT_COUNTED] = {h->count[0][i], h->count[1][i]};
        print_row(out, of, gt_histogram_edge(h, i), gt_histogram_edge(h, i + 1),
                  count);
    }
    print_row(out, of, h->high, INFINITY, h->above);
    print_row(out, of, NAN, NAN, h->no_number);
}

static gt_status write_numbers(const char *path, const gt_histogram *values,
                               const gt_histogram *sums)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return gt_fail(GT_ERR_MEMORY, "no memory for %s", path);
    fputs("of,low,high,data,model\n", out);
    print_rows(out, "value", values);
    print_rows(out, "sum", sums);
    gt_status status = fclose(out) == 0
                           ? gt_file_replace(path, text, size)
                           : gt_fail(GT_ERR_MEMORY, "no memory for %s", path);
    free(text);
    return status;
}

gt_status gt__draw_histogram(gt_evaluator *e, const char *folder, bool *drawn)
{
    gt_histogram values, sums;
    char path[GT_PATH + 32];
    gt_status status = gt_histogram_find(&e->subject, &values, &sums);
    if (status != GT_OK)
        return status;
    if (e->comm->rank == 0) {
        snprintf(path, sizeof path, "%s/histogram.csv", folder);
        *drawn = gt__drawn(write_numbers(path, &values, &sums), path);
    }
    gt_comm_broadcast(e->comm, drawn, sizeof *drawn);
    return GT_OK;
}
