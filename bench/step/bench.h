/* bench.h: the parts of bench_step.
 *
 * A subject is a preset made ready to step on built-in data. Its work is the
 * arithmetic that one of its steps cannot do without, counted from the shapes
 * alone. Probes measure where the time of a real step goes, layer by layer.
 */
#ifndef GT_BENCH_BENCH_H
#define GT_BENCH_BENCH_H

#include "bench/tools/spread.h"
#include "comm/mpi/start.h"
#include "model/preset.h"
#include "nn/network.h"
#include "tasks/task.h"

#include <stdio.h>

enum { BENCH_MAX_SETS = 32, BENCH_MAX_STEPS = 100000 };

/* What the command line asks for. */
typedef struct bench_options {
    int rounds, threads;
    int steps;      /* of a round; 0: as many as fill `seconds` */
    double seconds; /* least length of a round's measurement */
    int sgemm;      /* size of the reference product */
    const char *json;
    const char *sets[BENCH_MAX_SETS];
    int n_sets;
} bench_options;

/* --- subject.c */

typedef struct bench_subject {
    const gt_preset *preset;
    gt_comm *comm; /* borrowed */
    gt_config *config;
    gt_source *source;
    gt_task *task;
    gt_loader *loader;
    int shards;
    uint64_t step; /* done */
} bench_subject;

gt_status bench_subject_open(bench_subject *s, gt_comm *comm,
                             const gt_preset *preset,
                             const bench_options *options);
gt_status bench_subject_run(bench_subject *s, int steps, double *seconds);
void bench_subject_close(bench_subject *s);

/* --- work.c: floating-point operations of one step. */

typedef struct bench_work {
    double forward, weights, inputs;
} bench_work;

/* Operations of one pass of n samples through the layer's product in one
 * direction: 2 x positions x weights; 0 for layers without one. */
double bench_product(const gt_layer *layer, int n);

bench_work bench_work_of_layer(const gt_task *task, int network, int layer);
double bench_work_of_step(const gt_task *task);

/* --- probe.c */

typedef struct bench_probe {
    gt_layer_type type; /* first: stands in for the layer's own */
    const gt_layer_type *real;
    double forward, backward; /* seconds since the last clear */
    double operations;        /* products computed since then, needed or not */
} bench_probe;

typedef struct bench_probes {
    gt_task *task; /* borrowed */
    bench_probe *of[GT_TASK_MAX_NETWORKS];
} bench_probes;

gt_status bench_probes_new(bench_probes *probes, gt_task *task);
void bench_probes_insert(bench_probes *probes); /* and clear */
void bench_probes_remove(bench_probes *probes);
void bench_probes_free(bench_probes *probes);

/* --- first.c: a process of its own up to its first step. */

typedef struct bench_first {
    double begin, end; /* of the step, from the start of the process */
    double megabyte;   /* largest resident size */
} bench_first;

gt_status bench_first_measure(const gt_preset *preset, int argc, char **argv,
                              bench_first *out);
gt_status bench_first_run(gt_comm *comm, const gt_preset *preset,
                          const bench_options *options);

/* --- Results. */

typedef struct bench_layer_result {
    char network[32];
    char label[2 * GT_LAYER_LABEL];
    bench_work work;
    bench_spread forward, backward; /* seconds of a step */
} bench_layer_result;

typedef struct bench_result {
    const gt_preset *preset;
    const char *task, *precision;
    int batch, shards, steps, rounds, n_layers;
    const char *unit; /* what a sample is called, "images" */
    size_t parameters;
    double work, computed;    /* operations of a step: needed, done, where
                                 convolutions count as if done plainly */
    double multiplied;        /* and those that BLAS was asked for */
    bench_spread step, sgemm; /* seconds; operations per second */
    bench_spread samples, rate, fraction;
    bench_spread rest;          /* seconds of a step outside the layers */
    double *step_of, *sgemm_of; /* [rounds]; the first is owned, the second
                                   lies behind it */
    bench_first first;
    bench_layer_result *layers; /* owned */
} bench_result;

/* --- measure.c: figures of n presets, from results[i].preset; prints each as
 * soon as it has it. */
gt_status bench_measure(gt_comm *comm, const bench_options *options,
                        bench_result *results, int n);

/* --- report.c */

void bench_report_head(const bench_options *options);
void bench_report_text(const bench_result *r);
gt_status bench_report_json(const bench_options *options,
                            const bench_result *results, int n);

#endif
