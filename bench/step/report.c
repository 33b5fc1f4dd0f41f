/* report.c: a table for people, JSON for programs. */
#include "bench/step/bench.h"

#include "base/json.h"
#include "base/version.h"
#include "core/blas.h"
#include "core/product.h"

#include <errno.h>
#include <string.h>

/* "model name" of the first CPU, or "unknown". */
static void cpu_model(char text[128])
{
    snprintf(text, 128, "unknown");
    FILE *file = fopen("/proc/cpuinfo", "r");
    if (!file)
        return;
    char line[256];
    while (fgets(line, sizeof line, file)) {
        char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) || !colon)
            continue;
        snprintf(text, 128, "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
        break;
    }
    fclose(file);
}

void bench_report_head(const bench_options *options)
{
    char cpu[128];
    cpu_model(cpu);
    printf("gentrain %s on %s\n"
           "products by %s; %d BLAS thread%s, %s kernels; sgemm is %d x %d x "
           "%d; medians of %d round%s (lowest .. highest)\n",
           GT_VERSION, cpu, gt_product_kernel(GT_FP32), options->threads,
           options->threads == 1 ? "" : "s", gt_blas_kernel(), options->sgemm,
           options->sgemm, options->sgemm, options->rounds,
           options->rounds == 1 ? "" : "s");
    if (gt_blas_kernel_is_old())
        printf("warning: this CPU is fit for %s kernels\n",
               gt_blas_best_kernel());
}

/* Thousand millions of operations per second; 0 where nothing was measured. */
static double rate(double operations, double seconds)
{
    return seconds > 0 ? operations / seconds / 1e9 : 0;
}

/* A column of the layer table; layers without products have no rate. */
static void print_rate(const bench_result *r, double operations, double seconds)
{
    if (operations > 0)
        printf(" %8.1f %5.2f", rate(operations, seconds),
               rate(operations, seconds) * 1e9 / r->sgemm.median);
    else
        printf(" %8s %5s", "-", "-");
}

static void print_layers(const bench_result *r)
{
    printf("  %-42s %9s %8s %5s %9s %8s %5s %6s\n", "layer", "forward",
           "GFLOP/s", "sgemm", "backward", "GFLOP/s", "sgemm", "step");
    double step = r->rest.median;
    for (int i = 0; i < r->n_layers; i++)
        step += r->layers[i].forward.median + r->layers[i].backward.median;
    for (int i = 0; i < r->n_layers; i++) {
        const bench_layer_result *l = &r->layers[i];
        char name[128];
        snprintf(name, sizeof name, "%.20s/%s", l->network, l->label);
        printf("  %-42s %6.2f ms", name, 1e3 * l->forward.median);
        print_rate(r, l->work.forward, l->forward.median);
        printf(" %6.2f ms", 1e3 * l->backward.median);
        print_rate(r, l->work.weights + l->work.inputs, l->backward.median);
        printf(" %5.1f%%\n",
               100 * (l->forward.median + l->backward.median) / step);
    }
    printf("  %-42s %6.2f ms %44s %5.1f%%\n", "losses, sums, update, data",
           1e3 * r->rest.median, "", 100 * r->rest.median / step);
}

void bench_report_text(const bench_result *r)
{
    printf("\n%s: %s, batch %d in %d shard%s, %zu parameters, %s\n",
           r->preset->name, r->task, r->batch, r->shards,
           r->shards == 1 ? "" : "s", r->parameters, r->precision);
    printf("  step         %.2f ms (%.2f .. %.2f), %.0f %s/s\n",
           1e3 * r->step.median, 1e3 * r->step.low, 1e3 * r->step.high,
           r->samples.median, r->unit);
    printf("  arithmetic   %.3f GFLOP a step, %.1f GFLOP/s, %.2f of sgemm's "
           "%.1f (%.2f .. %.2f)\n",
           r->work / 1e9, r->rate.median / 1e9, r->fraction.median,
           r->sgemm.median / 1e9, r->fraction.low, r->fraction.high);
    printf("  multiplied   %.3f GFLOP a step, %.2f of sgemm's rate\n",
           r->multiplied / 1e9, r->multiplied / r->work * r->fraction.median);
    if (r->computed > r->work * (1 + 1e-9))
        printf("  of which     %.1f%% more is computed than is needed\n",
               100 * (r->computed / r->work - 1));
    printf("  first step   begins %.2f s after the process, ends %.2f s after "
           "it, %.0f MB at most\n",
           r->first.begin, r->first.end, r->first.megabyte);
    print_layers(r);
    fflush(stdout);
}

static void json_pair(FILE *out, const char *key, double value)
{
    fprintf(out, ", \"%s\": ", key);
    gt_json_number(out, value);
}

static void json_spread(FILE *out, const char *key, bench_spread s,
                        double scale)
{
    fprintf(out, ", \"%s\": {\"median\": ", key);
    gt_json_number(out, scale * s.median);
    json_pair(out, "low", scale * s.low);
    json_pair(out, "high", scale * s.high);
    fprintf(out, "}");
}

static void json_rounds(FILE *out, const char *key, const double *values, int n,
                        double scale)
{
    fprintf(out, ", \"%s\": [", key);
    for (int i = 0; i < n; i++) {
        fprintf(out, "%s", i ? ", " : "");
        gt_json_number(out, scale * values[i]);
    }
    fprintf(out, "]");
}

static void json_layer(FILE *out, const bench_layer_result *l)
{
    fprintf(out, "{\"network\": \"%s\", \"layer\": \"%s\"", l->network,
            l->label);
    json_spread(out, "forward_s", l->forward, 1);
    json_spread(out, "backward_s", l->backward, 1);
    json_pair(out, "forward_gflop", l->work.forward / 1e9);
    json_pair(out, "backward_weights_gflop", l->work.weights / 1e9);
    json_pair(out, "backward_inputs_gflop", l->work.inputs / 1e9);
    fprintf(out, "}");
}

static void json_result(FILE *out, const bench_result *r)
{
    fprintf(out,
            "{\"preset\": \"%s\", \"task\": \"%s\", \"batch\": %d, "
            "\"shards\": %d, \"parameters\": %zu, \"precision\": \"%s\", "
            "\"rounds\": %d, \"steps_per_round\": %d",
            r->preset->name, r->task, r->batch, r->shards, r->parameters,
            r->precision, r->rounds, r->steps);
    json_pair(out, "gflop_per_step", r->work / 1e9);
    json_pair(out, "gflop_computed_per_step", r->computed / 1e9);
    json_spread(out, "step_s", r->step, 1);
    json_spread(out, "samples_per_s", r->samples, 1);
    json_pair(out, "gflop_multiplied_per_step", r->multiplied / 1e9);
    json_spread(out, "gflop_per_s", r->rate, 1e-9);
    json_spread(out, "sgemm_gflop_per_s", r->sgemm, 1e-9);
    json_spread(out, "fraction_of_sgemm", r->fraction, 1);
    json_pair(out, "first_step_begins_s", r->first.begin);
    json_pair(out, "first_step_s", r->first.end);
    json_pair(out, "peak_mb", r->first.megabyte);
    json_spread(out, "outside_layers_s", r->rest, 1);
    json_rounds(out, "step_s_of_rounds", r->step_of, r->rounds, 1);
    json_rounds(out, "sgemm_gflop_per_s_of_rounds", r->sgemm_of, r->rounds,
                1e-9);
    fprintf(out, ",\n   \"layers\": [");
    for (int i = 0; i < r->n_layers; i++) {
        fprintf(out, "%s\n    ", i ? "," : "");
        json_layer(out, &r->layers[i]);
    }
    fprintf(out, "]}");
}

gt_status bench_report_json(const bench_options *options,
                            const bench_result *results, int n)
{
    FILE *out = fopen(options->json, "w");
    if (!out)
        return gt_fail(GT_ERR_IO, "cannot write %s: %s", options->json,
                       strerror(errno));
    char cpu[128];
    cpu_model(cpu);
    fprintf(out, "{\"gentrain\": \"%s\", \"cpu\": ", GT_VERSION);
    gt_json_string(out, cpu);
    fprintf(out, ", \"blas_kernel\": ");
    gt_json_string(out, gt_blas_kernel());
    fprintf(out, ", \"blas_threads\": %d, \"sgemm_size\": %d, \"results\": [",
            options->threads, options->sgemm);
    for (int i = 0; i < n; i++) {
        fprintf(out, "%s\n  ", i ? "," : "");
        json_result(out, &results[i]);
    }
    fprintf(out, "]}\n");
    bool bad = ferror(out) != 0;
    if (fclose(out) != 0 || bad)
        return gt_fail(GT_ERR_IO, "cannot write %s", options->json);
    return GT_OK;
}
