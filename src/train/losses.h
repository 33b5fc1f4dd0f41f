/* losses.h: files of a run that could not be written. Training goes on without
 * them; people are warned, and the run's end counts them. Local; for the rank
 * that writes.
 */
#ifndef GT_TRAIN_LOSSES_H
#define GT_TRAIN_LOSSES_H

#include "train/claim.h"

#include <pthread.h>

typedef enum gt_loss {
    GT_LOSS_CHECKPOINT, /* warned of each time */
    GT_LOSS_PICTURES,   /* the others: once */
    GT_LOSS_METRICS,
    GT_LOSS_TRACE,
    GT_LOSS_MARK,
    GT_LOSS_TIDINESS, /* an old checkpoint stays: a warning, and no more */
    GT_LOSSES,
} gt_loss;

enum { GT_LOSS_STEPS = 8 };

typedef struct gt_losses {
    const gt_claim *claim; /* borrowed */
    pthread_mutex_t lock;
    struct {
        uint64_t count, last, step[GT_LOSS_STEPS]; /* the first steps */
        char reason[1024];                         /* of the last */
        bool untold;
    } kind[GT_LOSSES];
} gt_losses;

void gt_losses_init(gt_losses *losses, const gt_claim *claim);
void gt_losses_free(gt_losses *losses);

/* How writing the file of `step` went. GT_OK for a failure that training can
 * live with; it is remembered with its message. What it cannot live with comes
 * back: a state with NaN in it, a run that another process has claimed. From
 * any thread. */
gt_status gt_losses_excuse(gt_losses *losses, gt_status status, gt_loss kind,
                           uint64_t step);

/* It was written after all. */
void gt_losses_forget(gt_losses *losses, gt_loss kind);

/* Print the warnings that are due. For the thread that prints progress. */
void gt_losses_tell(gt_losses *losses);

/* GT_OK, or GT_ERR_IO with all that is missing. */
gt_status gt_losses_sum(gt_losses *losses);

#endif
