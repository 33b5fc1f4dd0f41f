/* options.h: how a training is to be run, beside its configuration. */
#ifndef GT_TRAIN_OPTIONS_H
#define GT_TRAIN_OPTIONS_H

#include "base/section.h"

#include <stdint.h>

typedef enum gt_report_kind {
    GT_REPORT_NORMAL, /* banner, progress, summary */
    GT_REPORT_BRIEF,  /* progress and held-out figures, on stderr alone */
    GT_REPORT_QUIET,  /* warnings and errors only */
    GT_REPORT_JSON,   /* NORMAL on stderr, metrics and summary as JSON lines on
                         stdout */
} gt_report_kind;

typedef struct gt_train_options {
    const char *name; /* of the recipe, for people */
    int threads;      /* BLAS threads of a rank */
    gt_report_kind report;
    const char *trace;    /* file for a trace of the first steps, or NULL */
    uint64_t trace_steps; /* how many steps that is */
    const gt_config *settings; /* of the checkpoint; NULL: a new run, or they
                                  are refused by now; borrowed */
} gt_train_options;

#endif
