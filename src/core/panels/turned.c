/* turned.c: to pack a large B for a few rows costs more than to multiply them.
 * Turned round, C' = B' A', it is read once and where it lies, and its way from
 * memory takes the most time: so each tile asks for what the next one needs. */
#include "core/panels/turned.h"

#include "base/progress_hook.h"
#include "core/panels/side.h"

enum { MOST_TERMS = 512 };

bool gt__turned_suits(const gt__panel_kernel *kernel, int m, int n, int k,
                      gt__panel_matrix b, bool add)
{
    return kernel->terms == 1 && b.turned && b.ld == k && !add &&
           m <= GT__FEW_ROWS && k <= MOST_TERMS &&
           (size_t)n * (size_t)k >= GT__FAR;
}

static void turn(const float *tile, int rows, int columns, float *c, size_t ldc)
{
    for (int j = 0; j < columns; j++)
        for (int i = 0; i < rows; i++)
            c[(size_t)j * ldc + (size_t)i] = tile[i * GT__PANEL_COLUMNS + j];
}

void gt__turned_multiply(const gt__panel_kernel *kernel, int m, int n, int k,
                         gt__panel_matrix a, gt__panel_matrix b, float *c,
                         int ldc)
{
    float product[GT__PANEL_TILE] __attribute__((aligned(GT__BLOCK_ALIGN)));
    const gt__side rows = gt__side_a(
        kernel, (gt__panel_matrix){.at = b.at, .ld = b.ld, .turned = !b.turned},
        m);
    const gt__side columns = gt__side_b(
        kernel, (gt__panel_matrix){.at = a.at, .ld = a.ld, .turned = !a.turned},
        0);
    const gt__extent terms = {0, k}, all_rows = {0, n}, all_columns = {0, m};
    gt__side_lock();
    gt__side_pack(&columns, terms, all_columns, columns.block);
    gt__side_block block = gt__side_take(&rows, terms, all_rows, rows.block);
    gt__panel_tile tile = {
        .runs = 1,
        .words = k,
        .columns = m,
        .b = gt__side_take(&columns, terms, all_columns, columns.block).words,
        .c = product,
        .ldc = GT__PANEL_COLUMNS,
        .ahead_step = GT__LINE};
    for (gt__extent i = {0}; gt__extent_next(&i, n, GT__PANEL_ROWS);) {
        bool last = i.from + i.size == n;
        tile.rows = i.size;
        tile.a = gt__side_words(&block, i.from);
        tile.ahead = last ? NULL : gt__side_stored(&rows, 0, i.from + i.size);
        kernel->multiply(&tile);
        turn(product, i.size, m, c + i.from, (size_t)ldc);
        if (i.from % (GT__FEW_ROWS * GT__PANEL_ROWS) == 0)
            gt_progress_hook();
    }
    gt__side_unlock();
}
