/* json.c: strings and numbers are the two things that are easily printed wrong.
 */
#include "base/json.h"

#include "base/utf8.h"

#include <math.h>
#include <stdlib.h>

void gt_json_string(FILE *out, const char *text)
{
    fputc('"', out);
    for (size_t n; *text; text += n) {
        unsigned char c = (unsigned char)*text;
        n = gt_utf8_character(text);
        if (n == 0)
            fputs("\\ufffd", out);
        else if (n > 1)
            fwrite(text, 1, n, out);
        else if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c < 0x20)
            fprintf(out, "\\u%04x", c);
        else
            fputc(c, out);
        n = n ? n : 1;
    }
    fputc('"', out);
}

void gt_json_number(FILE *out, double value)
{
    if (!isfinite(value)) {
        fputs("null", out);
        return;
    }
    static const int digits[] = {6, 9, 17};
    char text[40];
    for (int i = 0; i < 3; i++) {
        snprintf(text, sizeof text, "%.*g", digits[i], value);
        double back = strtod(text, NULL);
        if (back == value || ((float)value == value && (float)back == value))
            break;
    }
    fputs(text, out);
}
