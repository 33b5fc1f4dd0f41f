/* features_choice.c: a classifier is the best that figures can look through,
 * but training one takes a while; so that happens only where a figure needs it.
 */
#include "cli/features_choice.h"

#include "base/nearest.h"
#include "data/config.h"
#include "tasks/task.h"

#include <string.h>

gt_status gt__features_choice_read(gt__features_choice *f,
                                   const gt_cli_args *args)
{
    static const char *const words[] = {"classifier", "values"};
    const char *text = gt_cli_value(args, "features");
    char suggestion[GT_SUGGESTION];
    if (!text)
        return GT_OK;
    f->classifier = !strcmp(text, words[0]);
    f->values = !strcmp(text, words[1]);
    if (!f->classifier && !f->values)
        f->file = text;
    if (f->file && !strchr(text, '.') && !strchr(text, '/'))
        return gt_fail(GT_ERR_USAGE,
                       "--features %s: it must be classifier, values or "
                       "FILE.h5%s",
                       text, gt_suggestion(text, words, 2, suggestion));
    if (!f->classifier && gt_cli_value(args, "classifier"))
        return gt_fail(GT_ERR_USAGE,
                       "--features %s looks at no classifier; leave out "
                       "--classifier",
                       text);
    const char *which = gt_cli_value(args, "checkpoint");
    if (f->file && which && !strcmp(which, "all"))
        return gt_fail(GT_ERR_USAGE,
                       "--features %s: features are of samples "
                       "of one checkpoint; name one",
                       text);
    return GT_OK;
}

gt_status gt__features_choice_find(gt__features_choice *f, gt_comm *comm,
                                   const char *run, const gt_config *config,
                                   gt_evaluate_options *how)
{
    gt_eval_choice choice;
    how->points = f->file;
    gt_status status = gt_eval_choose(how->metrics, &choice);
    if (status != GT_OK || how->classifier || f->values || f->file ||
        !gt_task_type_of(config)->generate ||
        (!gt_eval_wants_features(&choice,
                                 gt_data_config_of(config)->stack > 1) &&
         !f->classifier))
        return status;
    status = gt_own_classifier_find(&f->own, comm, run, config, how->threads);
    if (status == GT_OK && f->classifier && !*f->own.path)
        status = gt_fail(GT_ERR_MISMATCH,
                         "--features classifier: %s; train one yourself and "
                         "give it by --classifier RUN",
                         f->own.why);
    how->classifier = *f->own.path ? f->own.path : NULL;
    how->why_none = *f->own.why ? f->own.why : NULL;
    return status;
}
