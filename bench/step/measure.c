/* measure.c: rounds of steps. Clouds and laptops change their speed from minute
 * to minute, so the reference (one large matrix product by the same BLAS) is
 * measured in turns with the steps, and only figures of the same round are
 * divided by each other. */
#include "bench/step/bench.h"

#include "core/arena.h"
#include "core/blas.h"
#include "core/gemm.h"
#include "core/precision.h"
#include "data/config.h"
#include "tasks/config.h"
#include "tasks/learner.h"
#include "train/banner.h"

#include <math.h>
#include <stdlib.h>

enum { WARM_UP = 3 };

/* --- The reference. */

typedef struct product {
    int n;
    gt_real *a, *b, *c;
} product;

static gt_status product_new(product *p, int n)
{
    size_t size = (size_t)n * (size_t)n;
    *p = (product){n, gt_real_alloc(size), gt_real_alloc(size),
                   gt_real_alloc(size)};
    if (!p->a || !p->b || !p->c)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate the reference product");
    for (size_t i = 0; i < size; i++) {
        p->a[i] = (gt_real)(i % 7) - 3;
        p->b[i] = (gt_real)(i % 5) - 2;
    }
    return GT_OK;
}

static void product_free(product *p)
{
    free(p->a);
    free(p->b);
    free(p->c);
}

static double product_seconds(const product *p)
{
    int n = p->n;
    double start = bench_seconds();
    gt_gemm(GT_PLAIN, GT_PLAIN, n, n, n, p->a, n, p->b, n, 0, p->c, n);
    return bench_seconds() - start;
}

/* --- One preset. */

/* Figures of every round, to be summarised at the end. A layer has two rows. */
typedef struct rounds {
    int n;
    double *step, *sgemm, *samples, *rate, *fraction, *rest; /* [n] */
    double *layer; /* [n_layers][forward, backward][n] */
} rounds;

static gt_status rounds_new(rounds *r, int n, int n_layers)
{
    double *all = calloc((size_t)n * (6 + 2 * (size_t)n_layers), sizeof *all);
    if (!all)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate %d rounds", n);
    *r = (rounds){n,           all,         all + n,     all + 2 * n,
                  all + 3 * n, all + 4 * n, all + 5 * n, all + 6 * n};
    return GT_OK;
}

static void take_layers(const bench_probes *probes, rounds *r, int round,
                        int steps, double *inside, double *computed)
{
    double *row = r->layer + round;
    *inside = *computed = 0;
    for (int i = 0; i < probes->task->n_learners; i++)
        for (int j = 0; j < probes->task->learner[i]->net->n_layers; j++) {
            const bench_probe *probe = &probes->of[i][j];
            if (gt_layer_is_idle(&probes->task->learner[i]->net->layers[j]))
                continue;
            row[0] = probe->forward / steps;
            row[r->n] = probe->backward / steps;
            *inside += row[0] + row[r->n];
            *computed += probe->operations / steps;
            row += 2 * r->n;
        }
}

/* sgemm, steps, sgemm, steps with probes. */
static gt_status one_round(bench_subject *s, bench_probes *probes,
                           const product *p, rounds *r, int round,
                           bench_result *out)
{
    double plain, probed, inside, reference = product_seconds(p);
    double before = gt_gemm_operations();
    gt_status status = bench_subject_run(s, out->steps, &plain);
    out->multiplied = (gt_gemm_operations() - before) / out->steps;
    reference += product_seconds(p);
    bench_probes_insert(probes);
    if (status == GT_OK)
        status = bench_subject_run(s, out->steps, &probed);
    bench_probes_remove(probes);
    if (status != GT_OK)
        return status;
    take_layers(probes, r, round, out->steps, &inside, &out->computed);
    double step = plain / out->steps;
    r->step[round] = step;
    r->sgemm[round] = 2 * 2 * pow(p->n, 3) / reference;
    r->samples[round] = out->batch / step;
    r->rate[round] = out->work / step;
    r->fraction[round] = r->rate[round] / r->sgemm[round];
    r->rest[round] = probed / out->steps - inside;
    return GT_OK;
}

static int count_layers(const gt_task *task)
{
    int n = 0;
    for (int i = 0; i < task->n_learners; i++)
        for (int j = 0; j < task->learner[i]->net->n_layers; j++)
            n += !gt_layer_is_idle(&task->learner[i]->net->layers[j]);
    return n;
}

/* "03_conv2d, relu": with the activation that the layer carries out. */
static void label_of(const gt_layer *layer, char *text, size_t size)
{
    char own[GT_LAYER_LABEL];
    snprintf(text, size, "%s%s%s", gt_layer_label(layer, own),
             layer->fused ? ", " : "",
             layer->fused ? layer->fused->type->name : "");
}

static void summarise(const bench_subject *s, const rounds *r,
                      bench_result *out)
{
    out->step = bench_spread_of(r->step, r->n);
    out->sgemm = bench_spread_of(r->sgemm, r->n);
    out->samples = bench_spread_of(r->samples, r->n);
    out->rate = bench_spread_of(r->rate, r->n);
    out->fraction = bench_spread_of(r->fraction, r->n);
    out->rest = bench_spread_of(r->rest, r->n);
    bench_layer_result *l = out->layers;
    const double *row = r->layer;
    for (int i = 0; i < s->task->n_learners; i++)
        for (int j = 0; j < s->task->learner[i]->net->n_layers; j++) {
            const gt_layer *layer = &s->task->learner[i]->net->layers[j];
            if (gt_layer_is_idle(layer))
                continue;
            snprintf(l->network, sizeof l->network, "%s",
                     s->task->learner[i]->net->name);
            label_of(layer, l->label, sizeof l->label);
            l->work = bench_work_of_layer(s->task, i, j);
            l->forward = bench_spread_of(row, r->n);
            l->backward = bench_spread_of(row + r->n, r->n);
            row += 2 * r->n;
            l++;
        }
}

/* Steps of a round: those that take options->seconds, from the warm-up. */
static gt_status warm_up(bench_subject *s, const bench_options *options,
                         int *steps)
{
    double seconds;
    gt_status status = bench_subject_run(s, WARM_UP, &seconds);
    if (status == GT_OK)
        status = bench_subject_run(s, 1, &seconds);
    double n =
        options->steps > 0 ? options->steps : ceil(options->seconds / seconds);
    *steps = n > BENCH_MAX_STEPS ? BENCH_MAX_STEPS : (int)n;
    return status;
}

static gt_status measure_steps(bench_subject *s, const bench_options *options,
                               const product *p, bench_result *out)
{
    bench_probes probes = {0};
    rounds r = {0};
    out->task = s->task->type->name;
    out->precision =
        gt_precision_names[gt_train_config_of(s->config)->precision];
    out->batch = (int)gt_train_config_of(s->config)->batch;
    out->shards = s->shards;
    out->rounds = options->rounds;
    out->unit = gt_shape_noun(gt_data_config_of(s->config)->image);
    out->parameters = gt_task_parameters(s->task);
    out->work = bench_work_of_step(s->task);
    out->n_layers = count_layers(s->task);
    out->layers = calloc((size_t)out->n_layers, sizeof *out->layers);
    gt_status status = out->layers ? bench_probes_new(&probes, s->task)
                                   : gt_fail(GT_ERR_MEMORY, "no memory");
    if (status == GT_OK)
        status = rounds_new(&r, options->rounds, out->n_layers);
    if (status == GT_OK)
        status = warm_up(s, options, &out->steps);
    for (int i = 0; i < options->rounds && status == GT_OK; i++)
        status = one_round(s, &probes, p, &r, i, out);
    if (status == GT_OK)
        summarise(s, &r, out);
    out->step_of = r.step;
    out->sgemm_of = r.sgemm;
    bench_probes_free(&probes);
    return status;
}

gt_status bench_measure(gt_comm *comm, const bench_options *options,
                        bench_result *results, int n)
{
    product p;
    gt_blas_set_threads(options->threads);
    gt_status status = product_new(&p, options->sgemm);
    if (status == GT_OK) {
        bench_report_head(options);
        product_seconds(&p);
    }
    for (int i = 0; i < n && status == GT_OK; i++) {
        bench_subject s;
        status = bench_subject_open(&s, comm, results[i].preset, options);
        if (status != GT_OK)
            break;
        status = measure_steps(&s, options, &p, &results[i]);
        bench_subject_close(&s);
        if (status == GT_OK)
            bench_report_text(&results[i]);
    }
    product_free(&p);
    if (status == GT_OK && options->json)
        status = bench_report_json(options, results, n);
    return status;
}
