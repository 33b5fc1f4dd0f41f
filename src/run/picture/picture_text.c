/* picture_text.c: a scale needs few characters, so they are a table of dots
 * here and no library of fonts is needed. */
#include "run/picture/picture_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DOTS = 5, MOST_DIGITS = 15 };

static const char characters[] = "0123456789+-.elog";

/* Rows of DOTS bits, the left one highest. */
static const uint8_t rows[][GT__TEXT_HEIGHT] = {
    {0x0E, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0E},
    {0x04, 0x0C, 0x04, 0x04, 0x04, 0x04, 0x0E},
    {0x0E, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1F},
    {0x0E, 0x11, 0x01, 0x06, 0x01, 0x11, 0x0E},
    {0x02, 0x06, 0x0A, 0x12, 0x1F, 0x02, 0x02},
    {0x1F, 0x10, 0x1E, 0x01, 0x01, 0x11, 0x0E},
    {0x06, 0x08, 0x10, 0x1E, 0x11, 0x11, 0x0E},
    {0x1F, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08},
    {0x0E, 0x11, 0x11, 0x0E, 0x11, 0x11, 0x0E},
    {0x0E, 0x11, 0x11, 0x0F, 0x01, 0x02, 0x0C},
    {0x00, 0x04, 0x04, 0x1F, 0x04, 0x04, 0x00},
    {0x00, 0x00, 0x00, 0x1F, 0x00, 0x00, 0x00},
    {0x00, 0x00, 0x00, 0x00, 0x00, 0x0C, 0x0C},
    {0x00, 0x00, 0x0E, 0x11, 0x1F, 0x10, 0x0E},
    {0x0C, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0E},
    {0x00, 0x00, 0x0E, 0x11, 0x11, 0x11, 0x0E},
    {0x00, 0x0F, 0x11, 0x11, 0x0F, 0x01, 0x0E},
};

int gt__text_width(const char *text, int size)
{
    int n = (int)strlen(text);
    return n ? (n * GT__TEXT_WIDTH - 1) * size : 0;
}

void gt__text_draw(const gt__canvas *canvas, int x, int y, int size,
                   const char *text, gt__rgb colour)
{
    for (; *text; text++, x += GT__TEXT_WIDTH * size) {
        const char *found = strchr(characters, *text);
        for (int i = 0; found && i < GT__TEXT_HEIGHT; i++)
            for (int j = 0; j < DOTS; j++)
                if (rows[found - characters][i] >> (DOTS - 1 - j) & 1)
                    gt__canvas_fill(canvas, x + j * size, y + i * size, size,
                                    size, colour);
    }
}

/* The smallest of 1, 2 and 5 times a power of 10 that is not below x > 0. */
static double round_up(double x)
{
    double power = pow(10, floor(log10(x)));
    static const double parts[] = {1, 2, 5, 10};
    for (int i = 0; i < 4; i++)
        if (parts[i] * power >= x * (1 - 1e-9))
            return parts[i] * power;
    return 10 * power;
}

/* In as many digits as tell it from its neighbours, a step away. */
static void add_tick(gt__ticks *ticks, double value, double largest,
                     double step)
{
    double digits = 1 + ceil(log10(largest / step) + 1e-9);
    digits = digits < 1 ? 1 : digits < MOST_DIGITS ? digits : MOST_DIGITS;
    ticks->value[ticks->n] = value;
    snprintf(ticks->text[ticks->n++], GT__NUMBER, "%.*g",
             (int)(digits < 6 ? 6 : digits), value);
}

/* Multiples of the step from low to high. */
static double count_of(double low, double high, double step)
{
    return floor(high / step + 1e-9) - ceil(low / step - 1e-9) + 1;
}

gt__ticks gt__ticks_of(double low, double high, int most)
{
    gt__ticks ticks = {.n = 0};
    double largest = fmax(fabs(low), fabs(high)), span = high - low;
    most = most < 2 ? 2 : most < GT__TICKS ? most : GT__TICKS;
    if (!(span > 1e-12 * largest) || !isfinite(span)) {
        add_tick(&ticks, low, 1, 1);
        return ticks;
    }
    double step = round_up(span / most);
    while (count_of(low, high, step) < 2)
        step = round_up(step / 2.5);
    double first = ceil(low / step - 1e-9);
    for (int i = 0; i < GT__TICKS; i++) {
        double value = (first + i) * step;
        if (value > high + 1e-9 * span)
            break;
        add_tick(&ticks, value == 0 ? 0 : value, largest, step);
    }
    return ticks;
}

gt__ticks gt__ticks_of_decades(double low, double high, int most)
{
    gt__ticks ticks = {.n = 0};
    int first = (int)ceil(log10(low) - 1e-9);
    int last = (int)floor(log10(high) + 1e-9);
    most = most < 2 ? 2 : most < GT__TICKS ? most : GT__TICKS;
    int step = (last - first + most) / most;
    step = step < 1 ? 1 : step;
    for (int i = first; i <= last && ticks.n < GT__TICKS; i += step) {
        ticks.value[ticks.n] = pow(10, i);
        snprintf(ticks.text[ticks.n], GT__NUMBER, "%g", ticks.value[ticks.n]);
        ticks.n++;
    }
    return ticks;
}

int gt__ticks_width(const gt__ticks *ticks, int size)
{
    int widest = 0;
    for (int i = 0; i < ticks->n; i++) {
        int width = gt__text_width(ticks->text[i], size);
        widest = width > widest ? width : widest;
    }
    return widest;
}
