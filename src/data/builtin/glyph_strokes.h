/* glyph_strokes.h: how hands write digits: the table of strokes. For src/data.
 */
#ifndef GT_DATA_BUILTIN_GLYPH_STROKES_H
#define GT_DATA_BUILTIN_GLYPH_STROKES_H

#include <stdint.h>

enum { GT__GLYPH_POINTS = 16 };

typedef struct gt__glyph {
    int digit;
    int n;
    struct {
        int8_t x, y; /* 0 .. 100; x = -1: the pen is lifted */
    } p[GT__GLYPH_POINTS];
} gt__glyph;

extern const gt__glyph gt__glyphs[]; /* in ascending order of digit */
extern const int gt__glyph_count;

#endif
