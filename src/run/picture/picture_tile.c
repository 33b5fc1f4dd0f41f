/* picture_tile.c: strides say where the pixels of a panel are, so those who
 * draw need not know in which direction a volume was cut. */
#include "run/picture/picture_tile.h"

enum { SLICES = 3, MOST_CHANNELS = GT__PANELS / SLICES };

static int larger_of(int a, int b)
{
    return a > b ? a : b;
}

static void add_panel(gt__tile *t, gt__panel panel)
{
    int c = panel.column, r = panel.row;
    t->width[c] = larger_of(t->width[c], panel.width);
    t->height[r] = larger_of(t->height[r], panel.height);
    t->columns = larger_of(t->columns, c + 1);
    t->rows = larger_of(t->rows, r + 1);
    t->panel[t->n_panels++] = panel;
}

/* Channels of an image are laid out so that the tile is about square. */
static int columns_of(int panels, gt_shape s)
{
    int best = 1;
    double least = 0;
    for (int columns = 1; columns <= panels; columns++) {
        int rows = (panels + columns - 1) / columns;
        double across = (double)columns * s.w, down = (double)rows * s.h;
        double ratio = across > down ? across / down : down / across;
        if (columns == 1 || ratio <= least) {
            least = ratio;
            best = columns;
        }
    }
    return best;
}

static void add_image(gt__tile *t, gt_shape s, int channel, int columns)
{
    size_t c = (size_t)s.c;
    add_panel(t, (gt__panel){.width = s.w,
                             .height = s.h,
                             .column = channel % columns,
                             .row = channel / columns,
                             .first = (size_t)channel,
                             .step_x = c,
                             .step_y = c * (size_t)s.w});
}

static void add_slices(gt__tile *t, gt_shape s, int channel)
{
    size_t x = (size_t)s.c, y = x * (size_t)s.w, z = y * (size_t)s.h;
    gt__panel axial = {.width = s.w,
                       .height = s.h,
                       .column = 0,
                       .first = z * (size_t)(s.d / 2),
                       .step_x = x,
                       .step_y = y},
              coronal = {.width = s.w,
                         .height = s.d,
                         .column = 1,
                         .first = y * (size_t)(s.h / 2),
                         .step_x = x,
                         .step_y = z},
              sagittal = {.width = s.h,
                          .height = s.d,
                          .column = 2,
                          .first = x * (size_t)(s.w / 2),
                          .step_x = y,
                          .step_y = z};
    gt__panel slices[SLICES] = {axial, coronal, sagittal};
    for (int i = 0; i < SLICES; i++) {
        slices[i].row = channel;
        slices[i].first += (size_t)channel;
        add_panel(t, slices[i]);
    }
}

gt__tile gt__tile_of(gt_shape s, bool reals)
{
    bool colours = s.c == 3 || (s.c == 4 && !reals);
    gt__tile t = {.channels = colours ? s.c : 1, .all = s.c};
    int planes = s.c / t.channels;
    planes = planes < MOST_CHANNELS ? planes : MOST_CHANNELS;
    t.shown = planes * t.channels;
    int columns = columns_of(planes, s);
    for (int i = 0; i < planes; i++)
        if (gt_shape_is_volume(s))
            add_slices(&t, s, i);
        else
            add_image(&t, s, i, columns);
    return t;
}
