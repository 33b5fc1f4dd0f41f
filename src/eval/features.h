/* features.h: the numbers of a sample that figures look at.
 *
 * Few values are taken as they are. Of many values, fixed random projections
 * are taken, which keep distances nearly (Johnson, Lindenstrauss 1984). Best
 * are the features of a classifier of the same data: what its last layer reads.
 * These tell what a sample shows, and its class. Local.
 */
#ifndef GT_EVAL_FEATURES_H
#define GT_EVAL_FEATURES_H

#include "data/range.h"
#include "data/samples.h"
#include "tasks/task.h"

typedef enum gt_feature_kind {
    GT_FEATURES_VALUES,     /* a sample's values, in the model's range */
    GT_FEATURES_PROJECTION, /* random projections of them */
    GT_FEATURES_CLASSIFIER, /* what a classifier makes of them */
    GT_FEATURES_GIVEN,      /* found elsewhere, in samples that are not here */
} gt_feature_kind;
extern const char *const gt_feature_kind_names[];

typedef struct gt_features {
    gt_feature_kind kind;
    int dim;     /* features of a sample */
    int classes; /* that a classifier knows; 0: there is none */
    int max_n;   /* most samples of a call */
    /* Private: */
    size_t size;         /* values of a sample */
    gt_real *projection; /* [size x dim] */
    gt_task *classifier; /* borrowed */
    int stack; /* channels that it sees one by one; 1: samples whole */
    double scale, shift; /* from the model's values to the classifier's */
    gt_real *shown;      /* [max_n x size / stack]: these */
} gt_features;

/* Features of samples of `size` values without a classifier, for calls of up to
 * max_n samples. GT_ERR_MEMORY. */
gt_status gt_features_of_values(gt_features *features, size_t size, int max_n);

/* Those of a classifier, which stays borrowed and takes passes of max_n
 * samples, for samples of a model of `size` values whose bytes are in `range`.
 * It sees them whole, or, where they are stacks (data.stack), each of their
 * `stack` channels by itself: then features of channels stand one behind the
 * other, a class has those of the channels as digits, and its confidence is
 * their product. The classifier must be one: gt_features_has_classes.
 * GT_ERR_MEMORY.
 */
gt_status gt_features_of_classifier(gt_features *features, gt_task *classifier,
                                    gt_range range, size_t size, int stack,
                                    int max_n);
void gt_features_free(gt_features *features);

/* Whether a task finds classes of samples. */
bool gt_features_has_classes(const gt_task *task);

/* What is found in one sample. */
typedef struct gt_features_class {
    int number;        /* the most probable class; -1: there are none */
    double confidence; /* its probability */
} gt_features_class;

/* Find features [n x dim] of n <= max_n samples, and, where there are classes,
 * those [n]. The same samples give the same bits in calls of the same n. */
void gt_features_find(const gt_features *features, const gt_samples *samples,
                      gt_real *points, gt_features_class *found);

#endif
