/* terminal.c: the width is asked for at each line, as windows change theirs. */
#include "base/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { USUAL = 80, LEAST = 20, MOST = 1000 };

bool gt_terminal(void)
{
    const char *kind = getenv("TERM");
    return kind && *kind && strcmp(kind, "dumb") != 0 && isatty(STDERR_FILENO);
}

/* https://no-color.org: any value but an empty one. */
bool gt_terminal_has_colour(void)
{
    const char *none = getenv("NO_COLOR");
    return !(none && *none) && gt_terminal();
}

int gt_terminal_columns(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= LEAST)
        return size.ws_col;
    const char *said = getenv("COLUMNS");
    long columns = said ? strtol(said, NULL, 10) : 0;
    return columns >= LEAST && columns <= MOST ? (int)columns : USUAL;
}

/* Characters, where each takes one column; most do. */
static int width(const char *text, size_t n)
{
    int columns = 0;
    for (size_t i = 0; i < n; i++)
        columns += ((unsigned char)text[i] & 0xC0) != 0x80;
    return columns;
}

static size_t put(char *out, size_t used, size_t size, const char *text,
                  size_t n)
{
    for (size_t i = 0; i < n && used + 1 < size; i++)
        out[used++] = text[i];
    out[used] = '\0';
    return used;
}

char *gt_terminal_wrap(const char *text, int columns, char *out, size_t size)
{
    static const char next[] = "\n  ";
    size_t used = 0;
    int at = 0;
    bool begun = false; /* there is a word on the line */
    *out = '\0';
    while (*text) {
        size_t blank = strspn(text, " "), word = strcspn(text + blank, " \n");
        int wide = width(text, blank + word);
        if (begun && word > 0 && at + wide > columns) {
            used = put(out, used, size, next, 3);
            text += blank;
            wide -= (int)blank;
            blank = 0;
            at = 2;
        }
        used = put(out, used, size, text, blank + word);
        at += wide;
        begun = begun || word > 0;
        text += blank + word;
        if (*text == '\n') {
            used = put(out, used, size, text++, 1);
            at = 0;
            begun = false;
        }
    }
    return out;
}
