/* glyphs.c: labelled digits drawn from strokes, so that examples, tests and
 * benchmarks have images of any size to train on, without a download and
 * without end. The control points of a glyph are moved a little, joined by a
 * spline (Catmull and Rom 1974), transformed by a random affine map and traced
 * by a round pen whose pressure varies. The distance of a pixel from the edge
 * of the pen gives its brightness. */
#include "data/builtin/glyph_strokes.h"

#include "data/builtin/builtin.h"

#include <math.h>
#include <string.h>

enum { CLASSES = 10, MOST_PIECES = 8 };

/* A point of a stroke on the canvas: place and half the pen's width. */
typedef struct knot {
    float x, y, r;
} knot;

typedef struct canvas {
    uint8_t *ink; /* h x w, 0 .. 255 */
    int h, w;
    float soft; /* width of the pen's edge */
    float step; /* length of the pieces that a curve is cut into */
} canvas;

static int clamp_int(int x, int low, int high)
{
    return x < low ? low : x > high ? high : x;
}

/* One straight piece of a stroke, of which a pixel is covered that lies within
 * its radius, or partly so at the soft edge. */
typedef struct piece {
    knot from;
    float dx, dy, dr;
    float per_square,
        per_soft; /* 1 / its length squared, 1 / the edge's width */
} piece;

/* Of a row's pixels so many are drawn at once, though a piece covers few: one
 * by one they would take longer. */
enum { AT_ONCE = 16 };

/* n pixels of a row, from (i, j) on. Each keeps the most ink of all pieces, so
 * it may be drawn twice. */
GT_INLINE void draw_pixels(const piece *p, int i, int j, int n,
                           uint8_t *restrict ink)
{
    float y = (float)i + 0.5f - p->from.y, fresh[AT_ONCE];
    for (int k = 0; k < n; k++) {
        float x = (float)(j + k) + 0.5f - p->from.x;
        float t = gt__clamp_unit((x * p->dx + y * p->dy) * p->per_square);
        float ex = x - t * p->dx, ey = y - t * p->dy;
        float inside = p->from.r + t * p->dr - sqrtf(ex * ex + ey * ey);
        fresh[k] = 255 * gt__clamp_unit(inside * p->per_soft + 0.5f) + 0.5f;
    }
    for (int k = 0; k < n; k++)
        ink[k] = (uint8_t)fresh[k] > ink[k] ? (uint8_t)fresh[k] : ink[k];
}

GT_SIMD static void draw_piece(const canvas *c, knot a, knot b)
{
    piece p = {.from = a,
               .dx = b.x - a.x,
               .dy = b.y - a.y,
               .dr = b.r - a.r,
               .per_soft = 1 / c->soft};
    float square = p.dx * p.dx + p.dy * p.dy;
    p.per_square = square > 0 ? 1 / square : 0;
    float reach = gt__larger_of(a.r, b.r) + c->soft / 2;
    int left = clamp_int((int)(gt__smaller_of(a.x, b.x) - reach), 0, c->w);
    int right = clamp_int((int)(gt__larger_of(a.x, b.x) + reach) + 1, 0, c->w);
    int top = clamp_int((int)(gt__smaller_of(a.y, b.y) - reach), 0, c->h);
    int bottom = clamp_int((int)(gt__larger_of(a.y, b.y) + reach) + 1, 0, c->h);
    int n = c->w < AT_ONCE ? c->w : AT_ONCE;
    for (; left < right; left += n) {
        int j = clamp_int(left, 0, c->w - n);
        for (int i = top; i < bottom; i++)
            draw_pixels(&p, i, j, n, c->ink + (size_t)i * (size_t)c->w + j);
    }
}

static float spline(float p0, float p1, float p2, float p3, float t)
{
    float b = (p2 - p0) / 2, c = p0 - 2.5f * p1 + 2 * p2 - p3 / 2;
    float d = (p3 - p0) / 2 + 1.5f * (p1 - p2);
    return p1 + t * (b + t * (c + t * d));
}

/* One stroke through n knots. */
static void draw_stroke(const canvas *c, const knot *k, int n)
{
    for (int i = 0; i + 1 < n; i++) {
        knot p0 = k[i ? i - 1 : 0], p1 = k[i], p2 = k[i + 1];
        knot p3 = k[i + 2 < n ? i + 2 : i + 1];
        float length = hypotf(p2.x - p1.x, p2.y - p1.y);
        int pieces = clamp_int((int)(length / c->step) + 1, 1, MOST_PIECES);
        knot from = p1;
        for (int end = 1; length > 0 && end <= pieces; end++) {
            float t = (float)end / (float)pieces;
            knot to = {spline(p0.x, p1.x, p2.x, p3.x, t),
                       spline(p0.y, p1.y, p2.y, p3.y, t),
                       p1.r + t * (p2.r - p1.r)};
            draw_piece(c, from, to);
            from = to;
        }
    }
}

/* From the glyph's box to the canvas. */
typedef struct affine {
    float xx, xy, x0, yx, yy, y0;
} affine;

/* What a hand chooses before it writes. Lengths are parts of the image's
 * shorter side. */
typedef struct choice {
    const gt__glyph *glyph;
    float brightness;
    int noise;
    float pen; /* half its width */
    float size, aspect, slant, turn, x, y;
} choice;

static affine choose_affine(const choice *chosen, int h, int w)
{
    float side = (float)(h < w ? h : w);
    float size = side * chosen->size / 80;
    float dx = side * chosen->x, dy = side * chosen->y;
    float slant = chosen->slant;
    float cosine = size * cosf(chosen->turn), sine = size * sinf(chosen->turn);
    affine map = {.xx = cosine * chosen->aspect,
                  .xy = -cosine * slant - sine,
                  .yx = sine * chosen->aspect,
                  .yy = cosine - sine * slant};
    map.x0 = (float)w / 2 + dx - 50 * (map.xx + map.xy);
    map.y0 = (float)h / 2 + dy - 50 * (map.yx + map.yy);
    return map;
}

static void draw_glyph(const canvas *c, const choice *chosen, gt__dice *dice)
{
    const gt__glyph *glyph = chosen->glyph;
    float side = (float)(c->h < c->w ? c->h : c->w);
    float pen = side * chosen->pen;
    affine map = choose_affine(chosen, c->h, c->w);
    knot knots[GT__GLYPH_POINTS];
    int n = 0;
    for (int i = 0; i < glyph->n; i++) {
        if (glyph->p[i].x < 0) {
            draw_stroke(c, knots, n);
            n = 0;
            continue;
        }
        bool corner = n && glyph->p[i].x == glyph->p[i - 1].x &&
                      glyph->p[i].y == glyph->p[i - 1].y;
        if (corner) {
            knots[n] = knots[n - 1];
            n++;
            continue;
        }
        float x = (float)glyph->p[i].x + gt__dice_in(dice, -4, 4);
        float y = (float)glyph->p[i].y + gt__dice_in(dice, -4, 4);
        knots[n++] = (knot){map.xx * x + map.xy * y + map.x0,
                            map.yx * x + map.yy * y + map.y0,
                            pen * gt__dice_in(dice, 0.8f, 1.2f)};
    }
    draw_stroke(c, knots, n);
}

static const gt__glyph *choose_glyph(int digit, gt__dice *dice)
{
    int first = 0, n = 0;
    while (gt__glyphs[first].digit != digit)
        first++;
    while (first + n < gt__glyph_count && gt__glyphs[first + n].digit == digit)
        n++;
    return &gt__glyphs[first + (int)gt__dice_in(dice, 0, (float)n)];
}

static uint8_t mix(float from, float to, float t)
{
    return (uint8_t)(from + (to - from) * t + 0.5f);
}

/* Turn h x w values of ink into three channels, last pixel first, in place. */
static void colour(uint8_t *out, size_t pixels, gt__dice *dice)
{
    gt__colour paper =
        gt__colour_hsv(gt__dice_in(dice, 0, 1), gt__dice_in(dice, 0.3f, 0.8f),
                       gt__dice_in(dice, 0.05f, 0.4f));
    gt__colour pen =
        gt__colour_hsv(gt__dice_in(dice, 0, 1), gt__dice_in(dice, 0.05f, 0.6f),
                       gt__dice_in(dice, 0.85f, 1));
    for (size_t i = pixels; i-- > 0;) {
        float t = (float)out[i] / 255;
        out[3 * i] = mix(paper.r, pen.r, t);
        out[3 * i + 1] = mix(paper.g, pen.g, t);
        out[3 * i + 2] = mix(paper.b, pen.b, t);
    }
}

/* In this order, which is that of the random numbers. */
static choice choose(const gt_source *source, uint64_t number, gt__dice *dice)
{
    choice chosen = {.glyph =
                         choose_glyph(gt__builtin_label(source, number), dice)};
    chosen.brightness = gt__dice_in(dice, 0.85f, 1);
    chosen.noise = (int)gt__dice_in(dice, 0, 10);
    chosen.pen = gt__dice_in(dice, 0.032f, 0.06f);
    chosen.size = gt__dice_in(dice, 0.62f, 0.8f);
    chosen.aspect = gt__dice_in(dice, 0.7f, 1.1f);
    chosen.slant = gt__dice_in(dice, -0.15f, 0.4f);
    chosen.turn = gt__dice_in(dice, -0.2f, 0.2f);
    chosen.x = gt__dice_in(dice, -0.05f, 0.05f);
    chosen.y = gt__dice_in(dice, -0.05f, 0.05f);
    return chosen;
}

static void draw(const gt_source *source, uint64_t number, uint8_t *out)
{
    gt_shape s = source->shape;
    size_t pixels = (size_t)s.h * (size_t)s.w;
    float side = (float)(s.h < s.w ? s.h : s.w);
    gt__dice dice = gt__dice_of(source, number);
    choice chosen = choose(source, number, &dice);
    canvas c = {.ink = out,
                .h = s.h,
                .w = s.w,
                .soft = gt__larger_of(1.2f, side / 40),
                .step = gt__larger_of(2, side / 12)};
    memset(out, 0, pixels);
    draw_glyph(&c, &chosen, &dice);
    if (s.c == 3)
        colour(out, pixels, &dice);
    else
        for (size_t i = 0; i < pixels; i++)
            out[i] = (uint8_t)((float)out[i] * chosen.brightness);
    if (chosen.noise)
        gt__builtin_noise(source, number, chosen.noise, out);
}

enum { SLANT, THICKNESS, SIZE, ASPECT, TURN, X, Y, CONDITIONS };

static const gt_condition conditions[CONDITIONS + 1] = {
    [SLANT] = {"slant", "how far the digit leans to the right: the tangent of "
                        "the angle, -0.15 to 0.4"},
    [THICKNESS] = {"thickness",
                   "width of the pen, of the image's shorter side: 0.064 to "
                   "0.12"},
    [SIZE] = {"size",
              "height of the digit, of the image's shorter side: 0.62 to 0.8"},
    [ASPECT] = {"aspect", "how wide the digit is drawn: 0.7 to 1.1 times its "
                          "usual width"},
    [TURN] = {"turn", "rotation, clockwise, in radians: -0.2 to 0.2"},
    [X] = {"x", "shift to the right, of the image's shorter side: -0.05 to "
                "0.05"},
    [Y] = {"y", "shift downwards, of the image's shorter side: -0.05 to 0.05"},
};

static void describe(const gt_source *source, uint64_t number, gt_real *out)
{
    gt__dice dice = gt__dice_of(source, number);
    choice chosen = choose(source, number, &dice);
    out[SLANT] = chosen.slant;
    out[THICKNESS] = 2 * chosen.pen;
    out[SIZE] = chosen.size;
    out[ASPECT] = chosen.aspect;
    out[TURN] = chosen.turn;
    out[X] = chosen.x;
    out[Y] = chosen.y;
}

static gt_status read_glyphs(const gt_source *source, const uint64_t *numbers,
                             int n, const gt_source_rows *to)
{
    return gt__builtin_read(source, numbers, n, to, draw, describe);
}

static gt_status open_glyphs(gt_source *source,
                             const gt_source_request *request)
{
    (void)request;
    source->classes = CLASSES;
    return gt__builtin_check(source);
}

const gt_source_type gt__source_glyphs = {
    .name = "glyphs",
    .help = "hand-drawn digits of any size: glyphs[?count=&test_count=&seed=]",
    .default_count = 60000,
    .natural = {28, 28, 1},
    .conditions = conditions,
    .open = open_glyphs,
    .read = read_glyphs,
};
