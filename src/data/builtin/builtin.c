/* builtin.c: a sample is a function of seed and number alone, so it is the same
 * on every rank, on any number of ranks and in every run. */
#include "data/builtin/builtin.h"

#include "core/rng.h"
#include "core/simd.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { SMALLEST_SIDE = 8 };

/* Choices and pixel noise must not use the same numbers. */
enum { CHOICES = GT_STREAM_SOURCE, NOISE = GT_STREAM_SOURCE + 1 };

static gt_rng address(const gt_source *source, uint64_t number, uint32_t stream)
{
    return (gt_rng){.seed = source->seed,
                    .sample = source->first + number,
                    .stream = stream};
}

gt__dice gt__dice_of(const gt_source *source, uint64_t number)
{
    gt__dice dice = {.used = 0};
    gt_rng_uniform(address(source, number, CHOICES), dice.u, GT__DICE);
    return dice;
}

float gt__dice_in(gt__dice *dice, float low, float high)
{
    assert(dice->used < GT__DICE);
    return low + (high - low) * (float)dice->u[dice->used++];
}

/* One component: a trapezium over the turn, 0 at a third of it, 1 opposite. */
static float component(float hue, float saturation, float value)
{
    float turn = hue - floorf(hue);
    float ramp = fabsf(6 * turn - 3) - 1;
    ramp = fminf(fmaxf(ramp, 0), 1);
    return 255 * value * (1 - saturation * (1 - ramp));
}

gt__colour gt__colour_hsv(float hue, float saturation, float value)
{
    return (gt__colour){component(hue, saturation, value),
                        component(hue - 1 / 3.0f, saturation, value),
                        component(hue - 2 / 3.0f, saturation, value)};
}

gt_status gt__builtin_check(const gt_source *source)
{
    gt_shape s = source->shape;
    char text[GT_SHAPE_TEXT];
    if (gt_shape_is_volume(s) || s.h < SMALLEST_SIDE || s.w < SMALLEST_SIDE ||
        (s.c != 1 && s.c != 3))
        return gt_fail(GT_ERR_MISMATCH,
                       "data '%s' makes images of 1 or 3 channels and at least "
                       "%dx%d, but the model works at %s; change data.image",
                       source->uri, SMALLEST_SIDE, SMALLEST_SIDE,
                       gt_shape_text(s, text));
    return GT_OK;
}

int gt__builtin_label(const gt_source *source, uint64_t number)
{
    return (int)(number % (uint64_t)source->classes);
}

gt_status gt__builtin_read(const gt_source *source, const uint64_t *numbers,
                           int n, const gt_source_rows *to,
                           void (*draw)(const gt_source *, uint64_t, uint8_t *),
                           void (*describe)(const gt_source *, uint64_t,
                                            gt_real *))
{
    size_t size = gt_shape_size(source->shape);
    ptrdiff_t columns = source->n_conditions;
    for (int i = 0; i < n; i++) {
        if (to->bytes)
            draw(source, numbers[i], to->bytes + (size_t)i * size);
        if (to->labels)
            to->labels[i] = gt__builtin_label(source, numbers[i]);
        if (to->conditions)
            describe(source, numbers[i], to->conditions + columns * i);
    }
    return GT_OK;
}

GT_SIMD static void add_noise(const uint32_t *words, int amplitude,
                              uint8_t *restrict out, size_t n)
{
    const uint8_t *bytes = (const uint8_t *)words;
    for (size_t j = 0; j < n; j++) {
        int value = out[j] + ((int)bytes[j] - 128) * amplitude / 128;
        out[j] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
    }
}

void gt__builtin_noise(const gt_source *source, uint64_t number, int amplitude,
                       uint8_t *out)
{
    enum { WORD = sizeof(uint32_t), BLOCK = 4 * WORD, PIECE = 64 * BLOCK };
    uint32_t words[PIECE / WORD];
    gt_rng at = address(source, number, NOISE);
    size_t n = gt_shape_size(source->shape);
    for (size_t i = 0; i < n; i += PIECE) {
        size_t here = n - i < PIECE ? n - i : PIECE;
        gt_rng_words(at, (uint32_t)(i / BLOCK), words,
                     (here + WORD - 1) / WORD);
        add_noise(words, amplitude, out + i, here);
    }
}
