/* augment.c: whatever is chosen, each output reads one input, and which one is
 * a sum of an offset for each axis. So all choices together are one pass over
 * a copy of the sample. */
#include "data/augment.h"

#include "core/arena.h"
#include "core/rng.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH, HEIGHT, WIDTH, AXES };

/* --- The table. */

typedef struct options {
    int64_t padding;
} options;

static const gt_option crop_options[] = {
    {"padding", GT_OPTION_INT, offsetof(options, padding), NULL, 1, 4096, NULL,
     "most pixels that a sample moves in each direction"},
    {0},
};

static const gt_option no_options[] = {{0}};

typedef enum kind { HFLIP, VFLIP, DFLIP, CROP, TURNS, KINDS } kind;

static const gt_variant kinds[KINDS + 1] = {
    [HFLIP] = {"hflip", "left and right change places, of half of the samples",
               no_options, 0},
    [VFLIP] = {"vflip", "top and bottom change places, of half of the samples",
               no_options, 0},
    [DFLIP] = {"dflip",
               "of volumes: the first slice and the last change places, of "
               "half of the samples",
               no_options, 0},
    [CROP] = {"crop",
              "a sample is padded on all sides by copies of its edge, and a "
              "piece of the old size is cut out at random",
              crop_options, sizeof(options)},
    [TURNS] = {"turns",
               "turned by right angles, at random among the turns that keep "
               "the shape: an image in its plane, a volume in space",
               no_options, 0},
};

static gt_variant kind_at(int number)
{
    return number < KINDS ? kinds[number] : (gt_variant){0};
}

const gt_variants gt_augment_variants = {
    .noun = "augmentation",
    .plural = "augmentations",
    .example = "hflip, crop: 4",
    .help = "Each sample of a training batch is varied at random, in another "
            "way in each epoch, by all that data.augment lists: \"augment: "
            "[hflip, crop: 4]\". Held-out samples and pictures are not. Labels "
            "and conditions stay what they are, so list only what does not "
            "change their meaning.",
    .at = kind_at,
    .in_order = true,
};

/* --- Shapes. */

static void sides_of(gt_shape s, int side[AXES])
{
    side[DEPTH] = gt_shape_is_volume(s) ? s.d : 1;
    side[HEIGHT] = s.h;
    side[WIDTH] = s.w;
}

static gt_status check_item(const gt_variant_item *item, gt_shape shape)
{
    int side[AXES];
    char text[GT_SHAPE_TEXT];
    const options *o = item->options;
    sides_of(shape, side);
    if (item->variant == DFLIP && !gt_shape_is_volume(shape))
        return gt_fail(GT_ERR_CONFIG,
                       "dflip is for volumes, but samples are %s of %s",
                       gt_shape_noun(shape), gt_shape_text(shape, text));
    if (item->variant != CROP)
        return GT_OK;
    for (int a = gt_shape_is_volume(shape) ? DEPTH : HEIGHT; a < AXES; a++)
        if (o->padding >= side[a])
            return gt_fail(GT_ERR_CONFIG,
                           "crop may move a sample by less than its size, but "
                           "%d is not below the %d of %s",
                           (int)o->padding, side[a],
                           gt_shape_text(shape, text));
    return GT_OK;
}

gt_status gt_augment_check(const gt_variant_list *list, gt_shape shape)
{
    bool given[KINDS] = {false};
    char text[GT_SHAPE_TEXT];
    if (list->count > 0 && gt_shape_is_flat(shape))
        return gt_fail(GT_ERR_CONFIG,
                       "%s of %s have no directions; leave it out",
                       gt_shape_noun(shape), gt_shape_of_data(shape, text));
    gt_status status = GT_OK;
    for (int i = 0; i < list->count && status == GT_OK; i++) {
        int variant = list->items[i].variant;
        if (given[variant])
            return gt_fail(GT_ERR_CONFIG, "%s is given twice",
                           kinds[variant].name);
        given[variant] = true;
        status = check_item(&list->items[i], shape);
    }
    return status;
}

/* --- Turns: of all ways to swap and reverse axes, those without a mirror
 * that keep the shape. */

static const int orders[][AXES] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                   {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
enum { ORDERS = sizeof orders / sizeof *orders, SIGNS = 1 << AXES };

/* Whether an odd number of swaps makes the order. */
static bool is_odd(const int order[AXES])
{
    return (order[0] > order[1]) ^ (order[0] > order[2]) ^
           (order[1] > order[2]);
}

static bool keeps(gt_shape shape, const gt_turn *turn)
{
    int side[AXES];
    sides_of(shape, side);
    for (int a = 0; a < AXES; a++)
        if (side[turn->axis[a]] != side[a])
            return false;
    return gt_shape_is_volume(shape) ||
           (turn->axis[DEPTH] == DEPTH && !turn->reversed[DEPTH]);
}

int gt_augment_turns(gt_shape shape, gt_turn turns[GT_MOST_TURNS])
{
    int n = 0;
    for (int i = 0; i < ORDERS * SIGNS; i++) {
        gt_turn turn;
        bool mirror = is_odd(orders[i / SIGNS]);
        for (int a = 0; a < AXES; a++) {
            turn.axis[a] = orders[i / SIGNS][a];
            turn.reversed[a] = (i >> a) & 1;
            mirror ^= turn.reversed[a];
        }
        if (!mirror && keeps(shape, &turn))
            turns[n++] = turn;
    }
    return n;
}

/* --- One sample. */

static gt_status allocate(gt_augment *augment)
{
    int side[AXES];
    sides_of(augment->shape, side);
    augment->copy = gt_real_alloc(gt_shape_size(augment->shape));
    bool all = augment->copy != NULL;
    for (int a = 0; a < AXES; a++) {
        augment->offset[a] = calloc((size_t)side[a], sizeof(size_t));
        all = all && augment->offset[a];
    }
    if (all)
        return GT_OK;
    gt_augment_close(augment);
    return gt_fail(GT_ERR_MEMORY, "no memory to vary samples");
}

gt_status gt_augment_open(gt_augment *augment, const gt_variant_list *list,
                          gt_shape shape)
{
    *augment = (gt_augment){.shape = shape, .on = list->count > 0};
    for (int i = 0; i < list->count; i++) {
        const gt_variant_item *item = &list->items[i];
        const options *o = item->options;
        augment->flip[WIDTH] |= item->variant == HFLIP;
        augment->flip[HEIGHT] |= item->variant == VFLIP;
        augment->flip[DEPTH] |= item->variant == DFLIP;
        if (item->variant == CROP)
            augment->crop = (int)o->padding;
        if (item->variant == TURNS)
            augment->n_turns = gt_augment_turns(shape, augment->turn);
    }
    return augment->on ? allocate(augment) : GT_OK;
}

void gt_augment_close(gt_augment *augment)
{
    free(augment->copy);
    for (int a = 0; a < AXES; a++)
        free(augment->offset[a]);
    *augment = (gt_augment){0};
}

/* What is done to one sample: it moves, is mirrored, is turned. */
typedef struct choice {
    int shift[AXES];
    bool flip[AXES];
    gt_turn turn;
} choice;

/* One of 0 .. n - 1. */
static int one_of(uint32_t word, int n)
{
    return (int)(((uint64_t)word * (uint64_t)n) >> 32);
}

static choice choose(const gt_augment *augment, gt_rng at)
{
    uint32_t word[8];
    choice c = {.turn = {.axis = {DEPTH, HEIGHT, WIDTH}}};
    gt_rng_block(at, 0, word);
    gt_rng_block(at, 1, word + 4);
    for (int a = 0; a < AXES; a++) {
        c.flip[a] = augment->flip[a] && (word[0] >> a) & 1;
        c.shift[a] = one_of(word[1 + a], 2 * augment->crop + 1) - augment->crop;
    }
    if (!gt_shape_is_volume(augment->shape))
        c.shift[DEPTH] = 0;
    if (augment->n_turns > 0)
        c.turn = augment->turn[one_of(word[4], augment->n_turns)];
    return c;
}

static int clamp(int i, int side)
{
    return i < 0 ? 0 : i < side ? i : side - 1;
}

/* Where the outputs along each axis come from; returns whether any of them
 * comes from elsewhere. */
static bool find_offsets(const gt_augment *augment, const choice *c)
{
    gt_shape s = augment->shape;
    const size_t stride[AXES] = {(size_t)s.h * (size_t)s.w * (size_t)s.c,
                                 (size_t)s.w * (size_t)s.c, (size_t)s.c};
    int side[AXES];
    bool changes = false;
    sides_of(s, side);
    for (int a = 0; a < AXES; a++) {
        int from = c->turn.axis[a];
        bool reversed = c->turn.reversed[a] ^ c->flip[from];
        for (int i = 0; i < side[a]; i++) {
            int at = reversed ? side[a] - 1 - i : i;
            at = clamp(at + c->shift[from], side[from]);
            augment->offset[a][i] = (size_t)at * stride[from];
            changes = changes || from != a || at != i;
        }
    }
    return changes;
}

static void copy_row(const gt_real *restrict from, const size_t *offset,
                     size_t n, size_t channels, gt_real *restrict to)
{
    if (channels == 1) {
        for (size_t i = 0; i < n; i++)
            to[i] = from[offset[i]];
        return;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < channels; k++)
            to[i * channels + k] = from[offset[i] + k];
}

void gt_augment_apply(const gt_augment *augment, uint64_t seed, uint64_t epoch,
                      uint64_t number, gt_real *x)
{
    int side[AXES];
    gt_shape s = augment->shape;
    gt_rng at = {.seed = seed,
                 .step = (uint32_t)epoch,
                 .sample = number,
                 .stream = GT_STREAM_AUGMENT};
    choice c = choose(augment, at);
    if (!augment->on || !find_offsets(augment, &c))
        return;
    memcpy(augment->copy, x, gt_shape_size(s) * sizeof *x);
    sides_of(s, side);
    for (int i = 0; i < side[DEPTH]; i++)
        for (int j = 0; j < side[HEIGHT]; j++) {
            copy_row(augment->copy + augment->offset[DEPTH][i] +
                         augment->offset[HEIGHT][j],
                     augment->offset[WIDTH], (size_t)side[WIDTH], (size_t)s.c,
                     x);
            x += (size_t)side[WIDTH] * (size_t)s.c;
        }
}
