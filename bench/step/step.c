/* step.c: bench_step: how fast are training steps, as a share of what the
 * machine can do, and where does their time go? Here is its command line. */
#include "bench/step/bench.h"

#include "base/log.h"

#include <getopt.h>
#include <stdlib.h>

static const char usage[] =
    "usage: bench_step [OPTION ...] [PRESET ...]\n\n"
    "Measures training steps of the presets named, or of all of them, on one\n"
    "rank with built-in data, against a large matrix product of the same "
    "BLAS.\n"
    "\n"
    "  --rounds N     measurements of each figure [5]\n"
    "  --seconds S    least length of each [1]\n"
    "  --steps N      steps of each, instead of --seconds\n"
    "  --threads N    BLAS threads [1]\n"
    "  --sgemm N      size of the reference product [2048]\n"
    "  --set a.b=c    change the presets, as in gentrain train; may be "
    "repeated\n"
    "  --json FILE    write everything there, too\n\n"
    "Example: bench_step --set train.shards=1 dcgan64 mlp-vae\n";

static gt_status number(const char *name, const char *text, int most, int *out)
{
    char *end;
    long value = strtol(text, &end, 10);
    if (end == text || *end || value < 1 || value > most)
        return gt_fail(GT_ERR_USAGE, "--%s %s: a number from 1 to %d", name,
                       text, most);
    *out = (int)value;
    return GT_OK;
}

static gt_status set_seconds(const char *text, double *out)
{
    char *end;
    *out = strtod(text, &end);
    if (end == text || *end || !(*out > 0 && *out <= 3600))
        return gt_fail(GT_ERR_USAGE, "--seconds %s: more than 0, at most 3600",
                       text);
    return GT_OK;
}

static gt_status add_set(bench_options *o, const char *text)
{
    if (o->n_sets == BENCH_MAX_SETS)
        return gt_fail(GT_ERR_USAGE, "more than %d --set", BENCH_MAX_SETS);
    o->sets[o->n_sets++] = text;
    return GT_OK;
}

static gt_status parse(int argc, char **argv, bench_options *o,
                       const char **first, bool *help)
{
    static const struct option known[] = {
        {"rounds", 1, NULL, 'r'}, {"seconds", 1, NULL, 's'},
        {"steps", 1, NULL, 'n'},  {"threads", 1, NULL, 't'},
        {"sgemm", 1, NULL, 'g'},  {"set", 1, NULL, 'c'},
        {"json", 1, NULL, 'j'},   {"first", 1, NULL, '1'},
        {"help", 0, NULL, 'h'},   {0},
    };
    gt_status status = GT_OK;
    int c;
    while (status == GT_OK &&
           (c = getopt_long(argc, argv, "h", known, NULL)) != -1) {
        if (c == 'r')
            status = number("rounds", optarg, BENCH_MAX_ROUNDS, &o->rounds);
        else if (c == 's')
            status = set_seconds(optarg, &o->seconds);
        else if (c == 'n')
            status = number("steps", optarg, BENCH_MAX_STEPS, &o->steps);
        else if (c == 't')
            status = number("threads", optarg, 1024, &o->threads);
        else if (c == 'g')
            status = number("sgemm", optarg, 16384, &o->sgemm);
        else if (c == 'c')
            status = add_set(o, optarg);
        else if (c == 'j')
            o->json = optarg;
        else if (c == '1')
            *first = optarg;
        else if (c == 'h')
            *help = true;
        else
            status = gt_fail(GT_ERR_USAGE, "see bench_step --help");
    }
    return status;
}

/* Presets by name, or all of them. */
static gt_status choose(char **names, int n, bench_result **results, int *count)
{
    int all = 0;
    while (gt_presets[all].name)
        all++;
    *count = n > 0 ? n : all;
    *results = calloc((size_t)*count, sizeof **results);
    if (!*results)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate results");
    gt_status status = GT_OK;
    for (int i = 0; i < *count && status == GT_OK; i++) {
        (*results)[i].preset = &gt_presets[i];
        if (n > 0)
            status = gt_preset_find(names[i], &(*results)[i].preset);
    }
    return status;
}

static gt_status run(int argc, char **argv, const bench_options *options,
                     const char *first)
{
    bench_result *results = NULL;
    const gt_preset *preset = NULL;
    gt_comm *comm = NULL;
    int n = 0, own_argc = argc;
    char **own_argv = argv;
    gt_status status = first
                           ? gt_preset_find(first, &preset)
                           : choose(argv + optind, argc - optind, &results, &n);
    for (int i = 0; i < n && status == GT_OK; i++)
        status = bench_first_measure(results[i].preset, argc, argv,
                                     &results[i].first);
    if (status == GT_OK)
        status = gt_comm_init(&comm, &own_argc, &own_argv);
    if (status == GT_OK && comm->size > 1)
        status = gt_fail(GT_ERR_USAGE, "bench_step measures one rank; "
                                       "bench/scaling.sh measures several");
    if (status == GT_OK)
        status = first ? bench_first_run(comm, preset, options)
                       : bench_measure(comm, options, results, n);
    if (status != GT_OK)
        gt_error("%s", gt_message());
    if (comm)
        gt_comm_finalize(comm);
    for (int i = 0; i < n; i++) {
        free(results[i].layers);
        free(results[i].step_of);
    }
    free(results);
    return status;
}

int main(int argc, char **argv)
{
    bench_options options = {
        .rounds = 5, .threads = 1, .seconds = 1, .sgemm = 2048};
    const char *first = NULL;
    bool help = false;
    gt_status status = parse(argc, argv, &options, &first, &help);
    if (status != GT_OK) {
        gt_error("%s", gt_message());
        return gt_exit_code(status);
    }
    if (help) {
        fputs(usage, stdout);
        return 0;
    }
    return gt_exit_code(run(argc, argv, &options, first));
}
