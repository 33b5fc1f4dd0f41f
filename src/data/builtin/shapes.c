/* shapes.c: one coloured shape on a soft gradient, for colour images of any
 * size without a download. Each shape is a function of the plane that is
 * negative inside and grows with the distance from its edge, so edges are
 * smooth at any size, and a shadow is the same function, moved and blurred. */
#include "data/builtin/builtin.h"

#include <math.h>

enum { CLASSES = 8 };

/* Distances to the edge of shapes of about radius 1 around the origin, y down.
 */
typedef float outline(float x, float y);

static float disc(float x, float y)
{
    return sqrtf(x * x + y * y) - 0.85f;
}

static float ring(float x, float y)
{
    return fabsf(sqrtf(x * x + y * y) - 0.72f) - 0.2f;
}

static float square(float x, float y)
{
    return fmaxf(fabsf(x), fabsf(y)) - 0.76f;
}

static float triangle(float x, float y)
{
    float sides = 0.8660254f * fabsf(x) - 0.5f * (y - 0.1f);
    return fmaxf(sides, y - 0.1f) - 0.55f;
}

/* A point is inside a pentagram if it is inside at least four of its five
 * lines.
 */
static float star(float x, float y)
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
        second = fmaxf(second, fminf(most, d));
        most = fmaxf(most, d);
    }
    return second - 0.33f;
}

static float cross(float x, float y)
{
    float ax = fabsf(x), ay = fabsf(y);
    return fmaxf(fmaxf(ax, ay) - 0.9f, fminf(ax, ay) - 0.3f);
}

static float crescent(float x, float y)
{
    float cut = sqrtf((x - 0.42f) * (x - 0.42f) + y * y) - 0.68f;
    return fmaxf(sqrtf(x * x + y * y) - 0.92f, -cut);
}

/* A square on its corner and a disc on each of its upper sides. */
static float heart(float x, float y)
{
    float ax = fabsf(x), up = 0.08f - y;
    float body = 0.7071068f * (ax + fabsf(up)) - 0.56f;
    float dx = ax - 0.396f, dy = up - 0.396f;
    return fminf(body, sqrtf(dx * dx + dy * dy) - 0.56f);
}

static outline *const outlines[CLASSES] = {
    disc, ring, square, triangle, star, cross, crescent, heart,
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

static float clamp_unit(float x)
{
    return fminf(fmaxf(x, 0), 1);
}

static gt__colour mix(gt__colour a, gt__colour b, float t)
{
    return (gt__colour){a.r + (b.r - a.r) * t, a.g + (b.g - a.g) * t,
                        a.b + (b.b - a.b) * t};
}

/* Signed distance of a pixel to the shape's edge, in radii. */
static float edge(const composition *scene, float x, float y)
{
    return scene->shape(scene->cosine * x + scene->sine * y,
                        scene->cosine * y - scene->sine * x);
}

static gt__colour shade(const composition *scene, float x, float y)
{
    float dx = x - scene->x, dy = y - scene->y, r = scene->size;
    bool near = dx * dx + dy * dy < 2.25f * r * r;
    float cover = near ? clamp_unit(0.5f - r * edge(scene, dx, dy)) : 0;
    const gt__colour black = {0, 0, 0}, white = {255, 255, 255};
    gt__colour ground = {0, 0, 0}, ink = {0, 0, 0};
    if (cover < 1) {
        float t = clamp_unit(scene->gx * x + scene->gy * y + scene->g0);
        ground = mix(scene->from, scene->to, t);
    }
    if (near && cover < 1) {
        float under = edge(scene, dx - 0.08f * r, dy - 0.14f * r);
        float dark = clamp_unit(0.5f - 2.5f * under);
        dark *= dark * (3 - 2 * dark);
        ground = mix(ground, black, scene->shadow * dark);
    }
    if (cover > 0) {
        float light = 0.12f - 0.08f * (dx + 2 * dy) / r;
        ink = mix(scene->ink, light > 0 ? white : black, fabsf(light));
    }
    return mix(ground, ink, cover);
}

static void draw(const gt_source *source, uint64_t number, uint8_t *out)
{
    gt_shape s = source->shape;
    composition scene = compose(source, number);
    for (int i = 0; i < s.h; i++)
        for (int j = 0; j < s.w; j++) {
            gt__colour c = shade(&scene, (float)j + 0.5f, (float)i + 0.5f);
            *out++ = (uint8_t)(c.r + 0.5f);
            if (s.c == 3) {
                *out++ = (uint8_t)(c.g + 0.5f);
                *out++ = (uint8_t)(c.b + 0.5f);
            }
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
