/* loader.h: batches for one rank, read ahead by a background thread. Local.
 *
 * A global batch holds samples that are neighbours in the shuffled order of an
 * epoch; position.h says which. The order is a keyed permutation of the sample
 * numbers (shuffle.h), a pure function of seed and epoch. So any rank can
 * compute any part of it in O(1) memory, and a resumed run can start at any
 * batch. The last batch of an epoch may be smaller; it is cut into shards of
 * the usual size, and the other shards stay empty.
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
} gt_batch;

typedef struct gt_loader_config {
    const gt_source *source;    /* borrowed */
    const gt_data_config *data; /* how samples are read; borrowed */
    uint64_t seed;
    int batch;                 /* global */
    int shards;                /* global */
    int first_shard, n_shards; /* of this rank */
    uint64_t start;            /* number of the first batch to deliver */
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

/* The next batch; waits for the thread if it is behind. Valid until the next
 * call. */
const gt_batch *gt_loader_next(gt_loader *loader);

/* How many of this rank's shards have samples; those come first. */
int gt_batch_present(const gt_batch *batch);

void gt_loader_close(gt_loader *loader);

#endif
