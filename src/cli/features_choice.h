/* features_choice.h: what figures of `gentrain eval` look at. Private to the
 * cli room. */
#ifndef GT_CLI_FEATURES_CHOICE_H
#define GT_CLI_FEATURES_CHOICE_H

#include "cli/args.h"
#include "evaluate/evaluator.h"
#include "evaluate/own_classifier.h"

/* {0}: nothing is asked for. */
typedef struct gt__features_choice {
    bool classifier, values; /* --features says so, or */
    const char *file;        /* names one; borrowed */
    gt_own_classifier own;
} gt__features_choice;

/* What --features asks for. GT_ERR_USAGE. Local. */
gt_status gt__features_choice_read(gt__features_choice *features,
                                   const gt_cli_args *args);

/* Find, or train, the classifier of a run whose model has this configuration,
 * if figures of `how` look through one and none is named; its path goes into
 * `how`, for as long as `features` is there, or why there is none.
 * GT_ERR_MISMATCH: it is asked for and cannot be had; else as
 * gt_own_classifier_find. Collective; all ranks fail together. */
gt_status gt__features_choice_find(gt__features_choice *features, gt_comm *comm,
                                   const char *run, const gt_config *config,
                                   gt_evaluate_options *how);

#endif
