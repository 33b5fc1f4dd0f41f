/* pixels.c: a few bytes can announce any number of pixels. So what is announced
 * is compared with what the file could hold before anything is allocated, and
 * orientations change how pixels are numbered, not where they are. */
#include "data/picture/pixels.h"

#include "base/memory.h"

#include <stdlib.h>

/* A larger picture is no sample of anything; and what need not be looked up. */
#define MOST_PIXELS (UINT64_C(1) << 28)
#define SMALL (UINT64_C(1) << 26)

static gt_status check(const gt__pixels_plan *plan)
{
    unsigned long long w = plan->width, h = plan->height;
    if (!w || !h || w > MOST_PIXELS || h > MOST_PIXELS || w * h > MOST_PIXELS)
        return gt_fail(GT_ERR_FORMAT,
                       "the picture has %llu x %llu pixels; up to %llu in all "
                       "can be read: make it smaller",
                       w, h, (unsigned long long)MOST_PIXELS);
    if (plan->packed > plan->file)
        return gt_fail(GT_ERR_FORMAT,
                       "the picture is said to have %llu x %llu pixels, which "
                       "a file of %llu bytes cannot hold; the file is damaged",
                       w, h, (unsigned long long)plan->file);
    return GT_OK;
}

gt_status gt__pixels_new(gt__pixels *pixels, const gt__pixels_plan *plan)
{
    gt_status status = check(plan);
    if (status != GT_OK)
        return status;
    *pixels = (gt__pixels){.width = (int)plan->width,
                           .height = (int)plan->height,
                           .channels = plan->channels,
                           .bits = plan->bits,
                           .step_x = plan->channels,
                           .step_y = (ptrdiff_t)plan->width * plan->channels};
    if (plan->look)
        return GT_OK;
    uint64_t size = gt__pixels_row(pixels) * plan->height;
    if (size > SMALL)
        status = gt_memory_check_reading("a picture", (double)size);
    if (status == GT_OK && !(pixels->values = malloc(size)))
        status =
            gt_fail(GT_ERR_MEMORY, "no memory for a picture of %d x %d pixels",
                    pixels->width, pixels->height);
    return status;
}

void gt__pixels_free(gt__pixels *pixels)
{
    free(pixels->values);
    *pixels = (gt__pixels){0};
}

size_t gt__pixels_row(const gt__pixels *p)
{
    return (size_t)p->step_y * (p->bits == 16 ? sizeof(uint16_t) : 1);
}

static void swap_axes(gt__pixels *p)
{
    int side = p->width;
    ptrdiff_t step = p->step_x;
    p->width = p->height;
    p->height = side;
    p->step_x = p->step_y;
    p->step_y = step;
}

void gt__pixels_turn(gt__pixels *p, int orientation)
{
    /* What is at the top of the stored picture, and what at its left, is then
     * at ...: TIFF 6.0, page 36. */
    static const struct {
        bool mirror, flip, swap;
    } turns[] = {{0, 0, 0}, {1, 0, 0}, {1, 1, 0}, {0, 1, 0},
                 {0, 0, 1}, {0, 1, 1}, {1, 1, 1}, {1, 0, 1}};
    int turn = orientation - 1;
    if (turns[turn].mirror) {
        p->first += (p->width - 1) * p->step_x;
        p->step_x = -p->step_x;
    }
    if (turns[turn].flip) {
        p->first += (p->height - 1) * p->step_y;
        p->step_y = -p->step_y;
    }
    if (turns[turn].swap)
        swap_axes(p);
}
