/* write_errors.h: files of a run that could not be written. Training goes on
 * without them. A warning is printed, and the run's last message lists them.
 * Local; for the rank that writes.
 */
#ifndef GT_RUN_WRITE_ERRORS_H
#define GT_RUN_WRITE_ERRORS_H

#include "run/fence.h"

#include <pthread.h>
#include <stdint.h>

typedef enum gt_write_kind {
    GT_WRITE_CHECKPOINT, /* warned of each time */
    GT_WRITE_BEST,       /* and so is this; the others: once */
    GT_WRITE_PICTURES,
    GT_WRITE_METRICS,
    GT_WRITE_TRACE,
    GT_WRITE_MARK,
    GT_WRITE_REMOVAL, /* an old checkpoint stays: a warning, and no more */
    GT_WRITE_KINDS,
} gt_write_kind;

enum { GT_WRITE_ERROR_STEPS = 8 };

typedef struct gt_write_errors {
    const gt_fence *fence; /* borrowed */
    pthread_mutex_t lock;
    struct {
        uint64_t count, last, step[GT_WRITE_ERROR_STEPS]; /* the first steps */
        char reason[1024];                                /* of the last */
        bool unreported;
    } kind[GT_WRITE_KINDS];
} gt_write_errors;

void gt_write_errors_init(gt_write_errors *errors, const gt_fence *fence);
void gt_write_errors_free(gt_write_errors *errors);

/* Record how writing the file of `step` went; a failure with its message.
 * Returns GT_OK, for training goes on, but for two failures that end it: a
 * state with NaN in it (GT_ERR_NUMERIC), and a run that another process has
 * taken (GT_ERR_IO). From any thread. */
gt_status gt_write_errors_record(gt_write_errors *errors, gt_status status,
                                 gt_write_kind kind, uint64_t step);

/* Forget the failures of a kind: all of it was written after all. */
void gt_write_errors_clear(gt_write_errors *errors, gt_write_kind kind);

/* Print the warnings that are due. For the thread that prints progress. */
void gt_write_errors_print(gt_write_errors *errors);

/* GT_OK, or GT_ERR_IO with all that is missing. */
gt_status gt_write_errors_status(gt_write_errors *errors);

#endif
