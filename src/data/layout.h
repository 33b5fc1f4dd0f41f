/* layout.h: which dimension of an array of samples is what. All who read arrays
 * of more than two dimensions ask here, so that HDF5, NumPy and raw files
 * agree. Pure.
 *
 * Samples have channels last, as all tensors here (core/tensor.h). The numbers
 * of one sample lie together in every layout.
 */
#ifndef GT_DATA_LAYOUT_H
#define GT_DATA_LAYOUT_H

#include "base/status.h"
#include "core/tensor.h"

#include <stdbool.h>
#include <stdint.h>

/* The first dimension counts samples. The order is that of gt_layout_names. */
typedef enum gt_layout {
    GT_LAYOUT_AUTO, /* in a configuration: what the dimensions say */
    GT_LAYOUT_NHW,
    GT_LAYOUT_NHWC,
    GT_LAYOUT_NCHW,
    GT_LAYOUT_NDHW, /* volumes of one channel */
    GT_LAYOUT_NDHWC,
    GT_LAYOUT_NCDHW,
    GT_LAYOUT_NV, /* flat vectors: 1 x 1 x v */
} gt_layout;

/* "auto", "nhw", ..., NULL: the choices of data.layout. */
extern const char *const gt_layout_names[];

enum { GT_LAYOUT_DIMS = 5 }; /* of an array, at most */

/* The layout of an array of `n_dims` dimensions and the shape of its samples.
 * `wanted` is data.layout. Where that is GT_LAYOUT_AUTO, it is the only one in
 * which samples have the shape `image` (0 x 0 x 0: any), if one does; else two
 * dimensions are flat vectors, three are images of one channel; of four
 * and five, the channels are that of the second and the last which is 1 to 4
 * where the other is not, and of five, the last where neither is. `what` names
 * the array in messages ("FILE", "FILE:/path"). GT_ERR_MISMATCH: several
 * layouts are possible, or `wanted` is not; the message names the choices.
 * GT_ERR_FORMAT: nothing is possible, there are no samples, or a side is not 1
 * to 16384. */
gt_status gt_layout_choose(const char *what, const uint64_t *dims, int n_dims,
                           gt_layout wanted, gt_shape image, gt_layout *layout,
                           gt_shape *shape);

/* The dimensions of n samples of that shape: as gt_layout_choose read them.
 * Returns how many there are. */
int gt_layout_dims(gt_layout layout, gt_shape shape, uint64_t n,
                   uint64_t dims[GT_LAYOUT_DIMS]);

/* One sample from the order of the file to that of a tensor, and back; its
 * numbers take `size` bytes each, 1, 2, 4 or 8. `from` and `to` are apart, and
 * aligned for such numbers. */
void gt_layout_to_sample(gt_layout layout, gt_shape shape, size_t size,
                         const void *from, void *to);
void gt_layout_from_sample(gt_layout layout, gt_shape shape, size_t size,
                           const void *from, void *to);

/* Whether channels come before places, so that samples have to be turned. */
bool gt_layout_is_channels_first(gt_layout layout);

/* As gt_layout_to_sample, of a part of the sample: `from` has its numbers
 * first .. first + n - 1 in the order of the file, `to` is the whole sample. */
void gt_layout_place(gt_layout layout, gt_shape shape, size_t size,
                     size_t first, size_t n, const void *from, void *to);

/* Dimensions as people write them, "60000x28x28". Returns `text`. */
enum { GT_LAYOUT_TEXT = 128 };
char *gt_layout_dims_text(const uint64_t *dims, int n_dims,
                          char text[GT_LAYOUT_TEXT]);

#endif
