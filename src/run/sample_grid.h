/* sample_grid.h: what the model makes of the same latents every so many steps.
 * Local; for the rank that writes.
 */
#ifndef GT_RUN_SAMPLE_GRID_H
#define GT_RUN_SAMPLE_GRID_H

#include "data/reader.h"
#include "run/checkpoint_data.h"
#include "run/write_errors.h"
#include "run/writer.h"
#include "tasks/task.h"

typedef struct gt_sample_grid {
    gt_task *task;   /* borrowed */
    const char *run; /* borrowed */
    gt_write_errors
        *errors;           /* borrowed; takes pictures that cannot be written */
    size_t count, columns; /* images in the grid */
    size_t pairs;          /* reconstruction pairs; 0: none */
    size_t pair_columns;
    gt_real *latents;               /* [count x latent] */
    gt_sample_buffer made;          /* [count], with what they are made from */
    gt_sample_buffer originals;     /* [max(pairs, reference)] */
    gt_real *rebuilt;               /* [pairs x image] */
    bool reals;                     /* samples are shown as numbers: */
    gt_real *shown;                 /* [max(count, 2 pairs) x image], */
    uint8_t *pixels;                /* or bytes, as many */
    size_t reference;               /* points drawn behind a point sample */
    uint64_t step;                  /* that samples and rebuilt are of */
    gt_transform transform;         /* that values of the data went through */
    const gt_checkpoint_data *data; /* that the run is trained on; borrowed */
    gt_write_job write;
} gt_sample_grid;

/* Prepare, for a task that makes samples; `source` gives the images to
 * reconstruct, or reference points, and conditions. Of a model with labels,
 * each column of the grid has one; of one with both, each row has the
 * conditions of one sample of the source. GT_ERR_MEMORY; what gt_reader_read
 * returns. */
gt_status gt_sample_grid_new(gt_sample_grid *grid, gt_task *task,
                             const char *run, const gt_source *source,
                             gt_write_errors *errors);
/* Most samples that are made, or shown, at once; 0 where the task makes none.
 * Pure. */
size_t gt_sample_grid_largest(const gt_config *config);

void gt_sample_grid_free(gt_sample_grid *grid);

/* Make samples, and reconstructions where the task has them, and have them
 * written in the background: samples/step-N.h5 and .png, and
 * step-N-reconstructions.png: originals above, reconstructions below, row by
 * row. Waits for the pictures before, if those are not written yet. Returns how
 * the writes that are done went. For rank 0, within gt_comm_work_begin and
 * _end: it calls gt_collective_tick. */
gt_status gt_sample_grid_write(gt_sample_grid *grid, gt_writer *writer,
                               uint64_t step);

/* "RUN/samples/step-00001200" + `suffix` in `path`. */
void gt_sample_grid_path(const char *run, uint64_t step, const char *suffix,
                         char path[GT_PATH]);

#endif
