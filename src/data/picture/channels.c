/* channels.c: arithmetic of whole numbers, as Pillow does it, in the depth that
 * the picture has; then the depth is changed. So a picture that fits as it is
 * loses nothing. */
#include "data/picture/channels.h"

typedef struct colour {
    uint32_t value[3], alpha;
} colour;

static colour colour_at(const gt__pixels *p, ptrdiff_t at)
{
    uint32_t v[4] = {0};
    for (int c = 0; c < p->channels; c++)
        v[c] = p->bits == 8 ? ((const uint8_t *)p->values)[at + c]
                            : ((const uint16_t *)p->values)[at + c];
    uint32_t most = (uint32_t)gt__most_of(p->bits);
    if (p->channels >= 3)
        return (colour){{v[0], v[1], v[2]}, p->channels == 4 ? v[3] : most};
    return (colour){{v[0], v[0], v[0]}, p->channels == 2 ? v[1] : most};
}

static uint32_t luma(const colour *c)
{
    return (c->value[0] * 19595 + c->value[1] * 38470 + c->value[2] * 7471 +
            0x8000) >>
           16;
}

static uint32_t on_black(uint32_t value, uint32_t alpha, uint32_t most)
{
    return (value * alpha + most / 2) / most;
}

/* Exact from 8 to 16, the nearest from 16 to 8. */
static double deepen(uint32_t value, int from, int to)
{
    if (from < to)
        value *= 257;
    else if (from > to)
        value = (value + 128) / 257;
    return value;
}

static void convert(const gt__channels *to, const gt__pixels *p, colour c,
                    double *out)
{
    uint32_t most = (uint32_t)gt__most_of(p->bits);
    if (to->count == 1)
        c.value[0] = luma(&c);
    if (to->count < 4)
        for (int i = 0; i < to->count; i++)
            c.value[i] = on_black(c.value[i], c.alpha, most);
    for (int i = 0; i < to->count && i < 3; i++)
        out[i] = deepen(c.value[i], p->bits, to->bits);
    if (to->count < 4)
        return;
    out[3] = deepen(c.alpha, p->bits, to->bits);
    for (int i = 0; to->multiplied && i < 3; i++)
        out[i] = out[i] * out[3] / gt__most_of(to->bits);
}

/* Bytes that stay what they are, as most do. */
static void fetch_bytes(const gt__pixels *p, ptrdiff_t at, int n, double *out)
{
    const uint8_t *from = (const uint8_t *)p->values + at;
    if (p->channels == 1) {
        for (int i = 0; i < n; i++, from += p->step_x)
            out[i] = from[0];
        return;
    }
    for (int i = 0; i < n; i++, from += p->step_x, out += 3) {
        out[0] = from[0];
        out[1] = from[1];
        out[2] = from[2];
    }
}

void gt__channels_fetch(const gt__channels *to, const gt__pixels *p, int x,
                        int y, int n, double *out)
{
    ptrdiff_t at = p->first + y * p->step_y + x * p->step_x;
    if (p->bits == 8 && to->bits == 8 && p->channels == to->count &&
        p->channels % 2) {
        fetch_bytes(p, at, n, out);
        return;
    }
    for (int i = 0; i < n; i++, at += p->step_x, out += to->count)
        convert(to, p, colour_at(p, at), out);
}
