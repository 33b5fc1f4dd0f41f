/* source.h: where samples come from. Local.
 *
 * A source gives samples by number, in any order, from any thread, and never
 * fails once it is open: opening reads and checks everything, with
 * gt_collective_tick after each piece (base/collective_tick.h). Built-in
 * sources make a sample from its number and so are endless; a file has as many
 * as it has.
 */
#ifndef GT_DATA_SOURCE_H
#define GT_DATA_SOURCE_H

#include "data/sources.h"

/* As `want`: the shape a file has, or a built-in source's natural one. */
#define GT_SHAPE_OF_SOURCE ((gt_shape){0, 0, 0})

/* Open a URI for one split. Forms: a path (file or folder, IDX or IDX.gz);
 * "idx:PATH"; "glyphs", "shapes", "ring", "grid", with parameters
 * "glyphs?count=60000&test_count=10000&seed=1" (test_count=0: no test split). A
 * name in the table comes before a path of that name, which "./NAME" reaches. A
 * folder holds the MNIST family's four files; a file is an images file whose
 * labels file is found beside it if it is there, and has no test split.
 * GT_SPLIT_TEST of something that has no held-out part succeeds with *out =
 * NULL. `want` is the shape the model works at: built-in sources make it, file
 * sources must match it (GT_ERR_MISMATCH; message shows both). Errors:
 * GT_ERR_IO, GT_ERR_FORMAT, GT_ERR_CONFIG (URI), GT_ERR_MISMATCH. */
gt_status gt_source_open(gt_source **out, const char *uri, gt_split split,
                         gt_shape want);
void gt_source_close(gt_source *source);

/* Sample `number` scaled to `range` (points are never scaled). */
void gt_source_read(const gt_source *source, uint64_t number, gt_range range,
                    gt_real *out);

#endif
