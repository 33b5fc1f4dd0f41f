/* codes.h: the codes of many samples, and the factors that the samples were
 * made from, for figures of disentanglement and whoever else looks at them. */
#ifndef GT_EVAL_CODES_H
#define GT_EVAL_CODES_H

#include "data/reader.h"
#include "tasks/task.h"

typedef struct gt_codes {
    size_t n;
    int latents;
    gt_real *mu;       /* [n x latents]: the means of q(z|x) */
    int factors;       /* columns of conditions, and behind them the label, if
                          there is one */
    gt_real *factor;   /* [n x factors] */
    bool *is_class;    /* [factors]: it is a name, not a number: the label */
    const char **name; /* [factors]: of a column, or "label"; borrowed from the
                          source */
} gt_codes;

/* Encode n samples of `reader` (sample_blocks.h), and take from its source all
 * factors of these samples that there are, whether or not the model is told
 * them. All ranks have all of it then, with the same bits on any number of
 * ranks. *out is to be freed, where this fails too. GT_ERR_MISMATCH: the task
 * does not encode samples; GT_ERR_MEMORY; what gt_reader_read returns.
 * Collective; all ranks fail together. */
gt_status gt_codes_collect(gt_codes *out, gt_task *task, gt_reader *reader,
                           const gt_source *source, uint64_t n);
void gt_codes_free(gt_codes *codes);

#endif
