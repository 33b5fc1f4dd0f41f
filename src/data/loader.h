/* loader.h: batches for one rank, read ahead by a background thread. Local.
 *
 * A global batch holds samples that are neighbours in the shuffled order of an
 * epoch; position.h says which, and order.h what that order is: a pure function
 * of seed, epoch and position, that suits how the source stores its samples. So
 * any rank can compute any part of it in O(1) memory, and a resumed run can
 * start at any batch. A rank reads along the order. The last batch of an epoch
 * may be smaller; it is cut into shards of the usual size, and the other shards
 * stay empty.
 *
 * Reading may fail. So that no rank finds out in the middle of a step, in which
 * the others wait for it, the thread is a whole step ahead: gt_loader_expect
 * says before a step whether the batches of the next one are there.
 */
#ifndef GT_DATA_LOADER_H
#define GT_DATA_LOADER_H

#include "data/config.h"
#include "data/position.h"
#include "data/samples.h"
#include "data/source.h"

/* One of the fixed pieces into which the global batch is cut. */
typedef struct gt_shard {
    int index;             /* 0 .. shards - 1 */
    uint64_t first_sample; /* its first sample's position in the batch */
    gt_samples samples;    /* n = 0 in a short batch's empty shards; borrowed
                              until the next call */
} gt_shard;

typedef struct gt_batch {
    uint64_t number; /* counted from 0 over the whole training */
    uint64_t epoch;
    int n;        /* samples of the global batch */
    int n_shards; /* of this rank */
    const gt_shard *shards;
    uint64_t skipped; /* samples of these shards that others took the place of
                         (data.on_error: skip) */
} gt_batch;

typedef struct gt_loader_config {
    const gt_source *source;    /* borrowed */
    const gt_data_config *data; /* how samples are read; borrowed */
    uint64_t seed;
    int batch;                 /* global */
    int shards;                /* global */
    int first_shard, n_shards; /* of this rank */
    int unit;       /* so many shards, from shard 0 of this rank on, have their
                       samples one after the other in memory; 0: one */
    uint64_t start; /* number of the first batch to deliver */
    uint64_t end;   /* number after the last one; 0: no end */
    int per_step;   /* batches that a step takes; 0: one */
    /* That batches are counted from (position.h); 0, 0: the beginning. */
    uint64_t from, from_samples;
} gt_loader_config;

typedef struct gt_loader gt_loader;

/* Cut a batch of n samples into at most `shards` shards of about batch / shards
 * samples: write the first sample of shard `index` and its number of samples
 * (0: empty). A full batch is cut as evenly as integers allow. Pure. */
void gt_shard_bounds(int n, int batch, int shards, int index, int *first,
                     int *count);

/* Most samples of a shard. */
int gt_shard_max(int batch, int shards);

/* The same where there are only `count` samples: a batch may be larger than
 * that, but never holds more. Pure. */
int gt_shard_largest(uint64_t count, int batch, int shards);

/* Start to read ahead. Errors: GT_ERR_MEMORY, GT_ERR_IO (no thread),
 * GT_ERR_MISMATCH (gt_columns_check). */
gt_status gt_loader_open(gt_loader **out, const gt_loader_config *config);

/* Batches that are in memory at the same time: those of a step, those of the
 * next one, and the last one of the step before. Pure. */
int gt_loader_slots(int per_step);

/* Wait until the next n batches have been read, or as many as are left; at most
 * those of two steps. GT_ERR_IO, GT_ERR_FORMAT: one of them cannot be read
 * (gt_reader_read). Ticks. */
gt_status gt_loader_expect(gt_loader *loader, uint64_t n);

/* GT_OK, or why a batch ahead could not be read. Waits for nothing. */
gt_status gt_loader_failure(gt_loader *loader);

/* The next batch; waits for the thread if it is behind. Valid until the next
 * call. It must be one that can be read: gt_loader_expect. */
const gt_batch *gt_loader_next(gt_loader *loader);

/* Samples of the batches so far that others took the place of, and why the
 * first of them could not be read, if there are any. */
uint64_t gt_loader_skipped(const gt_loader *loader);
gt_failure gt_loader_first_skipped(gt_loader *loader);

/* How many of this rank's shards have samples; those come first. */
int gt_batch_present(const gt_batch *batch);

void gt_loader_close(gt_loader *loader);

#endif
