/* data_errors.h: samples that cannot be read, while a training runs. Private to
 * the train room.
 */
#ifndef GT_TRAIN_DATA_ERRORS_H
#define GT_TRAIN_DATA_ERRORS_H

#include "train/prepare.h"

/* Whether this rank may begin a further step: it has all batches of the next
 * one, too. Local. */
bool gt__data_ahead(const gt__training *training);

/* All ranks learn what one of them cannot read, if there is anything, and the
 * training keeps it: `mine` is how this rank fares. Collective. */
void gt__data_agree_on_failure(gt__training *training, gt_status mine);

/* Where samples may be skipped (data.on_error), add how many were since the
 * training began, as `skipped`; the first time, warn of one. Collective. */
void gt__data_count_skipped(gt__training *training, gt_metrics *figures);

/* How a training ends whose loop returned `status`: what could not be read
 * counts more. Local. */
gt_status gt__data_failure(const gt__training *training, gt_status status);

#endif
