/* eval.c: `gentrain eval`. The checkpoint holds the configuration, and so the
 * model and the place of its data. */
#include "cli/common_options.h"
#include "cli/features_choice.h"

#include "base/log.h"
#include "evaluate/report.h"
#include "model/config.h"
#include "run/checkpoint_choose.h"
#include "run/checkpoint_list.h"
#include "run/run.h"
#include "train/checkpoint_config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const gt_cli_option options[] = {
    {"metrics", 'm', "NAME,...",
     "what is found [all that the model and the data allow]; see gentrain help "
     "metrics"},
    {"samples", 'n', "N",
     "samples of the model, and most of held-out and training data [10000]"},
    {"checkpoint", 0, "STEP|best|all",
     "which checkpoints of a run [the newest]"},
    {"data", 'd', "URI", "other data than those of the training"},
    {"set", 's', "data.x=y", "set another key of data; may be repeated"},
    {"classifier", 0, "RUN|FILE.h5",
     "a trained classifier of the same data, whose features and classes "
     "figures look at [RUN/classifier, which is trained once]"},
    {"features", 0, "classifier|values|FILE.h5",
     "what figures look at: what a classifier makes of samples, their values, "
     "or features that another program has found [classifier, where the data "
     "have labels and a preset classifier fits]"},
    {"draws", 0, "K", "importance samples of a likelihood [200]"},
    {"seed", 0, "S", "seed of samples and draws [1]"},
    {"weights", 0, "ema|last",
     "take the running averages of weights, or those of the last step [ema, if "
     "there are some]"},
    {"out", 'o', "FILE.json", "write the figures there [RUN/eval.json]"},
    {"json", 0, NULL, "also print them as JSON, instead of a table"},
    {"pictures", 'p', "FOLDER", "draw pictures there [RUN/eval/]"},
    {"no-pictures", 0, NULL, "draw none"},
    {"threads", 't', "N", "BLAS threads of each rank [1]"},
    {0},
};

enum { MOST_SETS = 64 };

typedef struct job {
    gt_comm *comm;           /* borrowed */
    const gt_cli_args *args; /* borrowed */
    gt_evaluate_options how;
    char run[GT_PATH]; /* the run directory; "": the checkpoint is in none */
    char *paths;       /* of checkpoints, each ends with a newline */
    size_t n;          /* of them */
    gt_evaluation_result *results; /* [n] */
    gt_evaluation_pictures *drawn; /* [n] */
    char *sets[MOST_SETS];         /* owned */
    int n_sets;
    char out[GT_PATH];      /* of the figures; "": they are not written */
    char pictures[GT_PATH]; /* their folder; "": there are none */
    gt_checkpoint first;    /* of them */
    gt__features_choice features;
    gt_config *config;
    gt_evaluator evaluator;
} job;

/* --- What is asked for. */

static gt_status read_options(job *j)
{
    const gt_cli_args *args = j->args;
    int64_t samples = 10000, seed = 1, threads = 1, draws = 200;
    gt_status status = gt_cli_integer(args, "samples", 2, 100000000, &samples);
    if (status == GT_OK)
        status = gt_cli_integer(args, "seed", 0, INT64_MAX, &seed);
    if (status == GT_OK)
        status = gt_cli_integer(args, "draws", 1, 1000000, &draws);
    if (status == GT_OK)
        status = gt_cli_integer(args, "threads", 1, 1024, &threads);
    if (status == GT_OK)
        status = gt__weights_read(args, &j->how.weights);
    if (status == GT_OK)
        status = gt__features_choice_read(&j->features, args);
    j->how.metrics = gt_cli_value(args, "metrics");
    j->how.classifier = gt_cli_value(args, "classifier");
    j->how.samples = (uint64_t)samples;
    j->how.seed = (uint64_t)seed;
    j->how.draws = (int)draws;
    j->how.threads = (int)threads;
    return status;
}

static gt_status read_sets(job *j)
{
    for (int i = 0; i < j->args->n_hits; i++) {
        const char *name = j->args->hit[i].option->name;
        const char *value = j->args->hit[i].value;
        bool uri = !strcmp(name, "data");
        if (!uri && strcmp(name, "set") != 0)
            continue;
        if (!uri && strncmp(value, "data.", 5) != 0)
            return gt_fail(GT_ERR_USAGE,
                           "--set %s: only keys of data can be set, such as "
                           "data.test=URI",
                           value);
        if (j->n_sets == MOST_SETS)
            return gt_fail(GT_ERR_USAGE, "more than %d times --set", MOST_SETS);
        char *set = uri ? gt__setting_quoted("data.uri", value) : strdup(value);
        if (!set)
            return gt_fail(GT_ERR_MEMORY, "no memory for the command line");
        j->sets[j->n_sets++] = set;
    }
    return GT_OK;
}

/* --- Checkpoints. */

static gt_status add_path(job *j, const char *path)
{
    size_t before = j->paths ? strlen(j->paths) : 0, n = strlen(path);
    char *paths = realloc(j->paths, before + n + 2);
    if (!paths)
        return gt_fail(GT_ERR_MEMORY, "no memory for paths of checkpoints");
    snprintf(paths + before, n + 2, "%s\n", path);
    j->paths = paths;
    return GT_OK;
}

static gt_status add_all(job *j)
{
    uint64_t *steps = NULL;
    size_t count = 0;
    char path[GT_PATH];
    gt_status status = gt_checkpoint_steps(j->run, &steps, &count);
    for (size_t i = 0; i < count && status == GT_OK; i++) {
        gt_checkpoint_path(j->run, steps[i], path);
        status = add_path(j, path);
    }
    free(steps);
    return status != GT_OK || count > 0
               ? status
               : gt_fail(GT_ERR_IO, "%s: the run has no checkpoint yet",
                         j->run);
}

static gt_status add_step(job *j, const char *which)
{
    char path[GT_PATH], *end;
    unsigned long long step = strtoull(which, &end, 10);
    if (end == which || *end)
        return gt_fail(GT_ERR_USAGE,
                       "--checkpoint %s: it must be the number of a step, best "
                       "or all",
                       which);
    gt_checkpoint_path(j->run, step, path);
    return add_path(j, path);
}

/* On rank 0: the checkpoints that are asked for. */
static gt_status list_checkpoints(job *j)
{
    const char *operand = j->args->operand[0];
    const char *which = gt_cli_value(j->args, "checkpoint");
    struct stat info;
    bool folder = stat(operand, &info) == 0 && S_ISDIR(info.st_mode);
    if (!folder && which)
        return gt_fail(GT_ERR_USAGE,
                       "--checkpoint chooses one of a run directory, and %s is "
                       "none",
                       operand);
    if (!which)
        return add_path(j, operand);
    if (!strcmp(which, "all"))
        return add_all(j);
    if (strcmp(which, "best") != 0)
        return add_step(j, which);
    char path[GT_PATH];
    gt_checkpoint_best_path(j->run, path);
    return add_path(j, path);
}

static gt_status find_checkpoints(job *j)
{
    gt_status status = GT_OK;
    if (j->comm->rank == 0)
        status = list_checkpoints(j);
    status = gt_comm_agree(j->comm, status);
    if (status == GT_OK)
        status = gt_comm_broadcast_text(j->comm, &j->paths);
    for (const char *c = j->paths; status == GT_OK && *c; c++)
        j->n += *c == '\n';
    if (status == GT_OK) {
        j->results = calloc(j->n, sizeof *j->results);
        j->drawn = calloc(j->n, sizeof *j->drawn);
        if (!j->results || !j->drawn)
            status = gt_fail(GT_ERR_MEMORY, "no memory for figures");
    }
    return gt_comm_agree(j->comm, status);
}

/* The run directory, or that of the checkpoint. */
static void find_run(job *j)
{
    const char *operand = j->args->operand[0];
    struct stat info;
    if (stat(operand, &info) == 0 && S_ISDIR(info.st_mode))
        snprintf(j->run, sizeof j->run, "%s", operand);
    else if (!gt_run_of_checkpoint(operand, j->run))
        j->run[0] = '\0';
}

/* --- The work. */

static char *next_path(char **text)
{
    char *path = *text, *end = strchr(path, '\n');
    *end = '\0';
    *text = end + 1;
    return path;
}

/* The first checkpoint says what the model is, and stays until all are done. */
static gt_status open_evaluator(job *j, const char *path)
{
    gt_status status = gt_checkpoint_choose_shared(j->comm, &j->first, path);
    if (status == GT_OK)
        status = gt_comm_agree(
            j->comm,
            gt_checkpoint_config(&j->config, &j->first,
                                 (const char *const *)j->sets, j->n_sets));
    if (status == GT_OK)
        status = gt__features_choice_find(&j->features, j->comm, j->run,
                                          j->config, &j->how);
    if (status == GT_OK)
        status = gt_evaluator_open(&j->evaluator, j->comm, j->config, &j->first,
                                   &j->how);
    return status;
}

/* Those of several checkpoints have a folder each. */
static gt_status draw(job *j, size_t i)
{
    char folder[GT_PATH + 32];
    if (!*j->pictures)
        return GT_OK;
    snprintf(folder, sizeof folder, "%s", j->pictures);
    if (j->n > 1)
        snprintf(folder, sizeof folder, "%s/step-%08llu", j->pictures,
                 (unsigned long long)j->results[i].step);
    return gt_evaluation_draw(&j->evaluator, folder, &j->drawn[i]);
}

static gt_status evaluate(job *j)
{
    gt_checkpoint next = {0};
    char *at = j->paths;
    gt_status status = open_evaluator(j, next_path(&at));
    bool shown = j->comm->rank == 0 && !gt_cli_flag(j->args, "json");
    if (status == GT_OK && shown)
        gt_evaluation_print_features(stdout, &j->evaluator);
    for (size_t i = 0; i < j->n && status == GT_OK; i++) {
        gt_checkpoint *from = i == 0 ? &j->first : &next;
        if (i > 0)
            status = gt_checkpoint_choose_shared(j->comm, from, next_path(&at));
        if (status == GT_OK)
            status = gt_evaluator_run(&j->evaluator, from, &j->results[i]);
        if (status == GT_OK && shown)
            gt_evaluation_print(stdout, &j->results[i]);
        if (status == GT_OK)
            status = draw(j, i);
        gt_checkpoint_close(&next);
    }
    return status;
}

static gt_status write_json(const job *j, const char *path)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return gt_fail(GT_ERR_MEMORY, "no memory for %s", path);
    gt_evaluation_print_json(out, &j->evaluator, j->results, j->drawn, j->n);
    gt_status status = fclose(out) == 0
                           ? gt_file_replace(path, text, size)
                           : gt_fail(GT_ERR_MEMORY, "no memory for %s", path);
    if (status == GT_OK)
        gt_info("wrote %s", path);
    free(text);
    return status;
}

/* Where the figures go; checked before the work. */
static gt_status choose_out(job *j)
{
    const char *out = gt_cli_value(j->args, "out");
    int n = 0;
    if (out)
        n = snprintf(j->out, sizeof j->out, "%s", out);
    else if (*j->run)
        n = snprintf(j->out, sizeof j->out, "%s/eval.json", j->run);
    if (n >= (int)sizeof j->out)
        return gt_fail(GT_ERR_IO, "%s: the path is too long", j->run);
    return *j->out ? gt_file_check(j->out) : GT_OK;
}

/* Where pictures go; likewise. */
static gt_status choose_pictures(job *j)
{
    const char *folder = gt_cli_value(j->args, "pictures");
    int n = 0;
    if (folder && gt_cli_flag(j->args, "no-pictures"))
        return gt_fail(GT_ERR_USAGE,
                       "--pictures and --no-pictures: one of them");
    if (folder && j->features.file)
        return gt_fail(GT_ERR_USAGE,
                       "--pictures %s: there are no samples to draw, as "
                       "--features %s has features alone; leave out one of "
                       "them",
                       folder, j->features.file);
    if (gt_cli_flag(j->args, "no-pictures") || j->features.file)
        return GT_OK;
    if (folder)
        n = snprintf(j->pictures, sizeof j->pictures, "%s", folder);
    else if (*j->run)
        n = snprintf(j->pictures, sizeof j->pictures, "%s/eval", j->run);
    if (n >= (int)sizeof j->pictures)
        return gt_fail(GT_ERR_IO, "%s: the path is too long", j->run);
    return *j->pictures ? gt_directory_make(j->pictures) : GT_OK;
}

static gt_status tell(const job *j)
{
    if (gt_cli_flag(j->args, "json"))
        gt_evaluation_print_json(stdout, &j->evaluator, j->results, j->drawn,
                                 j->n);
    return *j->out ? write_json(j, j->out) : GT_OK;
}

static void release(job *j)
{
    gt_evaluator_close(&j->evaluator);
    gt_config_free(j->config);
    gt_checkpoint_close(&j->first);
    free(j->paths);
    free(j->results);
    free(j->drawn);
    for (int i = 0; i < j->n_sets; i++)
        free(j->sets[i]);
}

static gt_status run(gt_comm *comm, const gt_cli_args *args)
{
    job j = {.comm = comm, .args = args};
    gt_status status = read_options(&j);
    if (status == GT_OK)
        status = read_sets(&j);
    find_run(&j);
    if (status == GT_OK && comm->rank == 0)
        status = choose_out(&j);
    if (status == GT_OK && comm->rank == 0)
        status = choose_pictures(&j);
    status = gt_comm_agree(comm, status);
    if (status == GT_OK)
        gt_comm_broadcast(comm, j.pictures, sizeof j.pictures);
    if (status == GT_OK)
        status = find_checkpoints(&j);
    if (status == GT_OK)
        status = evaluate(&j);
    if (status == GT_OK)
        status = gt_comm_agree(comm, comm->rank == 0 ? tell(&j) : GT_OK);
    release(&j);
    return status;
}

const gt_command gt__command_eval = {
    .name = "eval",
    .operands = "RUN_OR_CHECKPOINT [OPTION ...]",
    .summary = "measure how good a trained model is, on all ranks",
    .details =
        "Samples of the model are compared with held-out samples of the data "
        "or, where nothing is held out, with those of the training. All "
        "figures are the same on any number of ranks.\n\n"
        "Distances look at features of samples: what the last layer of a "
        "classifier reads. Where the data have labels, and samples are of "
        "28x28x1 or 32x32x3, the first evaluation of a run trains one of the "
        "same data, and keeps it in RUN/classifier. Without one, features are "
        "the samples' values, or random projections of many values. They are "
        "no FID, whose features are those of a network that "
        "was trained on ImageNet: compare them with each other, and with the "
        "floor, which is what training data have against held-out data.\n\n"
        "The figures are printed, and written to RUN/eval.json with what they "
        "were made of. Beside them, in RUN/eval/, are pictures: samples.png, "
        "neighbours.png (samples and the nearest of the training data), "
        "scatter.png of points, histogram.png of values and of the sum of each "
        "sample's values, with its numbers in histogram.csv, "
        "reconstructions.png and interpolation.png. What a model does not have "
        "is not drawn, and said.",
    .examples =
        "mpirun -np 4 gentrain eval runs/dcgan28-1\n"
        "gentrain eval runs/dcgan28-2 --classifier runs/dcgan28-1/classifier\n"
        "gentrain eval runs/dcgan28-1 --features values\n"
        "gentrain eval runs/mlp-vae-1 --metrics likelihood --draws 1000\n",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .parallel = true,
    .run = run,
};
