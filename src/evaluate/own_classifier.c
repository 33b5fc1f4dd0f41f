/* own_classifier.c: features of a classifier tell what samples show, so figures
 * should look through one, and no person should have to know how to make it. It
 * is the preset of the shape of the samples, with the data of the model. Its
 * settings follow from the data alone, so that models of one data set, and any
 * number of ranks, have the same one. */
#include "evaluate/own_classifier.h"

#include "base/heartbeat.h"
#include "base/log.h"
#include "data/config.h"
#include "data/source.h"
#include "model/config_section.h"
#include "model/preset.h"
#include "run/activity.h"
#include "run/checkpoint_list.h"
#include "tasks/config.h"
#include "tasks/task.h"
#include "train/node_data.h"
#include "train/run_status.h"
#include "train/schema.h"
#include "train/trainer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of a small data set, three epochs are too few steps; between checkpoints
 * there should be seconds. */
enum { LEAST_STEPS = 500, CHECKPOINT_EVERY = 250 };

static const struct known {
    const char *preset;
    gt_shape image;
    int shards; /* of its batch */
    int epochs;
    int last; /* number of its last layer */
} known[] = {
    {"classifier28", {28, 28, 1, 0}, 4, 3, 10},
    {"classifier32", {32, 32, 3, 0}, 4, 5, 13},
};

/* What is there of a run directory. */
typedef enum state { NOTHING, BEGUN, FINISHED } state;

typedef struct training {
    gt_comm *comm;          /* of the ranks that train */
    const gt_config *model; /* borrowed */
    const struct known *as;
    int classes;
    uint64_t count; /* training samples */
    bool scaled;    /* values have a known range, and come in any other */
    int threads;
    const char *path;
    gt_config *config;
} training;

/* --- What there is. */

/* Steps that the run was to have; 0: it is not known. */
static uint64_t asked_steps(const char *run)
{
    gt_config *config = gt_run_config_read(run);
    uint64_t steps = config ? (uint64_t)gt_train_config_of(config)->steps : 0;
    gt_config_free(config);
    return steps;
}

/* A run that somebody has made by epochs is taken as it is. */
static gt_status look(const char *run, state *found)
{
    char path[GT_PATH + 16];
    uint64_t *steps = NULL;
    size_t n = 0;
    *found = NOTHING;
    snprintf(path, sizeof path, "%s/config.yaml", run);
    if (access(path, F_OK) != 0)
        return GT_OK;
    gt_status status = gt_checkpoint_steps(run, &steps, &n);
    if (status != GT_OK)
        return status;
    uint64_t asked = asked_steps(run), done = n > 0 ? steps[n - 1] : 0;
    gt_run_activity at = gt_run_activity_of(run, done, asked ? asked : done);
    free(steps);
    if (at.state == GT_RUN_RUNNING)
        return gt_fail(GT_ERR_BUSY,
                       "process %ld is training the classifier %s; wait for "
                       "it, or do without: --features values",
                       at.process, run);
    *found = at.state == GT_RUN_FINISHED ? FINISHED : BEGUN;
    return GT_OK;
}

static gt_status look_shared(gt_comm *comm, const char *run, state *found)
{
    gt_status status = comm->rank == 0 ? look(run, found) : GT_OK;
    status = gt_comm_agree(comm, status);
    gt_comm_broadcast(comm, found, sizeof *found);
    return status;
}

/* --- Whether one can be trained. */

static const struct known *preset_for(gt_shape image)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (gt_shape_equal(known[i].image, image))
            return &known[i];
    return NULL;
}

/* Of stacked samples it sees the channels one by one. */
static gt_shape image_of(const training *t)
{
    return gt_data_single_image(gt_data_config_of(t->model));
}

/* The data are closed again, as the training opens them. */
static gt_status look_at_data(training *t, gt_comm *comm)
{
    gt_source *train = NULL, *test = NULL;
    const char *before = gt_phase_enter("opening the data");
    gt_status status =
        gt_node_data_open(comm, gt_data_config_of(t->model), &train, &test);
    gt_phase_leave(before);
    if (status == GT_OK) {
        t->classes = train->inner ? train->inner->classes : train->classes;
        t->count = train->count;
        t->scaled = train->low < train->high;
    }
    gt_source_close(test);
    gt_source_close(train);
    return status;
}

static gt_status find_preset(training *t, gt_comm *comm,
                             gt_own_classifier *found)
{
    gt_shape image = image_of(t);
    char text[GT_SHAPE_TEXT];
    t->as = preset_for(image);
    if (!t->as) {
        snprintf(found->why, sizeof found->why,
                 "no preset classifier takes samples of %s",
                 gt_shape_text(image, text));
        return GT_OK;
    }
    gt_status status = look_at_data(t, comm);
    if (status == GT_OK && t->classes < 2) {
        snprintf(found->why, sizeof found->why, "the data have no labels");
        t->as = NULL;
    }
    return status;
}

/* --- Its configuration. */

static uint64_t steps_of(const training *t, uint64_t batch)
{
    uint64_t steps = (uint64_t)t->as->epochs * ((t->count + batch - 1) / batch);
    return steps < LEAST_STEPS ? LEAST_STEPS : steps;
}

/* What the preset has, with the data of the model but for what that alone is
 * told or shown, and `sets`. */
static gt_status compose(training *t, const char **sets, int n)
{
    static const char *const own[] = {"conditions", "augment", NULL};
    const gt_preset *preset;
    char *data = NULL;
    gt_status status = gt_preset_find(t->as->preset, &preset);
    if (status == GT_OK)
        status = gt_config_section_setting(t->model, "data", own, &data);
    sets[0] = data;
    if (status == GT_OK)
        status = gt_config_parse(&t->config, &gt_train_schema, t->as->preset,
                                 preset->text, strlen(preset->text), sets, n);
    free(data);
    return status;
}

/* What values mean stays the model's where they are not brought to a range. */
static gt_status configure(training *t)
{
    enum { SETS = 12, SET = GT_SHAPE_TEXT + 16 };
    const gt_data_config *data = gt_data_config_of(t->model);
    bool own_range = t->scaled && data->transform.count == 0;
    char set[SETS][SET], image[GT_SHAPE_TEXT];
    const char *sets[SETS];
    int n = 1; /* behind the section "data" */
    snprintf(set[n++], SET, "data.stack=1");
    snprintf(set[n++], SET, "data.image=%s", gt_shape_list(image_of(t), image));
    snprintf(set[n++], SET, "data.classes=%d", t->classes);
    if (own_range)
        snprintf(set[n++], SET, "data.range=symmetric");
    snprintf(set[n++], SET, "model.classifier.%d.dense.units=%d", t->as->last,
             t->classes);
    snprintf(set[n++], SET, "train.shards=%d", t->as->shards);
    snprintf(set[n++], SET, "train.steps=%llu",
             (unsigned long long)steps_of(t, 64));
    snprintf(set[n++], SET, "train.epochs=0");
    snprintf(set[n++], SET, "output.checkpoint_every=%d", CHECKPOINT_EVERY);
    snprintf(set[n++], SET, "output.test_every=%llu",
             (unsigned long long)steps_of(t, 64));
    for (int i = 1; i < n; i++)
        sets[i] = set[i];
    return compose(t, sets, n);
}

/* --- Its training. */

static gt_status train(gt_run *run, void *context)
{
    training *t = context;
    gt_train_options how = {.name = t->as->preset,
                            .threads = t->threads,
                            .report = GT_REPORT_BRIEF};
    return gt_train(t->comm, t->config, run, &how);
}

static gt_status begin(training *t, state found)
{
    gt_run run = {0};
    if (found == BEGUN)
        return gt_run_resume(t->comm, t->path, train, t);
    gt_status status = gt_run_init(&run, t->path, t->as->preset);
    if (status == GT_OK)
        status = train(&run, t);
    gt_run_close(&run);
    return status;
}

/* As many ranks as can share its shards evenly. */
static int ranks_for(const training *t, int ranks)
{
    int n = ranks < t->as->shards ? ranks : t->as->shards;
    while (t->as->shards % n != 0)
        n--;
    return n;
}

static gt_status train_together(training *t, gt_comm *comm, state found)
{
    gt_comm *part = NULL;
    gt_status status = GT_OK;
    int ranks = ranks_for(t, comm->size);
    if (ranks < comm->size)
        status = gt_comm_part_new(&part, comm, ranks);
    if (status != GT_OK)
        return status;
    t->comm = part ? part : comm;
    if (comm->rank < ranks)
        status = begin(t, found);
    gt_comm_part_free(part);
    return gt_comm_agree(comm, status);
}

static void tell(const training *t, state found)
{
    gt_info("%s a classifier of the data first, once: preset %s, in %s; "
            "--features values does without",
            found == BEGUN ? "going on to train" : "training", t->as->preset,
            t->path);
}

/* A training that a signal has ended counts as a success; its run is not
 * finished. */
static gt_status check_finished(gt_comm *comm, const char *path)
{
    state found = NOTHING;
    gt_status status = look_shared(comm, path, &found);
    if (status == GT_OK && found != FINISHED)
        status = gt_fail(GT_ERR_BUSY,
                         "the training of the classifier %s was stopped by a "
                         "signal; the same command goes on with it",
                         path);
    return status;
}

gt_status gt_own_classifier_find(gt_own_classifier *found, gt_comm *comm,
                                 const char *run, const gt_config *model,
                                 int threads)
{
    training t = {.model = model, .threads = threads};
    char path[GT_PATH];
    state is = NOTHING;
    *found = (gt_own_classifier){0};
    if (!*run) {
        snprintf(found->why, sizeof found->why,
                 "the checkpoint is in no run directory");
        return GT_OK;
    }
    gt_status status = GT_OK;
    if (snprintf(path, sizeof path, "%s/classifier", run) >= GT_PATH)
        status = gt_fail(GT_ERR_IO, "%s: the path is too long", run);
    status = gt_comm_agree(comm, status);
    if (status == GT_OK)
        status = look_shared(comm, path, &is);
    if (status == GT_OK && is != FINISHED)
        status = find_preset(&t, comm, found);
    if (status != GT_OK || (is != FINISHED && !t.as))
        return status;
    t.path = path;
    if (is != FINISHED) {
        status = gt_comm_agree(comm, configure(&t));
        if (status == GT_OK)
            tell(&t, is);
        if (status == GT_OK)
            status = train_together(&t, comm, is);
        if (status == GT_OK)
            status = check_finished(comm, path);
    }
    gt_config_free(t.config);
    if (status == GT_OK)
        memcpy(found->path, path, sizeof path);
    return status;
}
