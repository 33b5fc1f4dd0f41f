/* own_classifier.h: the classifier that figures of a run look through where no
 * other one is named. It is trained once, of the data of the run, and kept in
 * the folder RUN/classifier, which is a run directory as any other.
 */
#ifndef GT_EVALUATE_OWN_CLASSIFIER_H
#define GT_EVALUATE_OWN_CLASSIFIER_H

#include "comm/comm.h"
#include "model/config.h"
#include "store/files.h"

enum { GT_OWN_CLASSIFIER_WHY = 200 };

typedef struct gt_own_classifier {
    char path[GT_PATH]; /* of its run directory; "": there is none */
    char why[GT_OWN_CLASSIFIER_WHY]; /* there is none: "the data have no
                                        labels" */
} gt_own_classifier;

/* Find the classifier of a run, whose model has the configuration `model`. If
 * there is none, and the data have labels and samples of a shape that a preset
 * classifier takes, it is trained, by all ranks that can share its shards
 * evenly; what it learns is the same on any number of ranks. One that was cut
 * off goes on. `threads` are those of BLAS. GT_ERR_BUSY: another process trains
 * it at this moment, or a signal has ended the training, which goes on next
 * time; what gt_train returns. Collective; all ranks fail together. */
gt_status gt_own_classifier_find(gt_own_classifier *found, gt_comm *comm,
                                 const char *run, const gt_config *model,
                                 int threads);

#endif
