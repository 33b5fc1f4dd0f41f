/* classifier.c: a network that finds the label of a sample, by the gradient of
 * the cross-entropy with the softmax of its outputs,
 *
 *     -1/m sum log p(label | x),   p = softmax(network(x))
 *
 * (Bishop 2006, eq. 4.104 and 4.108). It makes no samples. */
#include "data/config.h"
#include "nn/layer_list.h"
#include "nn/loss.h"
#include "nn/network.h"
#include "nn/optimizer.h"
#include "tasks/runner.h"
#include "tasks/tasks.h"

/* --- Its keys, of section "model". */

typedef struct classifier_config {
    gt_variant_list layers;
} classifier_config;

static const gt_option options[] = {
    {"classifier", GT_OPTION_VARIANTS, offsetof(classifier_config, layers),
     NULL, 0, 0, NULL, "layers from a sample to a logit for each class",
     .variants = &gt_layer_variants},
    {0},
};

static int classes_of(const gt_config *config)
{
    return (int)gt_data_config_of(config)->classes;
}

static gt_status check(const gt_config *config, gt_config_place *at)
{
    if (classes_of(config) < 2) {
        *at = (gt_config_place){&gt_data_section, "classes"};
        return gt_fail(GT_ERR_CONFIG,
                       "a classifier needs labels; set data.classes to the "
                       "number of classes, at least 2");
    }
    *at = (gt_config_place){&gt_optimizer_section, NULL};
    return gt_optimizer_check(config, at);
}

static const gt_section section = {.name = "model",
                                   .help = "the networks",
                                   .options = options,
                                   .size = sizeof(classifier_config),
                                   .check = check};

static const gt_section *const sections[] = {&section, NULL};

/* --- The network. */

static gt_status check_end(const gt_config *config, const gt_network *net)
{
    char made[GT_SHAPE_TEXT];
    int classes = classes_of(config);
    if (gt_shape_size(net->out) == (size_t)classes)
        return GT_OK;
    return gt_fail(GT_ERR_CONFIG,
                   "the %s ends with %s values per image but data.classes is "
                   "%d; it must end with a logit for each class (dense: "
                   "{units: %d})",
                   net->name, gt_shape_text(net->out, made), classes, classes);
}

static const gt_task_network networks[] = {
    {"classifier", "x", &section, offsetof(classifier_config, layers),
     &gt_optimizer_section, check_end},
};

static gt_task_end end(const gt_task *task, int i)
{
    (void)task;
    (void)i;
    return GT_END_CLASSES;
}

/* --- The step. */

enum { LOSS, ACCURACY, FIGURES };

static const gt_figure figures[] = {
    [LOSS] = {"loss"}, [ACCURACY] = {"accuracy"}};

static void loss(const gt_stage_shard *at)
{
    const gt_samples *s = at->samples;
    int classes = classes_of(at->task->setup.config);
    at->figure[LOSS] =
        gt_loss_softmax(at->y, s->labels, s->n, classes, at->scale, at->dy);
    at->figure[ACCURACY] = gt_count_correct(at->y, s->labels, s->n, classes);
}

static const gt_stage stages[] = {
    {0, 0, 0x1000, GT_FROM_DATA, .loss = loss, .weights = true}};

static const gt_update updates[] = {{0}};

/* --- Held-out figures. */

static void evaluate(gt_task *task, uint64_t first, const gt_samples *samples,
                     gt_evaluated *out)
{
    (void)first;
    int classes = classes_of(task->setup.config);
    const gt_real *y = gt_runner_eval(task, 0, samples->x, samples);
    out->outputs = y;
    out->sum[LOSS] =
        gt_loss_softmax(y, samples->labels, samples->n, classes, 1, NULL);
    out->sum[ACCURACY] =
        gt_count_correct(y, samples->labels, samples->n, classes);
}

static const gt_metric metrics[] = {{"test_loss", "train_loss", evaluate,
                                     &gt_metric_mean, LOSS, GT_BETTER_LESS},
                                    {"test_accuracy", "train_accuracy",
                                     evaluate, &gt_metric_mean, ACCURACY,
                                     GT_BETTER_MORE},
                                    {0}};
static const char *const shown[] = {"loss", "accuracy", NULL};

const gt_task_type gt__task_classifier = {
    .name = "classifier",
    .sections = sections,
    .n_networks = 1,
    .networks = networks,
    .step = {1, 1, FIGURES, stages, updates, figures},
    .finds_labels = true,
    .end = end,
    .metrics = metrics,
    .best = "test_loss",
    .shown = shown,
};
