/* h5rows.c: a row is cut by chunks along all its dimensions, and goes to where
 * dimensions may have another order. Neighbours that stay neighbours are
 * converted in one go; most often that is the whole row. */
#include "store/foreign/h5rows.h"

#include <string.h>

/* A part of a row, from a chunk to a target, both with steps in numbers from an
 * index to the next. */
typedef struct part {
    int n; /* dimensions */
    size_t length[GT_H5_SET_RANK], from[GT_H5_SET_RANK], to[GT_H5_SET_RANK];
    size_t run, step; /* numbers that are neighbours in the chunk, and their
                         distance in the target */
    size_t begin, target;
} part;

static part find_part(const gt_h5_set *s, uint64_t number, uint64_t row,
                      const gt_h5_target *to, size_t to_row)
{
    part p = {.run = 1, .step = 1, .target = to_row * to->stride[0]};
    size_t inside = 1;
    for (int i = s->about.rank - 1; i >= 1; i--) {
        uint64_t low = number % s->grid[i] * s->chunk[i];
        uint64_t left = s->about.dim[i] - low;
        uint64_t length = left < s->chunk[i] ? left : s->chunk[i];
        number /= s->grid[i];
        p.target += low * to->stride[i];
        if (p.n == 0 && p.run == inside &&
            (p.run == 1 || to->stride[i] == p.step * p.run)) {
            p.step = p.run == 1 ? to->stride[i] : p.step;
            p.run *= length;
        } else {
            p.length[p.n] = length;
            p.from[p.n] = inside;
            p.to[p.n++] = to->stride[i];
        }
        inside *= s->chunk[i];
    }
    p.begin = row % s->chunk[0] * inside;
    return p;
}

static size_t width_of(gt_h5_as as)
{
    return as == GT_H5_AS_BYTES   ? 1
           : as == GT_H5_AS_REALS ? sizeof(gt_real)
                                  : sizeof(double);
}

/* n stored numbers as others, each of which is `stride` after the one before.
 */
static void convert(gt_number number, const uint8_t *stored, size_t n,
                    gt_h5_as as, void *to, size_t stride)
{
    if (as == GT_H5_AS_REALS) {
        gt_number_to_reals(number, stored, n, to, stride);
    } else if (as == GT_H5_AS_DOUBLES) {
        gt_number_to_doubles(number, stored, n, to, stride);
    } else if (stride == 1) {
        memcpy(to, stored, n);
    } else {
        for (size_t i = 0; i < n; i++)
            ((uint8_t *)to)[i * stride] = stored[i];
    }
}

static void put(const gt_h5_set *s, const uint8_t *bytes, const part *p,
                size_t from, size_t target, const gt_h5_target *to)
{
    gt_number number = s->about.number;
    char *out = (char *)to->data + target * width_of(to->as);
    if (bytes) {
        convert(number, bytes + from * (size_t)number.size, p->run, to->as, out,
                p->step);
        return;
    }
    for (size_t i = 0; i < p->run; i++)
        convert(number, s->fill, 1, to->as,
                out + i * p->step * width_of(to->as), 1);
}

void gt__h5_rows_copy(const gt_h5_set *s, uint64_t number, const uint8_t *bytes,
                      uint64_t row, const gt_h5_target *to, size_t to_row)
{
    part p = find_part(s, number, row, to, to_row);
    size_t index[GT_H5_SET_RANK] = {0};
    for (;;) {
        size_t from = p.begin, target = p.target;
        for (int i = 0; i < p.n; i++) {
            from += index[i] * p.from[i];
            target += index[i] * p.to[i];
        }
        put(s, bytes, &p, from, target, to);
        int i = 0;
        while (i < p.n && ++index[i] == p.length[i])
            index[i++] = 0;
        if (i == p.n)
            return;
    }
}
