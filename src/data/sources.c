/* sources.c: the table of sources. What reads URIs, `gentrain help data` and
 * the tests read it, so a new source needs no other line than one here. */
#include "data/sources.h"

const gt_source_type *const gt_source_types[] = {
    &gt__source_idx,  &gt__source_hdf5,   &gt__source_pictures,
    &gt__source_npy,  &gt__source_npz,    &gt__source_cifar,
    &gt__source_raw,  &gt__source_glyphs, &gt__source_shapes,
    &gt__source_ring, &gt__source_grid,
};
const int gt_source_type_count =
    sizeof gt_source_types / sizeof *gt_source_types;
