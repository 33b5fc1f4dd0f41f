/* config.c: the keys that say when a model is tried on held-out samples and
 * evaluated, and what follows from that. */
#include "train/config.h"

#include "tasks/config.h"
#include "tasks/task.h"
#include "train/best_figure.h"

#include <stdio.h>

#define FIELD(name) offsetof(gt_validation_config, name)

static const gt_option options[] = {
    {"test_every", GT_OPTION_INT, FIELD(test_every), "0", 0,
     GT_CONFIG_MOST_STEPS, NULL,
     "steps between evaluations on held-out data; 0: after each epoch"},
    {"test_samples", GT_OPTION_INT, FIELD(test_samples), "10000", 0,
     GT_CONFIG_MOST_STEPS, NULL, "most held-out images that are used; 0: all"},
    {0},
};

const gt_section gt_validation_section = {
    .name = "output",
    .help = "what is written to the run directory, and when",
    .options = options,
    .size = sizeof(gt_validation_config),
    .resumable = true};

/* --- Evaluation. */

#undef FIELD
#define FIELD(name) offsetof(gt_evaluation_config, name)

static const gt_option evaluation_options[] = {
    {"eval_every", GT_OPTION_INT, FIELD(every), "0", 0, GT_CONFIG_MOST_STEPS,
     NULL,
     "steps between evaluations of the model by output.metrics, as gentrain "
     "eval makes them; there is one where output.patience ends the training, "
     "too; 0: none"},
    {"metrics", GT_OPTION_WORDS, FIELD(metrics), NULL, 0, 0, NULL,
     "what an evaluation finds, as a list; see gentrain help metrics. Without "
     "it, all that the model and the data allow and that is not costly",
     .optional = true},
    {"eval_samples", GT_OPTION_INT, FIELD(samples), "2000", 2, 100000000, NULL,
     "samples of the model, and most of held-out and training data, of an "
     "evaluation"},
    {"eval_draws", GT_OPTION_INT, FIELD(draws), "50", 1, 1000000, NULL,
     "importance samples of a likelihood of an evaluation"},
    {"classifier", GT_OPTION_TEXT, FIELD(classifier), NULL, 0, 0, NULL,
     "a trained classifier of the same data, a run directory or a checkpoint, "
     "whose features and classes an evaluation looks at",
     .optional = true, .per_node = true},
    {"best", GT_OPTION_TEXT, FIELD(best), NULL, 0, 0, NULL,
     "a figure of metrics.jsonl, such as test_loss or class_agreement: the "
     "checkpoint of the step at which it was best is kept as "
     "checkpoints/best.h5",
     .optional = true},
    {"patience", GT_OPTION_INT, FIELD(patience), "0", 0, GT_CONFIG_MOST_STEPS,
     NULL,
     "the training ends after so many evaluations in a row without a better "
     "output.best; 0: it does not"},
    {0},
};

gt_status gt_evaluation_choose(const gt_evaluation_config *config,
                               gt_eval_choice *choice)
{
    char list[2048] = "";
    size_t used = 0;
    const gt_word_list *words = &config->metrics;
    for (int i = 0; i < words->count && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s",
                                 i ? "," : "", words->words[i]);
    if (used >= sizeof list)
        return gt_fail(GT_ERR_CONFIG, "too many metrics");
    return gt_eval_choose(words->count > 0 ? list : NULL, choice) == GT_OK
               ? GT_OK
               : gt_fail(GT_ERR_CONFIG, "%s", gt_message());
}

static gt_status refuse(gt_config_place *at, const char *key, const char *why)
{
    at->key = key;
    return gt_fail(GT_ERR_CONFIG, "%s", why);
}

static gt_status check(const gt_config *config, gt_config_place *at)
{
    const gt_evaluation_config *asked = gt_evaluation_config_of(config);
    gt_eval_choice choice = {0};
    gt_better better;
    if (asked->every == 0 && asked->metrics.count > 0)
        return refuse(at, "metrics",
                      "nothing is evaluated; say how often: output.eval_every");
    if (asked->every == 0 && asked->classifier)
        return refuse(at, "classifier",
                      "nothing is evaluated; say how often: output.eval_every");
    if (asked->patience > 0 && !asked->best)
        return refuse(at, "patience",
                      "patience is for a figure that is to get better; name "
                      "one: output.best");
    at->key = "metrics";
    gt_status status = GT_OK;
    if (asked->every > 0)
        status = gt_evaluation_choose(asked, &choice);
    if (status != GT_OK || !asked->best)
        return status;
    at->key = "best";
    return gt_best_find(gt_task_type_of(config), &choice, asked->best, &better);
}

const gt_section gt_evaluation_section = {
    .name = "output",
    .help = "what is written to the run directory, and when",
    .options = evaluation_options,
    .size = sizeof(gt_evaluation_config),
    .resumable = true,
    .check = check};
