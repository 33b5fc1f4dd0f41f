/* reader.h: samples by their numbers, as a model wants them: values brought to
 * its range or taken through data.transform, with the labels and the conditions
 * that it is told. Loader, validation, sample grids and `gentrain inspect` all
 * read through it. Local.
 */
#ifndef GT_DATA_READER_H
#define GT_DATA_READER_H

#include "data/augment.h"
#include "data/config.h"
#include "data/samples.h"
#include "data/source.h"
#include "data/transform.h"

/* Where samples are read to. */
typedef struct gt_sample_rows {
    gt_real *x;          /* [n x shape]; NULL: not asked for */
    int *labels;         /* [n]; NULL: not asked for */
    gt_real *conditions; /* [n x conditions]; NULL: not asked for */
} gt_sample_rows;

/* Fields are private. A reader serves one thread at a time. */
typedef struct gt_reader {
    const gt_source *source; /* borrowed */
    gt_transform transform;
    bool labels;      /* the model is told them */
    int n_conditions; /* that the model is told */
    int *column;      /* [n_conditions] of the source */
    gt_real *all;     /* [a piece x the source's columns] */
    gt_real *chosen;  /* [a piece x n_conditions] */
    bool skips;       /* data.on_error: skip */
    bool may_skip;    /* it could be so, and is not */
    bool skips_nan;   /* data.on_nan: skip */
    /* Of the random numbers that samples are changed with, as the loader sets
     * them: their addresses are these and the numbers of samples. */
    uint64_t seed, epoch;
    bool augments; /* samples are for training, and are varied */
    gt_augment augment;
    /* Samples that others have taken the place of, each time they were read,
     * and why the first of them could not be read. May be read from outside. */
    uint64_t skipped;
    gt_failure first;
} gt_reader;

/* What is known of the values of a source, which stays borrowed. */
gt_values gt_source_values(const gt_source *source);

/* Read for a configuration, or, where it is NULL, all labels and conditions
 * that there are, and reals as they are. GT_ERR_MEMORY; else what
 * gt_columns_check returns. */
gt_status gt_reader_open(gt_reader *reader, const gt_source *source,
                         const gt_data_config *config);
void gt_reader_close(gt_reader *reader);

/* How it brings values to the model, for whoever takes them back. */
static inline const gt_transform *gt_reader_transform(const gt_reader *reader)
{
    return &reader->transform;
}

/* Fill row i of `to` with sample numbers[i], 0 <= i < n. What the model is not
 * told is left alone. GT_ERR_IO, GT_ERR_FORMAT: a sample cannot be read; the
 * message says which, and why. GT_ERR_MISMATCH: data.transform does not take a
 * value. With data.on_error: skip, the next one that can
 * be read takes its place, in the order of numbers, after the last the first;
 * it fails if there is none. Of a reader that augments, samples are then varied
 * as data.augment says. */
gt_status gt_reader_read(gt_reader *reader, const uint64_t *numbers, int n,
                         const gt_sample_rows *to);

/* The rows from `first` on, of samples that this reader reads. */
gt_sample_rows gt_sample_rows_from(const gt_sample_rows *rows,
                                   const gt_reader *reader, size_t first);

/* --- Memory for samples that a reader reads. */

typedef struct gt_sample_buffer {
    gt_sample_rows rows;
    size_t size; /* of a sample */
    int n_conditions;
} gt_sample_buffer;

/* Room for n samples; labels and conditions are NULL where the model is told
 * none. GT_ERR_MEMORY, with nothing to be freed. */
gt_status gt_sample_buffer_new(gt_sample_buffer *buffer,
                               const gt_reader *reader, size_t n);
void gt_sample_buffer_free(gt_sample_buffer *buffer);

/* n samples, from row `first` on. */
gt_samples gt_sample_buffer_view(const gt_sample_buffer *buffer, size_t first,
                                 int n);

/* Fill rows 0 .. n-1 with the samples first .. first + n - 1. As
 * gt_reader_read. */
gt_status gt_sample_buffer_fill(const gt_sample_buffer *buffer,
                                gt_reader *reader, uint64_t first, int n);

#endif
