/* sums.c: each value is read once from every source and written once. The
 * number of sources is known to the compiler, which keeps what it needs of them
 * in registers. Runs are short, a few vectors, so many are done at once. */
#include "nn/conv/sums.h"

#include "core/simd.h"

#include <string.h>

/* As many values as the widest vectors have; elsewhere several of theirs. A run
 * may begin anywhere. */
enum { WIDTH = 16 };
typedef gt_real vector __attribute__((vector_size(WIDTH * sizeof(gt_real)),
                                      aligned(sizeof(gt_real)), may_alias));

GT_INLINE void combine_run(int n, bool add, const gt_real *const from[],
                           const gt_real by[], size_t size, gt_real *to)
{
    size_t c = 0;
    for (; c + WIDTH <= size; c += WIDTH) {
        vector value = by[0] * *(const vector *)(from[0] + c);
        for (int i = 1; i < n; i++)
            value += by[i] * *(const vector *)(from[i] + c);
        if (add)
            value = *(vector *)(to + c) + value;
        *(vector *)(to + c) = value;
    }
    for (; c < size; c++) {
        gt_real value = by[0] * from[0][c];
        for (int i = 1; i < n; i++)
            value += by[i] * from[i][c];
        to[c] = add ? to[c] + value : value;
    }
}

GT_INLINE void combine_n(int n, bool add, const gt__sum *s, const gt__runs *of,
                         gt_real *begin)
{
    gt_real by[GT__SOURCES];
    for (int i = 0; i < n; i++)
        by[i] = s->by[i];
    for (int y = 0; y < of->lines; y++)
        for (int x = 0; x < of->times; x++) {
            const gt_real *from[GT__SOURCES];
            for (int i = 0; i < n; i++)
                from[i] = s->from[i] + (size_t)y * s->line[i] +
                          (size_t)x * s->next[i];
            combine_run(n, add, from, by, of->size,
                        begin + (size_t)y * of->line + (size_t)x * of->next);
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

static void clear(const gt__runs *of, gt_real *to)
{
    for (int y = 0; y < of->lines; y++)
        for (int x = 0; x < of->times; x++)
            memset(to + (size_t)y * of->line + (size_t)x * of->next, 0,
                   of->size * sizeof *to);
}

GT_SIMD static void combine(const gt__sum *s, const gt__runs *of, gt_real *to)
{
    if (of->add)
        combine_any(true, s, of, to);
    else
        combine_any(false, s, of, to);
}

void gt__combine(const gt__sum *s, const gt__runs *of, gt_real *to)
{
    if (s->n > 0)
        combine(s, of, to);
    else if (!of->add)
        clear(of, to);
}
