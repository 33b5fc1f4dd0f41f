/* layout.c: a wrong guess would train on scrambled pictures, and nothing would
 * fail. So only what can be one thing alone is taken without asking. */
#include "data/layout.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { MOST_CHANNELS = 4, LARGEST_SIDE = 16384 };

const char *const gt_layout_names[] = {"auto",  "nhw",   "nhwc", "nchw", "ndhw",
                                       "ndhwc", "ncdhw", "nv",   NULL};

/* Where each side of a sample is among the dimensions; 0: it has none, and is 1
 * or, as a depth, 0. */
static const struct place {
    int dims, d, h, w, c;
} places[] = {
    [GT_LAYOUT_NHW] = {3, 0, 1, 2, 0},   [GT_LAYOUT_NHWC] = {4, 0, 1, 2, 3},
    [GT_LAYOUT_NCHW] = {4, 0, 2, 3, 1},  [GT_LAYOUT_NDHW] = {4, 1, 2, 3, 0},
    [GT_LAYOUT_NDHWC] = {5, 1, 2, 3, 4}, [GT_LAYOUT_NCDHW] = {5, 2, 3, 4, 1},
    [GT_LAYOUT_NV] = {2, 0, 0, 0, 1},
};
enum { LAYOUTS = sizeof places / sizeof *places };

char *gt_layout_dims_text(const uint64_t *dims, int n_dims,
                          char text[GT_LAYOUT_TEXT])
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < n_dims && used < GT_LAYOUT_TEXT; i++)
        used += (size_t)snprintf(text + used, GT_LAYOUT_TEXT - used, "%s%llu",
                                 i ? "x" : "", (unsigned long long)dims[i]);
    return text;
}

static bool is_channels(uint64_t side)
{
    return side >= 1 && side <= MOST_CHANNELS;
}

static gt_shape shape_of(gt_layout layout, const uint64_t *dims)
{
    const struct place *p = &places[layout];
    return (gt_shape){.h = p->h ? (int)dims[p->h] : 1,
                      .w = p->w ? (int)dims[p->w] : 1,
                      .c = p->c ? (int)dims[p->c] : 1,
                      .d = p->d ? (int)dims[p->d] : 0};
}

/* The only layout of samples of that shape; GT_LAYOUT_AUTO: there is none, or
 * there are several. */
static gt_layout fitting(const uint64_t *dims, int n_dims, gt_shape image)
{
    gt_layout found = GT_LAYOUT_AUTO;
    int count = 0;
    for (int i = 0; i < LAYOUTS; i++)
        if (places[i].dims == n_dims &&
            gt_shape_equal(shape_of((gt_layout)i, dims), image)) {
            found = (gt_layout)i;
            count++;
        }
    return count == 1 ? found : GT_LAYOUT_AUTO;
}

/* GT_LAYOUT_AUTO: it cannot be told. */
static gt_layout guess(const uint64_t *dims, int n_dims)
{
    if (n_dims == 2)
        return GT_LAYOUT_NV;
    if (n_dims == 3)
        return GT_LAYOUT_NHW;
    bool first = is_channels(dims[1]), last = is_channels(dims[n_dims - 1]);
    if (n_dims == 5 && !first)
        return GT_LAYOUT_NDHWC;
    if (first == last)
        return GT_LAYOUT_AUTO;
    if (n_dims == 5)
        return GT_LAYOUT_NCDHW;
    return last ? GT_LAYOUT_NHWC : GT_LAYOUT_NCHW;
}

/* "nhwc (samples of 3x4x3) or nchw (samples of 4x3x3)": all layouts of that
 * many dimensions. */
static const char *choices(const uint64_t *dims, int n_dims, char *text,
                           size_t size)
{
    int left = 0;
    size_t used = 0;
    for (int i = 0; i < LAYOUTS; i++)
        left += places[i].dims == n_dims;
    text[0] = '\0';
    for (int i = 0; i < LAYOUTS && used < size; i++) {
        char shape[GT_SHAPE_TEXT];
        if (places[i].dims != n_dims)
            continue;
        left--;
        used +=
            (size_t)snprintf(text + used, size - used, "%s (samples of %s)%s",
                             gt_layout_names[i],
                             gt_shape_text(shape_of((gt_layout)i, dims), shape),
                             left > 1 ? ", "
                             : left   ? " or "
                                      : "");
    }
    return text;
}

static gt_status check_dims(const char *what, const uint64_t *dims, int n_dims)
{
    char text[GT_LAYOUT_TEXT];
    if (n_dims < 2 || n_dims > GT_LAYOUT_DIMS)
        return gt_fail(GT_ERR_FORMAT,
                       "%s: an array of %d dimension%s; samples have 2 (n, "
                       "values), 3 (n, h, w), 4 (with channels, or volumes) "
                       "or 5",
                       what, n_dims, n_dims == 1 ? "" : "s");
    gt_layout_dims_text(dims, n_dims, text);
    if (dims[0] == 0)
        return gt_fail(GT_ERR_FORMAT,
                       "%s: an array of %s has no samples; nothing to read",
                       what, text);
    for (int i = 1; i < n_dims; i++)
        if (dims[i] < 1 || dims[i] > LARGEST_SIDE)
            return gt_fail(GT_ERR_FORMAT,
                           "%s: an array of %s; each side of a sample must be "
                           "1 to %d",
                           what, text, LARGEST_SIDE);
    return GT_OK;
}

gt_status gt_layout_choose(const char *what, const uint64_t *dims, int n_dims,
                           gt_layout wanted, gt_shape image, gt_layout *layout,
                           gt_shape *shape)
{
    char text[GT_LAYOUT_TEXT], list[256];
    gt_status status = check_dims(what, dims, n_dims);
    if (status != GT_OK)
        return status;
    gt_layout_dims_text(dims, n_dims, text);
    if (wanted == GT_LAYOUT_AUTO)
        wanted = fitting(dims, n_dims, image);
    if (wanted == GT_LAYOUT_AUTO)
        wanted = guess(dims, n_dims);
    choices(dims, n_dims, list, sizeof list);
    if (wanted == GT_LAYOUT_AUTO)
        return gt_fail(GT_ERR_MISMATCH,
                       "%s: an array of %s may be read in several ways; set "
                       "data.layout to %s",
                       what, text, list);
    if (places[wanted].dims != n_dims)
        return gt_fail(GT_ERR_MISMATCH,
                       "%s: data.layout is %s, but an array of %s has %d "
                       "dimensions; it can be %s",
                       what, gt_layout_names[wanted], text, n_dims, list);
    *layout = wanted;
    *shape = shape_of(wanted, dims);
    return GT_OK;
}

int gt_layout_dims(gt_layout layout, gt_shape shape, uint64_t n,
                   uint64_t dims[GT_LAYOUT_DIMS])
{
    const struct place *p = &places[layout];
    dims[0] = n;
    dims[p->d] = p->d ? (uint64_t)shape.d : n;
    dims[p->h] = p->h ? (uint64_t)shape.h : n;
    dims[p->w] = p->w ? (uint64_t)shape.w : n;
    dims[p->c] = p->c ? (uint64_t)shape.c : n;
    return p->dims;
}

/* --- Order. Channels first is a matrix of channels x places, of which the
 * transposed one is wanted. */

#define TRANSPOSE(type)                                                        \
    for (size_t i = 0; i < rows; i++)                                          \
        for (size_t j = 0; j < columns; j++)                                   \
    ((type *)to)[j * rows + i] = ((const type *)from)[i * columns + j]

static void transpose(size_t rows, size_t columns, size_t size,
                      const void *from, void *to)
{
    assert(size == 1 || size == 2 || size == 4 || size == 8);
    if (size == 1)
        TRANSPOSE(uint8_t);
    else if (size == 2)
        TRANSPOSE(uint16_t);
    else if (size == 4)
        TRANSPOSE(uint32_t);
    else
        TRANSPOSE(uint64_t);
}

bool gt_layout_is_channels_first(gt_layout layout)
{
    return layout == GT_LAYOUT_NCHW || layout == GT_LAYOUT_NCDHW;
}

void gt_layout_to_sample(gt_layout layout, gt_shape shape, size_t size,
                         const void *from, void *to)
{
    size_t n = gt_shape_size(shape), c = (size_t)shape.c;
    if (gt_layout_is_channels_first(layout))
        transpose(c, n / c, size, from, to);
    else
        memcpy(to, from, n * size);
}

void gt_layout_from_sample(gt_layout layout, gt_shape shape, size_t size,
                           const void *from, void *to)
{
    size_t n = gt_shape_size(shape), c = (size_t)shape.c;
    if (gt_layout_is_channels_first(layout))
        transpose(n / c, c, size, from, to);
    else
        memcpy(to, from, n * size);
}

void gt_layout_place(gt_layout layout, gt_shape shape, size_t size,
                     size_t first, size_t n, const void *from, void *to)
{
    size_t c = (size_t)shape.c, each = gt_shape_size(shape) / c;
    const char *in = from;
    char *out = to;
    if (!gt_layout_is_channels_first(layout)) {
        memcpy(out + first * size, in, n * size);
        return;
    }
    size_t channel = first / each, place = first % each;
    for (size_t i = 0; i < n; i++) {
        memcpy(out + (place * c + channel) * size, in + i * size, size);
        if (++place == each) {
            place = 0;
            channel++;
        }
    }
}
