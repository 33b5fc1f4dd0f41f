/* checkpoint_data.h: what a checkpoint says of the data that a run is trained
 * on: what tells them apart, and what brings samples back to their values.
 */
#ifndef GT_RUN_CHECKPOINT_DATA_H
#define GT_RUN_CHECKPOINT_DATA_H

#include "comm/comm.h"
#include "core/hash.h"
#include "data/reader.h"
#include "data/transform_text.h"
#include "run/config.h"
#include "store/h5types.h"

/* The data set with the form of the data (store/h5form.h). */
#define GT_CHECKPOINT_FORM "/data/form"

typedef struct gt_checkpoint_data {
    uint64_t count; /* 0: not known */
    int classes;
    char digest[GT_HASH_TEXT];
    gt_values values;
    char steps[GT_TRANSFORM_TEXT]; /* that the figures of values are for */
    gt_real *figures;              /* of data that were read from a file: where
                                      values.figures              points, owned; */
    void *form;                    /* likewise */
} gt_checkpoint_data;

/* What there is to say of a source, which stays borrowed. */
gt_checkpoint_data gt_checkpoint_data_of(const gt_source *source,
                                         const gt_data_config *config);

/* Whether values go on through the steps that these figures are for. */
bool gt_checkpoint_data_fits(const gt_checkpoint_data *data,
                             const gt_data_config *config);

/* Open what samples of a model are taken back through. `model` names it in
 * messages. GT_ERR_FORMAT: figures are missing; GT_ERR_MEMORY. */
gt_status gt_checkpoint_data_transform(const gt_checkpoint_data *data,
                                       const gt_data_config *config,
                                       const char *model,
                                       gt_transform *transform);

/* Whether samples of this shape are numbers, and not bytes. */
bool gt_checkpoint_data_is_reals(const gt_checkpoint_data *data,
                                 gt_shape shape);

/* Whether files of samples are like the data (output.layout). GT_ERR_CONFIG:
 * they are to be, but the data are not HDF5. */
gt_status gt_checkpoint_data_layout(const gt_checkpoint_data *data,
                                    gt_output_layout layout, bool *as_input);

/* --- For src/run: as part of a checkpoint. What is pointed to must stay until
 * the file is committed. What earlier builds did not write stays unknown. */
gt_status gt__checkpoint_data_write(gt_h5 *file,
                                    const gt_checkpoint_data *data);
gt_status gt__checkpoint_data_read(gt_h5 *file, gt_checkpoint_data *data);
void gt__checkpoint_data_free(gt_checkpoint_data *data);

/* Rank 0's, to all ranks, which have all but what is pointed to. GT_ERR_MEMORY.
 * Collective; all ranks fail together. */
gt_status gt__checkpoint_data_share(gt_comm *comm, gt_checkpoint_data *data);

/* Is a data set of this name part of it? */
bool gt__checkpoint_data_owns(const char *name);

#endif
