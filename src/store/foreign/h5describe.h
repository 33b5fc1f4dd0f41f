/* h5describe.h: what a data set of somebody else's is: type, shape, layout and
 * filters. Within the room. Local.
 */
#ifndef GT_STORE_FOREIGN_H5DESCRIBE_H
#define GT_STORE_FOREIGN_H5DESCRIBE_H

#include "store/foreign/h5about.h"
#include "store/foreign/h5decode.h"
#include "store/h5handle.h"

/* How its numbers are stored, beside what `about` says. */
typedef struct gt__h5_storage {
    H5D_layout_t layout;
    bool external;                  /* contiguous, in files beside this one */
    uint64_t chunk[GT_H5_SET_RANK]; /* of chunks */
    bool plain_edges;               /* chunks over the edge are not filtered */
    gt__h5_pipeline pipeline;
    bool foreign;   /* has filters that h5decode.h has not */
    bool converted; /* HDF5 makes about->number of what is stored */
} gt__h5_storage;

/* Fill all but the name of `about`, and `storage`. Never fails: see flaw. */
void gt__h5_describe(hid_t set, gt_h5_about *about, gt__h5_storage *storage);

#endif
