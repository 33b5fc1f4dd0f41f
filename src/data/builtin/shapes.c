/* shapes.c: one coloured shape on a soft gradient, for colour images of any
 * size without a download. Each shape is a function of the plane that is
 * negative inside and grows with the distance from its edge, so edges are
 * smooth at any size, and a shadow is the same function, moved and blurred. */
#include "data/builtin/builtin.h"

#include <math.h>

enum { CLASSES = 8 };

/* Distances to the edge of shapes of about radius 1 around the origin, y down.
 */

GT_INLINE float disc(float x, float y)
{
    return sqrtf(x * x + y * y) - 0.85f;
}

GT_INLINE float ring(float x, float y)
{
    return fabsf(sqrtf(x * x + y * y) - 0.72f) - 0.2f;
}

GT_INLINE float square(float x, float y)
{
    return gt__larger_of(fabsf(x), fabsf(y)) - 0.76f;
}

GT_INLINE float triangle(float x, float y)
{
    float sides = 0.8660254f * fabsf(x) - 0.5f * (y - 0.1f);
    return gt__larger_of(sides, y - 0.1f) - 0.55f;
}

/* A point is inside a pentagram if it is inside at least four of its five
 * lines.
 */
GT_INLINE float star(float x, float y)
{
    static const float normal[5][2] = {
        {0, 1},
        {0.9510565f, 0.3090170f},
        {0.5877853f, -0.8090170f},
        {-0.5877853f, -0.8090170f},
        {-0.9510565f, 0.3090170f},
    };
    float most = -INFINITY, second = -INFINITY;
    for (int i = 0; i < 5; i++) {
        float d = normal[i][0] * x + normal[i][1] * y;
        second = gt__larger_of(second, gt__smaller_of(most, d));
        most = gt__larger_of(most, d);
    }
    return second - 0.33f;
}

GT_INLINE float cross(float x, float y)
{
    float ax = fabsf(x), ay = fabsf(y);
    return gt__larger_of(gt__larger_of(ax, ay) - 0.9f,
                         gt__smaller_of(ax, ay) - 0.3f);
}

GT_INLINE float crescent(float x, float y)
{
    float cut = sqrtf((x - 0.42f) * (x - 0.42f) + y * y) - 0.68f;
    return gt__larger_of(sqrtf(x * x + y * y) - 0.92f, -cut);
}

/* A square on its corner and a disc on each of its upper sides. */
GT_INLINE float heart(float x, float y)
{
    float ax = fabsf(x), up = 0.08f - y;
    float body = 0.7071068f * (ax + fabsf(up)) - 0.56f;
    float dx = ax - 0.396f, dy = up - 0.396f;
    return gt__smaller_of(body, sqrtf(dx * dx + dy * dy) - 0.56f);
}

/* The same for n pixels of a row, dx[k] to the right of the shape's middle and
 * dy below it, of a shape that is turned; `cosine` and `sine` are per pixel of
 * its radius, and distances are in radii. */
typedef void outline(float cosine, float sine, const float *dx, float dy, int n,
                     float *distance);

#define OUTLINE(name)                                                          \
    GT_SIMD static void outline_##name(float cosine, float sine,               \
                                       const float *restrict dx, float dy,     \
                                       int n, float *restrict distance)        \
    {                                                                          \
        for (int k = 0; k < n; k++)                                            \
            distance[k] =                                                      \
                name(cosine * dx[k] + sine * dy, cosine * dy - sine * dx[k]);  \
    }

OUTLINE(disc)
OUTLINE(ring)
OUTLINE(square)
OUTLINE(triangle)
OUTLINE(star)
OUTLINE(cross)
OUTLINE(crescent)
OUTLINE(heart)

static outline *const outlines[CLASSES] = {
    outline_disc, outline_ring,  outline_square,   outline_triangle,
    outline_star, outline_cross, outline_crescent, outline_heart,
};

typedef struct composition {
    outline *shape;
    float x, y, size;   /* place and radius in pixels */
    float turn;         /* rotation in radians */
    float cosine, sine; /* of the rotation, per radius */
    float shadow;       /* darkness of the shadow */
    float hue;          /* of the ink, in turns of the colour circle */
    gt__colour ink;
    gt__colour from, to; /* background, along (gx, gy) */
    float gx, gy, g0;
} composition;

static composition compose(const gt_source *source, uint64_t number)
{
    gt_shape s = source->shape;
    gt__dice dice = gt__dice_of(source, number);
    float side = (float)(s.h < s.w ? s.h : s.w), grey = s.c == 3 ? 1 : 0;
    composition scene = {.shape = outlines[number % CLASSES]};
    scene.size = side * gt__dice_in(&dice, 0.2f, 0.36f);
    float room = side / 2 - 0.9f * scene.size;
    scene.x = (float)s.w / 2 + room * gt__dice_in(&dice, -0.7f, 0.7f);
    scene.y = (float)s.h / 2 + room * gt__dice_in(&dice, -0.7f, 0.7f);
    scene.turn = gt__dice_in(&dice, -0.5f, 0.5f);
    scene.cosine = cosf(scene.turn) / scene.size;
    scene.sine = sinf(scene.turn) / scene.size;
    scene.shadow = gt__dice_in(&dice, 0.25f, 0.45f);

    /* The background's hues are at least a sixth of a turn from the shape's,
     * and darker. */
    scene.hue = gt__dice_in(&dice, 0, 1);
    scene.ink =
        gt__colour_hsv(scene.hue, grey * gt__dice_in(&dice, 0.55f, 0.9f),
                       gt__dice_in(&dice, 0.85f, 1));
    float other = scene.hue + gt__dice_in(&dice, 0.2f, 0.8f);
    scene.from = gt__colour_hsv(other, grey * gt__dice_in(&dice, 0.25f, 0.6f),
                                gt__dice_in(&dice, 0.2f, 0.5f));
    scene.to = gt__colour_hsv(other + gt__dice_in(&dice, -0.08f, 0.08f),
                              grey * gt__dice_in(&dice, 0.15f, 0.5f),
                              gt__dice_in(&dice, 0.45f, 0.75f));
    float wind = gt__dice_in(&dice, 0, 6.2831853f);
    float span =
        (float)s.h * fabsf(sinf(wind)) + (float)s.w * fabsf(cosf(wind));
    scene.gx = cosf(wind) / span;
    scene.gy = sinf(wind) / span;
    scene.g0 = 0.5f - (scene.gx * (float)s.w + scene.gy * (float)s.h) / 2;
    return scene;
}

/* Pixels of a row that are drawn at once. */
enum { SPAN = 64 };

typedef struct span {
    float x[SPAN];     /* of the image */
    float dx[SPAN];    /* from the shape's middle */
    float edge[SPAN];  /* distance from its edge, in radii */
    float under[SPAN]; /* the same of its shadow */
    float colour[3][SPAN];
} span;

/* What of a pixel all its channels have in common. */
typedef struct light {
    float along;         /* the background, from one end to the other */
    float dark;          /* how much of it the shadow takes */
    float cover;         /* how much the shape covers, and */
    float tone, towards; /* how much of its ink becomes white or black */
} light;

GT_INLINE float blend(float a, float b, float t)
{
    return a + (b - a) * t;
}

GT_INLINE float shade(float from, float to, float ink, light l)
{
    float ground = blend(blend(from, to, l.along), 0, l.dark);
    ground = l.cover < 1 ? ground : 0;
    return blend(ground, blend(ink, l.towards, l.tone), l.cover);
}

GT_INLINE light light_at(const composition *scene, const span *p, int k,
                         float y, float dy)
{
    float dx = p->dx[k], r = scene->size;
    bool near = dx * dx + dy * dy < 2.25f * r * r;
    float dark = gt__clamp_unit(0.5f - 2.5f * p->under[k]);
    float tone = 0.12f - 0.08f * (dx + 2 * dy) / r;
    dark *= dark * (3 - 2 * dark);
    return (light){.along = gt__clamp_unit(scene->gx * p->x[k] + scene->gy * y +
                                           scene->g0),
                   .dark = near ? scene->shadow * dark : 0,
                   .cover = near ? gt__clamp_unit(0.5f - r * p->edge[k]) : 0,
                   .tone = fabsf(tone),
                   .towards = tone > 0 ? 255 : 0};
}

GT_SIMD static void shade_span(const composition *scene, float y, float dy,
                               int n, span *restrict p)
{
    composition s = *scene;
    for (int k = 0; k < n; k++) {
        light l = light_at(&s, p, k, y, dy);
        p->colour[0][k] = shade(s.from.r, s.to.r, s.ink.r, l);
        p->colour[1][k] = shade(s.from.g, s.to.g, s.ink.g, l);
        p->colour[2][k] = shade(s.from.b, s.to.b, s.ink.b, l);
    }
}

/* n pixels of row i, from column j on. */
static void draw_span(const composition *scene, int i, int j, int n, span *p)
{
    float y = (float)i + 0.5f, dy = y - scene->y, r = scene->size;
    float shadow[SPAN];
    for (int k = 0; k < n; k++) {
        p->x[k] = (float)(j + k) + 0.5f;
        p->dx[k] = p->x[k] - scene->x;
        shadow[k] = p->dx[k] - 0.08f * r;
    }
    scene->shape(scene->cosine, scene->sine, p->dx, dy, n, p->edge);
    scene->shape(scene->cosine, scene->sine, shadow, dy - 0.14f * r, n,
                 p->under);
    shade_span(scene, y, dy, n, p);
}

static void draw(const gt_source *source, uint64_t number, uint8_t *out)
{
    gt_shape s = source->shape;
    composition scene = compose(source, number);
    span p;
    for (int i = 0; i < s.h; i++)
        for (int j = 0; j < s.w; j += SPAN) {
            int n = s.w - j < SPAN ? s.w - j : SPAN;
            draw_span(&scene, i, j, n, &p);
            for (int k = 0; k < n; k++)
                for (int c = 0; c < s.c; c++)
                    *out++ = (uint8_t)(p.colour[c][k] + 0.5f);
        }
}

enum { X, Y, SIZE, TURN, SHADOW, HUE, CONDITIONS };

static const gt_condition conditions[CONDITIONS + 1] = {
    [X] = {"x", "place of the shape, to the right of the image's middle, of "
                "its shorter side: -0.224 to 0.224"},
    [Y] = {"y", "the same, below the middle: -0.224 to 0.224"},
    [SIZE] = {"size", "radius of the shape, of the image's shorter side: 0.2 "
                      "to 0.36"},
    [TURN] = {"turn", "rotation, clockwise, in radians: -0.5 to 0.5"},
    [SHADOW] = {"shadow", "how dark its shadow is: 0.25 to 0.45"},
    [HUE] = {"hue", "colour of the shape, in turns of the colour circle: 0 to "
                    "1; images of 1 channel do not show it"},
};

static void describe(const gt_source *source, uint64_t number, gt_real *out)
{
    gt_shape s = source->shape;
    float side = (float)(s.h < s.w ? s.h : s.w);
    composition scene = compose(source, number);
    out[X] = (scene.x - (float)s.w / 2) / side;
    out[Y] = (scene.y - (float)s.h / 2) / side;
    out[SIZE] = scene.size / side;
    out[TURN] = scene.turn;
    out[SHADOW] = scene.shadow;
    out[HUE] = scene.hue;
}

static gt_status read_shapes(const gt_source *source, const uint64_t *numbers,
                             int n, const gt_source_rows *to)
{
    return gt__builtin_read(source, numbers, n, to, draw, describe);
}

static gt_status open_shapes(gt_source *source,
                             const gt_source_request *request)
{
    (void)request;
    source->classes = CLASSES;
    return gt__builtin_check(source);
}

const gt_source_type gt__source_shapes = {
    .name = "shapes",
    .help = "coloured shapes of any size: shapes[?count=&test_count=&seed=]",
    .default_count = 60000,
    .natural = {64, 64, 3},
    .conditions = conditions,
    .open = open_shapes,
    .read = read_shapes,
};
