/* picture_text.h: numbers on pictures. For src/run. Local.
 */
#ifndef GT_RUN_PICTURE_PICTURE_TEXT_H
#define GT_RUN_PICTURE_PICTURE_TEXT_H

#include "run/picture/picture_canvas.h"

enum {
    GT__TEXT_WIDTH = 6,  /* pixels from one character to the next, */
    GT__TEXT_HEIGHT = 7, /* and from top to bottom, at size 1 */
    GT__TICKS = 12,      /* at most */
    GT__NUMBER = 24,
};

/* Pixels that a text takes, without the space behind it. Pure. */
int gt__text_width(const char *text, int size);

/* Draw a text of digits, "+", "-", ".", "e" and the word "log" with its upper
 * left corner at (x, y); any other character is a space. */
void gt__text_draw(const gt__canvas *canvas, int x, int y, int size,
                   const char *text, gt__rgb colour);

/* Round numbers from low to high, both finite. */
typedef struct gt__ticks {
    int n;
    double value[GT__TICKS];
    char text[GT__TICKS][GT__NUMBER];
} gt__ticks;

/* About `most` of them, at least 2; one, `low`, where high is not above low.
 * Pure. */
gt__ticks gt__ticks_of(double low, double high, int most);

/* Powers of ten from low > 0 to high >= low: about `most` of them at most,
 * which is at least 2, in equal steps. Pure. */
gt__ticks gt__ticks_of_decades(double low, double high, int most);

/* The widest of their texts. Pure. */
int gt__ticks_width(const gt__ticks *ticks, int size);

#endif
