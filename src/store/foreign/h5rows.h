/* h5rows.h: the numbers of one chunk, put where they are wanted. Within the
 * room. Any thread.
 */
#ifndef GT_STORE_FOREIGN_H5ROWS_H
#define GT_STORE_FOREIGN_H5ROWS_H

#include "store/foreign/h5load.h"

/* Convert the part that `row` has in chunk `number` to where row `to_row` of
 * the target has it. `bytes`: the chunk's; NULL: it was never written. */
void gt__h5_rows_copy(const gt_h5_set *set, uint64_t number,
                      const uint8_t *bytes, uint64_t row,
                      const gt_h5_target *to, size_t to_row);

#endif
