/* sampleset_form.h: samples in data sets like those of the data. Private to the
 * run room.
 */
#ifndef GT_RUN_SAMPLESET_FORM_H
#define GT_RUN_SAMPLESET_FORM_H

#include "base/option.h"
#include "core/tensor.h"
#include "data/samples.h"
#include "store/h5form.h"

typedef struct gt__form_sets gt__form_sets;

/* Make the data sets of a form (store/h5form.h) with `count` rows in a file
 * that is being built: those of samples of this shape, of labels, and of
 * conditions of these names, of which each column must be one. Others are left
 * out. The names stay borrowed. GT_ERR_FORMAT: the form is damaged;
 * GT_ERR_MISMATCH: it is one of other samples. */
gt_status gt__form_sets_new(gt__form_sets **out, gt_h5 *file, const void *form,
                            size_t form_size, gt_shape shape, bool labels,
                            const gt_word_list *conditions, size_t count);
void gt__form_sets_free(gt__form_sets *sets); /* NULL is allowed */

/* Write the rows from `first` on, of samples whose values are those of the
 * data. GT_ERR_MEMORY, GT_ERR_IO. */
gt_status gt__form_sets_write(const gt__form_sets *sets, gt_h5 *file,
                              size_t first, const gt_samples *samples);

#endif
