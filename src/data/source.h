/* source.h: where samples come from. Local, but opening a file ticks after each
 * piece of it (base/collective_tick.h).
 *
 * A source gives samples by number, in any order and to any thread; reader.h
 * reads them. A built-in source makes a sample from its number and so is
 * endless; a file has as many samples as it has.
 */
#ifndef GT_DATA_SOURCE_H
#define GT_DATA_SOURCE_H

#include "data/derived.h"
#include "data/sources.h"

/* As data.image: the shape that a file has, or the natural one of a built-in
 * source. */
#define GT_SHAPE_OF_SOURCE ((gt_shape){0, 0, 0})

/* Open one split of the data that a configuration names. A URI is a path, whose
 * content tells which source reads it; "idx:PATH", with the source's name; or
 * the name of a built-in source with parameters, as in
 * "glyphs?count=60000&test_count=10000&seed=1" (test_count=0: no test split).
 * The name of a source comes before a path of that name; write "./NAME" for the
 * path. Held-out samples are those of data.test, or a part of the training
 * samples (data.holdout), or what the data themselves have as such.
 * GT_SPLIT_TEST of data without any succeeds with *out = NULL.
 * config->image is the shape that the model works at: built-in sources make it,
 * files must have it. Errors: GT_ERR_IO, GT_ERR_FORMAT, GT_ERR_MEMORY,
 * GT_ERR_CONFIG (the URI), GT_ERR_MISMATCH (the shape; the message has both).
 */
gt_status gt_source_open(gt_source **out, const gt_data_config *config,
                         gt_split split);
void gt_source_close(gt_source *source);

/* The held-out samples of data whose training samples are open; as
 * gt_source_open, and quicker where both are found in one place. To be closed
 * before `train`. */
gt_status gt_source_open_held_out(gt_source **out, const gt_data_config *config,
                                  const gt_source *train);

/* How another process of this machine finds what this one has opened; to be
 * sent as bytes. */
typedef struct gt_source_handle {
    gt_region_handle memory; /* of samples; size 0: they are not held */
    gt_region_handle cache;  /* of those that were read; size 0: none */
    uint64_t cached;         /* samples that it has room for */
    uint64_t digest;         /* of the contents */
} gt_source_handle;

/* The same for `processes` processes of this machine, which may attach what the
 * source holds in memory, or keeps there of what was read (data.cache). */
gt_status gt_source_open_shared(gt_source **out, const gt_data_config *config,
                                gt_split split, int processes,
                                gt_source_handle *handle);

/* Open what another process of this machine has opened with the same arguments
 * and the given result. Reads no samples, and takes no memory for those that
 * are held; these are there as long as any of the processes has them open. As
 * gt_source_open; GT_ERR_IO also where the other process cannot be seen. */
gt_status gt_source_attach(gt_source **out, const gt_data_config *config,
                           gt_split split, const gt_source_handle *handle);

/* Whether others may attach what this process has opened to be shared. */
bool gt_source_attaches(const gt_source *source);

/* Bytes that samples take which stay in memory when they were read; 0: none
 * do. */
double gt_source_cached(const gt_source *source);

/* Bytes that all samples would take so. */
double gt_source_bytes(const gt_source *source);

/* Read samples by their numbers. As the type's `read`. */
gt_status gt_source_read(const gt_source *source, const uint64_t *numbers,
                         int n, const gt_source_rows *to);

/* Bytes of memory that opening both splits of the data will take. Looks at the
 * beginnings of files; 0 where these say nothing good, as opening them will
 * tell. */
double gt_source_memory(const gt_data_config *config);

#endif
