/* sums.c: each value is read once from every source and written once. The
 * number of sources is known to the compiler, which keeps what it needs of them
 * in registers. */
#include "nn/conv/sums.h"

#include "core/simd.h"

#include <string.h>

GT_INLINE void combine_n(int n, bool add, const gt__sum *s, const gt__runs *of,
                         gt_real *begin)
{
    for (int x = 0; x < of->times; x++) {
        gt_real *restrict to = begin + (size_t)x * of->next;
        const gt_real *from[GT__SOURCES] = {0};
        gt_real by[GT__SOURCES] = {0};
        for (int i = 0; i < n; i++) {
            from[i] = s->from[i] + (size_t)x * s->next[i];
            by[i] = s->by[i];
        }
        for (size_t c = 0; c < of->size; c++) {
            gt_real value = by[0] * from[0][c];
            for (int i = 1; i < n; i++)
                value += by[i] * from[i][c];
            to[c] = add ? to[c] + value : value;
        }
    }
}

GT_INLINE void combine_any(bool add, const gt__sum *s, const gt__runs *of,
                           gt_real *to)
{
    switch (s->n) {
    case 1:
        combine_n(1, add, s, of, to);
        break;
    case 2:
        combine_n(2, add, s, of, to);
        break;
    case 3:
        combine_n(3, add, s, of, to);
        break;
    case 4:
        combine_n(4, add, s, of, to);
        break;
    case 5:
        combine_n(5, add, s, of, to);
        break;
    case 6:
        combine_n(6, add, s, of, to);
        break;
    }
}

GT_SIMD static void combine(const gt__sum *s, const gt__runs *of, gt_real *to)
{
    if (of->add)
        combine_any(true, s, of, to);
    else if (s->n > 0)
        combine_any(false, s, of, to);
    else
        for (int x = 0; x < of->times; x++)
            memset(to + (size_t)x * of->next, 0, of->size * sizeof *to);
}

void gt__combine(const gt__sum *s, const gt__runs *of, gt_real *to)
{
    combine(s, of, to);
}
