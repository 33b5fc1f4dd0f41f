/* utf8.c: the well-formed sequences of the Unicode standard, table 3-7: none
 * longer than needed, no surrogates, nothing above U+10FFFF. */
#include "base/utf8.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

size_t gt_utf8_character(const char *text)
{
    const unsigned char *c = (const unsigned char *)text;
    unsigned char low = 0x80, high = 0xBF; /* of the second byte */
    size_t n;
    if (c[0] < 0x80)
        return 1;
    if (c[0] < 0xC2 || c[0] > 0xF4)
        return 0;
    n = c[0] < 0xE0 ? 2 : c[0] < 0xF0 ? 3 : 4;
    if (c[0] == 0xE0)
        low = 0xA0;
    if (c[0] == 0xED)
        high = 0x9F;
    if (c[0] == 0xF0)
        low = 0x90;
    if (c[0] == 0xF4)
        high = 0x8F;
    if (c[1] < low || c[1] > high)
        return 0;
    for (size_t i = 2; i < n; i++)
        if (c[i] < 0x80 || c[i] > 0xBF)
            return 0;
    return n;
}

/* U+0000 to U+001F and U+007F to U+009F. */
static bool is_control(const char *text)
{
    const unsigned char *c = (const unsigned char *)text;
    return c[0] < 0x20 || c[0] == 0x7F || (c[0] == 0xC2 && c[1] < 0xA0);
}

static bool is_allowed(char c, const char *allowed)
{
    return c && strchr(allowed, c);
}

const char *gt_utf8_flaw(const char *text, const char *allowed)
{
    const char *flaw = NULL;
    for (size_t n; *text; text += n) {
        n = gt_utf8_character(text);
        if (n == 0)
            return "is not UTF-8";
        if (is_control(text) && !is_allowed(*text, allowed))
            flaw = "holds a control character";
    }
    return flaw;
}

size_t gt_utf8_cut(const char *text, size_t most)
{
    size_t size = 0;
    while (text[size]) {
        size_t n = gt_utf8_character(text + size);
        n = n ? n : 1;
        if (size + n > most)
            break;
        size += n;
    }
    return size;
}

char *gt_utf8_show(const char *text, const char *allowed, char *out,
                   size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    while (*text) {
        size_t n = gt_utf8_character(text);
        bool plain = n && (!is_control(text) || is_allowed(*text, allowed));
        size_t step = n ? n : 1, need = plain ? step : 4 * step;
        if (used + need >= size)
            break;
        for (size_t i = 0; i < step; i++)
            if (plain)
                out[used++] = text[i];
            else
                used += (size_t)snprintf(out + used, size - used, "\\x%02x",
                                         (unsigned char)text[i]);
        out[used] = '\0';
        text += step;
    }
    return out;
}
