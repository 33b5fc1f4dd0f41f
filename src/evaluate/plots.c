/* plots.c: distributions, as pictures and as the numbers in them, so
 * that others can be drawn from these. */
#include "evaluate/plots.h"

#include "core/arena.h"
#include "eval/gather.h"
#include "eval/histogram.h"
#include "eval/modes.h"
#include "evaluate/drawing.h"
#include "run/picture/histogram_plot.h"
#include "run/picture/scatter_plot.h"
#include "store/files.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* --- Histograms. */

static const char *name_of_data(const gt_evaluator *e)
{
    return e->test ? "held-out data" : "training data";
}

static void fill_plot(const gt_evaluator *e, const gt_histogram *h,
                      gt_histogram_plot *plot)
{
    plot->data = name_of_data(e);
    plot->model = "model";
    plot->logarithmic = h->logarithmic;
    plot->bins = GT_HISTOGRAM_BINS;
    for (int i = 0; i <= GT_HISTOGRAM_BINS; i++)
        plot->edges[i] = gt_histogram_edge(h, i);
    for (int w = 0; w < GT_COUNTED; w++) {
        memcpy(plot->count[w], h->count[w], sizeof h->count[w]);
        plot->below[w] = h->below[w];
        plot->above[w] = h->above[w];
        plot->no_number[w] = h->no_number[w];
    }
}

static bool write_histogram(const gt_evaluator *e, const char *folder,
                            const gt_histogram *values,
                            const gt_histogram *sums)
{
    char path[GT_PATH + 32];
    gt_histogram_plot plots[] = {
        {.value = "value", .each = "values"},
        {.value = "sum of a sample's values", .each = "samples"}};
    snprintf(path, sizeof path, "%s/histogram.csv", folder);
    if (!gt__drawn(write_numbers(path, values, sums), path))
        return false;
    fill_plot(e, values, &plots[0]);
    fill_plot(e, sums, &plots[1]);
    snprintf(path, sizeof path, "%s/histogram.png", folder);
    return gt__drawn(gt_histogram_plot_write(path, plots, 2), path);
}

gt_status gt__draw_histogram(gt_evaluator *e, const char *folder, bool *drawn)
{
    gt_histogram values, sums;
    gt_status status = gt_histogram_find(&e->subject, &values, &sums);
    if (status != GT_OK)
        return status;
    if (e->comm->rank == 0)
        *drawn = write_histogram(e, folder, &values, &sums);
    gt_comm_broadcast(e->comm, drawn, sizeof *drawn);
    return GT_OK;
}

/* --- Points. */

enum { POINTS = 2500 };

typedef struct cloud {
    size_t n;
    gt_real *x; /* [n x 2] */
} cloud;

/* The first points of a set. */
static gt_status read_cloud(gt_evaluator *e, gt_subject_set set, cloud *out)
{
    gt_sample_stream stream;
    uint64_t numbers[POINTS];
    gt_status status = gt_subject_stream(&e->subject, set, &stream);
    out->n = stream.n < POINTS ? (size_t)stream.n : POINTS;
    out->x = gt_real_alloc(2 * out->n);
    if (status == GT_OK && !out->x)
        status = gt_fail(GT_ERR_MEMORY, "no memory for points of a picture");
    for (size_t i = 0; i < out->n; i++)
        numbers[i] = i;
    status = gt_comm_agree(e->comm, status);
    if (status == GT_OK)
        status =
            gt_samples_gather(e->comm, &stream, numbers, out->n, true, out->x);
    gt_sample_stream_free(&stream);
    return status;
}

static bool write_scatter(const gt_evaluator *e, const char *folder,
                          const cloud *data, const cloud *model)
{
    char path[GT_PATH + 32];
    gt_modes modes;
    gt_status status = gt_modes_new(&modes, e->train);
    gt_scatter_plot plot = {.data_name = name_of_data(e),
                            .model_name = "model",
                            .data = data->x,
                            .n_data = data->n,
                            .model = model->x,
                            .n_model = model->n,
                            .centres = modes.centres,
                            .n_centres = modes.count,
                            .radius = 3 * modes.sigma,
                            .circles = "3 sigma of a mode"};
    snprintf(path, sizeof path, "%s/scatter.png", folder);
    if (status == GT_OK)
        status = gt_scatter_plot_write(path, &plot);
    gt_modes_free(&modes);
    return gt__drawn(status, path);
}

gt_status gt__draw_scatter(gt_evaluator *e, const char *folder, bool *drawn)
{
    cloud data = {0}, model = {0};
    gt_status status = read_cloud(e, gt_subject_reference(&e->subject), &data);
    if (status == GT_OK)
        status = read_cloud(e, GT_SET_MODEL, &model);
    if (status == GT_OK && e->comm->rank == 0)
        *drawn = write_scatter(e, folder, &data, &model);
    gt_comm_broadcast(e->comm, drawn, sizeof *drawn);
    free(data.x);
    free(model.x);
    return status;
}
