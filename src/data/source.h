/* source.h: where samples come from. Local, but opening a file ticks after each
 * piece of it (base/collective_tick.h).
 *
 * A source gives samples by number, in any order and to any thread; reader.h
 * reads them. A built-in source makes a sample from its number and so is
 * endless; a file has as many samples as it has.
 */
#ifndef GT_DATA_SOURCE_H
#define GT_DATA_SOURCE_H

#include "data/sources.h"

/* As `want`: the shape that a file has, or the natural one of a built-in
 * source. */
#define GT_SHAPE_OF_SOURCE ((gt_shape){0, 0, 0})

/* Open a URI for one split. A URI is a path (IDX or IDX.gz, file or folder);
 * "idx:PATH"; or the name of a built-in source with parameters, as in
 * "glyphs?count=60000&test_count=10000&seed=1" (test_count=0: no test split).
 * The name of a source comes before a path of that name; write "./NAME" for the
 * path. A folder holds the four files of the MNIST family. A file holds images;
 * its labels are in a file beside it, if there is one, and it has no test
 * split. GT_SPLIT_TEST of data without a test split succeeds with *out = NULL.
 * `want` is the shape that the model works at: built-in sources make it, files
 * must have it. Errors: GT_ERR_IO, GT_ERR_FORMAT, GT_ERR_MEMORY, GT_ERR_CONFIG
 * (the URI), GT_ERR_MISMATCH (the shape; the message has both). */
gt_status gt_source_open(gt_source **out, const char *uri, gt_split split,
                         gt_shape want);
void gt_source_close(gt_source *source);

/* The same, in memory that other processes of this machine may attach, where
 * the source holds samples in memory at all. Then *handle, of size 0 if not,
 * tells them where it is. */
gt_status gt_source_open_shared(gt_source **out, const char *uri,
                                gt_split split, gt_shape want,
                                gt_region_handle *handle);

/* Open what another process of this machine has opened with the same arguments
 * and the given result. Reads no file and takes no memory but addresses; the
 * samples are there as long as any of these processes has them open. As
 * gt_source_open; GT_ERR_IO also where the other process cannot be seen. */
gt_status gt_source_attach(gt_source **out, const char *uri, gt_shape want,
                           const gt_region_handle *handle);

/* Bytes of memory that opening both splits of a URI will take. Looks at the
 * beginnings of files; 0 where these say nothing good, as opening them will
 * tell. */
double gt_source_memory(const char *uri);

/* The same data for a process in another folder: *absolute is the URI with its
 * path from the root, malloc'ed; or NULL where it has none or starts there
 * already. A URI that cannot be opened has no path either. GT_ERR_MEMORY,
 * GT_ERR_IO (this folder has no path). */
gt_status gt_source_absolute(const char *uri, char **absolute);

#endif
