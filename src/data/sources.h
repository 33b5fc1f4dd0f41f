/* sources.h: the table of all sources. Local. */
#ifndef GT_DATA_SOURCES_H
#define GT_DATA_SOURCES_H

#include "data/source_type.h"

extern const gt_source_type *const gt_source_types[];
extern const int gt_source_type_count;

/* --- For src/data. */

extern const gt_source_type gt__source_idx;
extern const gt_source_type gt__source_hdf5;
extern const gt_source_type gt__source_pictures;
extern const gt_source_type gt__source_npy;
extern const gt_source_type gt__source_npz;
extern const gt_source_type gt__source_cifar;
extern const gt_source_type gt__source_raw;
extern const gt_source_type gt__source_glyphs;
extern const gt_source_type gt__source_shapes;
extern const gt_source_type gt__source_ring;
extern const gt_source_type gt__source_grid;

#endif
