/* multiply_runs.c: tile by tile. Nothing is packed, and who calls has blocks
 * small enough for a cache. */
#include "core/panels/multiply_runs.h"

#include "core/panels/side.h"

#include "base/progress_hook.h"

void gt__panel_multiply_runs(const gt__panel_kernel *kernel, int m, int n,
                             int runs, int words, gt__panel_words a,
                             gt__panel_words b, bool add, float *c, int ldc)
{
    gt__panel_tile tile = {.runs = runs,
                           .words = words,
                           .a = a,
                           .b = b,
                           .add = add,
                           .ldc = (size_t)ldc,
                           .below = runs * words <= GT__SHORT_SUM};
    int strip = gt__extent_size(m, GT__PANEL_ROWS, 1);
    gt_progress_hook();
    for (gt__extent i = {0}; gt__extent_next(&i, m, strip);) {
        tile.rows = i.size;
        tile.a.at = a.at + (size_t)i.from * a.across;
        for (gt__extent j = {0}; gt__extent_next(&j, n, GT__PANEL_COLUMNS);) {
            tile.columns = j.size;
            tile.b.at = b.at + j.from;
            tile.c = c + (size_t)i.from * (size_t)ldc + j.from;
            kernel->multiply(&tile);
        }
    }
}
