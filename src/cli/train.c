/* train.c: `gentrain train`: from options to a configuration, the same on all
 * ranks, and to one of the ways to begin. */
#include "cli/common_options.h"
#include "cli/hints.h"
#include "cli/recipe.h"

#include "base/log.h"
#include "comm/compare.h"
#include "data/absolute.h"
#include "data/config.h"
#include "model/config.h"
#include "model/config_changes.h"
#include "model/config_facts.h"
#include "tasks/config.h"
#include "tasks/shards.h"
#include "train/config.h"
#include "train/schema.h"
#include "train/trainer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const gt_cli_option options[] = {
    {"preset", 'p', "NAME", "a configuration that comes with the program"},
    {"resume", 'r', "RUN",
     "go on with a run directory, or from one of its checkpoints"},
    {"from", 0, "RUN",
     "begin a new run with what a run or a checkpoint holds, which stays as it "
     "is"},
    {"weights-only", 0, NULL,
     "with --from: take the weights alone, and begin at step 0"},
    {"set", 's', "a.b=c", "set key a.b of the configuration; may be repeated"},
    {"data", 'd', "URI", "where images come from; see gentrain help data",
     .per_node = true}, /* what is there is compared (trainer.c) */
    {"out", 'o', "DIR", "the run directory [runs/NAME-1, -2, ...]"},
    {"steps", 0, "N", "train up to step N"},
    {"epochs", 0, "N", "train up to epoch N"},
    {"batch", 'b', "N", "images of a step, over all ranks"},
    {"seed", 0, "N", "seed of weights, noise and data order"},
    {"threads", 't', "N", "BLAS threads of each rank [1]"},
    {"quiet", 'q', NULL, "print warnings and errors only"},
    {"json", 0, NULL, "print metrics and summary as JSON lines on stdout"},
    {"trace", 0, "FILE",
     "write a timeline of all ranks, for ui.perfetto.dev or chrome://tracing"},
    {"trace-steps", 0, "N", "steps on the timeline, from the first [50]"},
    {0},
};

enum { MAX_SETS = 2 * GT_CLI_MAX_HITS }; /* an option makes two at most */

/* The changes a command line makes to a configuration, in their order. */
typedef struct set_list {
    int count;
    char *text[MAX_SETS]; /* owned */
} set_list;

static void free_sets(set_list *sets)
{
    for (int i = 0; i < sets->count; i++)
        free(sets->text[i]);
}

static char *unquoted(const char *key, const char *value)
{
    size_t size = strlen(key) + strlen(value) + sizeof "=";
    char *text = malloc(size);
    if (text)
        snprintf(text, size, "%s%s%s", key, *key ? "=" : "", value);
    return text;
}

/* key=value; quoted: as a YAML string whatever it looks like. */
static gt_status add_set(set_list *sets, const char *key, const char *value,
                         bool quoted)
{
    char *text = quoted ? gt__setting_quoted(key, value) : unquoted(key, value);
    if (!text)
        return gt_fail(GT_ERR_MEMORY, "cannot allocate an option");
    sets->text[sets->count++] = text;
    return GT_OK;
}

/* Options that stand for a key. Giving steps or epochs unsets the other. */
static gt_status collect_sets(const gt_cli_args *args, set_list *sets)
{
    static const struct {
        const char *option, *key, *also;
        bool quoted;
    } shorthand[] = {
        {"set", "", NULL, false},
        {"data", "data.uri", NULL, true},
        {"batch", "train.batch", NULL, false},
        {"seed", "train.seed", NULL, false},
        {"steps", "train.steps", "train.epochs", false},
        {"epochs", "train.epochs", "train.steps", false},
    };
    gt_status status = GT_OK;
    for (int i = 0; i < args->n_hits; i++)
        for (size_t j = 0; j < sizeof shorthand / sizeof *shorthand; j++) {
            if (strcmp(args->hit[i].option->name, shorthand[j].option) != 0)
                continue;
            status = add_set(sets, shorthand[j].key, args->hit[i].value,
                             shorthand[j].quoted);
            if (status == GT_OK && shorthand[j].also)
                status = add_set(sets, shorthand[j].also, "0", false);
            if (status != GT_OK)
                return status;
        }
    return status;
}

/* What all ways to begin have in common. */
typedef struct start {
    gt_comm *comm;           /* borrowed */
    const gt_cli_args *args; /* borrowed */
    set_list sets;
} start;

static gt_status check_recipe(const gt_cli_args *args)
{
    const char *preset = gt_cli_value(args, "preset");
    const char *resume = gt_cli_value(args, "resume");
    const char *from = gt_cli_value(args, "from");
    bool weights = gt_cli_flag(args, "weights-only");
    int own = (preset != NULL) + args->n_operands;
    int given = own + (resume != NULL) + (from && !weights);
    if (weights && !from)
        return gt_fail(GT_ERR_USAGE, "--weights-only needs --from RUN");
    if (from && own > 0 && !weights)
        return gt_fail(GT_ERR_USAGE,
                       "--from goes on with the settings of the checkpoint; "
                       "change them with --set, or add --weights-only to take "
                       "its weights alone into another configuration");
    if (given > 1 || (given == 0 && !from))
        return gt_fail(
            GT_ERR_USAGE,
            "%s: give --preset NAME, CONFIG.yaml, --resume RUN or --from RUN, "
            "one of them (gentrain presets lists the presets)",
            given ? "more than one configuration" : "no configuration");
    if (resume && from)
        return gt_fail(GT_ERR_USAGE,
                       "--resume goes on with a run, --from begins a new one; "
                       "give one of them");
    if (resume && gt_cli_value(args, "out"))
        return gt_fail(GT_ERR_USAGE, "--resume writes into the directory of "
                                     "the run; leave out --out");
    return GT_OK;
}

/* `sets` and more of them. */
static gt_status parse(const gt__recipe *r, const set_list *sets,
                       const set_list *more, gt_config **config)
{
    const char *all[2 * MAX_SETS];
    int n = 0;
    for (int i = 0; i < sets->count; i++)
        all[n++] = sets->text[i];
    for (int i = 0; i < more->count; i++)
        all[n++] = more->text[i];
    return gt_config_parse(config, &gt_train_schema, r->place, r->text,
                           strlen(r->text), all, n);
}

static gt_status settle_path(set_list *more, const char *key, const char *uri)
{
    char *absolute = NULL;
    gt_status status = gt_uri_absolute(uri, &absolute);
    if (status == GT_OK && absolute)
        status = add_set(more, key, absolute, true);
    free(absolute);
    return status;
}

/* Of a file or a folder; one that is not there is refused by whoever opens it.
 */
static gt_status settle_file(set_list *more, const char *key, const char *path)
{
    char *absolute = realpath(path, NULL);
    gt_status status = absolute ? add_set(more, key, absolute, true) : GT_OK;
    free(absolute);
    return status;
}

/* "auto" depends on the number of ranks, and a relative path on the folder of
 * the process. From here on they are part of the recipe: what they stand for
 * goes into the configuration, and so into its copies in the run directory and
 * the checkpoints. `ranks` 0: "auto" stays. */
static gt_status parse_settled(const gt__recipe *r, const set_list *sets,
                               int ranks, gt_config **config)
{
    set_list more = {0};
    char number[16];
    int shards = 0;
    gt_status status = parse(r, sets, &more, config);
    if (status != GT_OK)
        return status;
    const gt_train_config *train = gt_train_config_of(*config);
    const gt_data_config *data = gt_data_config_of(*config);
    const char *classifier = gt_evaluation_config_of(*config)->classifier;
    status = gt_cli_refuse_run(data->uri);
    if (status == GT_OK)
        status = settle_path(&more, "data.uri", data->uri);
    if (status == GT_OK && data->test)
        status = settle_path(&more, "data.test", data->test);
    if (status == GT_OK && classifier)
        status = settle_file(&more, "output.classifier", classifier);
    if (status == GT_OK && ranks > 0 && train->shards < 0) {
        status = gt_shards_choose(-1, 1, (int)train->batch, ranks, &shards);
        snprintf(number, sizeof number, "%d", shards);
        if (status == GT_OK)
            status = add_set(&more, "train.shards", number, false);
    }
    if (status != GT_OK || more.count > 0) {
        gt_config_free(*config);
        *config = NULL;
    }
    if (status == GT_OK && more.count > 0)
        status = parse(r, sets, &more, config);
    free_sets(&more);
    return status;
}

/* A run that goes on with other settings than it was begun with says so. Those
 * before may be such as are refused by now: then *before is NULL. */
static void tell_changes(const gt__recipe *r, const gt_config *config,
                         gt_config **before)
{
    static const set_list none;
    char changes[1024];
    *before = NULL;
    if (parse_settled(r, &none, 0, before) != GT_OK)
        return;
    gt_config_changes(*before, config, changes, sizeof changes);
    if (*changes)
        gt_info("settings that differ from the checkpoint's: %s", changes);
}

/* All ranks have rank 0's recipe. One that sees another preset or file under
 * its name says which key it would have otherwise: somebody may have changed
 * the one and not the other. */
static gt_status compare_configs(gt_comm *comm, const gt__recipe *r,
                                 const set_list *sets, const gt_config *config)
{
    gt__recipe seen = *r;
    gt_config *own = NULL;
    char *facts = NULL;
    gt_status status = GT_OK;
    if (r->own) {
        seen.text = r->own;
        status = parse_settled(&seen, sets, comm->size, &own);
    }
    if (status == GT_OK)
        status = gt_config_facts(own ? own : config, &facts);
    status = gt_comm_agree(comm, status);
    if (status == GT_OK)
        status = gt_comm_compare(comm, facts,
                                 "give all nodes the same configuration: they "
                                 "see other files under this path");
    free(facts);
    gt_config_free(own);
    return status;
}

static gt_status train(const start *s, const gt__recipe *r, gt_run *run)
{
    gt_comm *comm = s->comm;
    const gt_cli_args *args = s->args;
    const set_list *sets = &s->sets;
    int64_t threads = 1, trace_steps = 50;
    gt_status status = gt_cli_integer(args, "threads", 1, 1024, &threads);
    if (status == GT_OK)
        status =
            gt_cli_integer(args, "trace-steps", 1, 1000000000, &trace_steps);
    if (status == GT_OK && !gt_cli_value(args, "trace") &&
        gt_cli_value(args, "trace-steps"))
        status = gt_fail(GT_ERR_USAGE, "--trace-steps needs --trace FILE");
    gt_config *config = NULL, *before = NULL;
    if (status == GT_OK)
        status = parse_settled(r, sets, comm->size, &config);
    status = gt_comm_agree(comm, status);
    if (status == GT_OK)
        status = compare_configs(comm, r, sets, config);
    if (status != GT_OK)
        goto out;
    bool quiet = gt_cli_flag(args, "quiet"), json = gt_cli_flag(args, "json");
    gt_log_setup(comm->rank == 0, quiet ? GT_LOG_QUIET : GT_LOG_NORMAL);
    if (r->of_checkpoint)
        tell_changes(r, config, &before);
    gt_train_options how = {.name = r->name,
                            .threads = (int)threads,
                            .trace = gt_cli_value(args, "trace"),
                            .trace_steps = (uint64_t)trace_steps,
                            .settings = before,
                            .report = json    ? GT_REPORT_JSON
                                      : quiet ? GT_REPORT_QUIET
                                              : GT_REPORT_NORMAL};
    status = gt_train(comm, config, run, &how);
out:
    gt_config_free(before);
    gt_config_free(config);
    return status;
}

static gt_status begin_new(start *s)
{
    gt__recipe r = {0};
    gt_run run = {0};
    gt_status status = gt__recipe_share(s->comm, s->args, &r);
    if (status == GT_OK)
        status = gt_run_init(&run, gt_cli_value(s->args, "out"), r.name);
    if (status == GT_OK)
        status = train(s, &r, &run);
    gt_run_close(&run);
    gt__recipe_free(&r);
    return status;
}

/* A new run that begins with another one's state, or with its weights. */
static gt_status begin_branch(start *s)
{
    gt__recipe r = {0};
    gt_run run = {0};
    char parent[GT_PATH];
    const char *out = gt_cli_value(s->args, "out");
    const char *from = gt_cli_value(s->args, "from");
    bool weights = gt_cli_flag(s->args, "weights-only");
    gt_status status = gt_run_init(&run, out, r.name);
    if (status == GT_OK)
        status = gt_run_branch(s->comm, &run, from,
                               weights ? GT_BRANCH_WEIGHTS : GT_BRANCH_STATE);
    if (status == GT_OK &&
        (s->args->n_operands || gt_cli_value(s->args, "preset")))
        status = gt__recipe_share(s->comm, s->args, &r);
    else if (status == GT_OK)
        status = gt__recipe_of_run(s->comm, &run, &r);
    if (out)
        gt__recipe_name(&r, out);
    else if (r.of_checkpoint)
        gt__recipe_name(&r, gt_run_of_checkpoint(run.resumed.path, parent) &&
                                    strcmp(parent, ".") != 0
                                ? parent
                                : run.resumed.path);
    if (status == GT_OK)
        status = train(s, &r, &run);
    gt_run_close(&run);
    gt__recipe_free(&r);
    return status;
}

static gt_status begin_again(gt_run *run, void *context)
{
    start *s = context;
    gt__recipe r = {0};
    gt_status status = gt__recipe_of_run(s->comm, run, &r);
    gt__recipe_name(&r, run->path);
    if (status == GT_OK)
        status = train(s, &r, run);
    gt__recipe_free(&r);
    return status;
}

static gt_status run(gt_comm *comm, const gt_cli_args *args)
{
    start s = {.comm = comm, .args = args};
    const char *resume = gt_cli_value(args, "resume");
    gt_status status = check_recipe(args);
    if (status == GT_OK)
        status = collect_sets(args, &s.sets);
    status = gt_comm_agree(comm, status);
    if (status == GT_OK)
        status = resume ? gt_run_resume(comm, resume, begin_again, &s)
                 : gt_cli_value(args, "from") ? begin_branch(&s)
                                              : begin_new(&s);
    free_sets(&s.sets);
    return status;
}

const gt_command gt__command_train = {
    .name = "train",
    .operands = "[--preset NAME | CONFIG | --resume RUN | --from RUN] "
                "[OPTION ...]",
    .summary = "train a model on all ranks",
    .details =
        "The batch is global: ranks share it. More ranks make a step faster; "
        "they do not change what it computes. The run directory gets "
        "config.yaml, metrics.jsonl, checkpoints and samples; gentrain help "
        "run explains them, and exit codes.\n\n"
        "SIGUSR1, SIGINT, SIGTERM, SIGHUP, SIGXCPU or SIGUSR2 on any rank "
        "ends the training after the current step: a checkpoint is saved, and "
        "the exit code is 0. What was ignored at the start stays ignored. A "
        "second Ctrl-C ends the process at once, without a checkpoint. kill "
        "-USR1 of mpirun is the surest way, because Open MPI answers SIGINT "
        "and SIGTERM by ending its ranks after two seconds.\n\n"
        "--resume RUN goes on from the newest checkpoint that is not damaged, "
        "--resume FILE from that one or not at all. The settings are those of "
        "the checkpoint, changed by the options that are given now.\n\n"
        "--from RUN --out NEW branches: a new run begins with all that the "
        "checkpoint of another one holds and goes on from its step, or with "
        "--weights-only at step 0, with a fresh optimizer and any "
        "configuration whose networks have the same layers. The other run "
        "stays as it is, and is not needed any more.\n\n"
        "A file that cannot be written is warned of, and the training goes on. "
        "Its exit code is then 4.\n\n"
        "All ranks must have the same options, but for --data, and see the "
        "same data. Processes that a launcher started and that MPI does not "
        "see together are refused. GENTRAIN_ALONE=1 in the environment makes "
        "each process train by itself, as when one srun packs many trainings.",
    .examples =
        "mpirun -np 2 gentrain train --preset quickstart\n"
        "mpirun -np 4 gentrain train --preset dcgan28 --data mnist/ --out a\n"
        "mpirun -np 8 gentrain train --resume a --epochs 20\n"
        "mpirun -np 8 gentrain train --from a --out b --set optimizer.lr=1e-4\n"
        "mpirun -np 4 gentrain train --preset dcgan28 --trace trace.json\n",
    .options = options,
    .max_operands = 1,
    .parallel = true,
    .run = run,
};
