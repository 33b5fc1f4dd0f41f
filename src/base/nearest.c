/* nearest.c: a misspelling is near when about one letter in three is wrong;
 * beyond that a suggestion misleads more than it helps. Words are short, so the
 * plain quadratic distance on three rows will do. */
#include "base/nearest.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST = 63 };

static int fold(char c)
{
    return c == '-' ? '_' : tolower((unsigned char)c);
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int distance(const char *a, int n, const char *b, int m)
{
    int rows[3][LONGEST + 1];
    int *two_up = rows[0], *up = rows[1], *row = rows[2];
    for (int j = 0; j <= m; j++)
        up[j] = j;
    for (int i = 1; i <= n; i++) {
        row[0] = i;
        for (int j = 1; j <= m; j++) {
            int differs = fold(a[i - 1]) != fold(b[j - 1]);
            row[j] = least(up[j - 1] + differs, least(up[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) &&
                fold(a[i - 2]) == fold(b[j - 1]))
                row[j] = least(row[j], two_up[j - 2] + 1);
        }
        int *spare = two_up;
        two_up = up;
        up = row;
        row = spare;
    }
    return up[m];
}

static int begins(const char *word, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (!name[i] || fold(word[i]) != fold(name[i]))
            return 0;
    return 1;
}

const char *gt_nearest(const char *word, const char *const names[], int n)
{
    int length = (int)strnlen(word, LONGEST + 1);
    if (length == 0 || length > LONGEST)
        return NULL;
    const char *nearest = NULL;
    int best = (length + 2) / 3 + 1;
    for (int i = 0; i < n; i++) {
        int other = names[i] ? (int)strnlen(names[i], LONGEST + 1) : 0;
        if (other == 0 || other > LONGEST)
            continue;
        int d = distance(word, length, names[i], other);
        /* A word of which no letter is right is near to nothing. */
        if (d >= length || d >= other)
            continue;
        if (length >= 3 && begins(word, length, names[i]))
            d = least(d, 1);
        if (d < best) {
            best = d;
            nearest = names[i];
        }
    }
    return nearest;
}

char *gt_suggestion(const char *word, const char *const names[], int n,
                    char text[GT_SUGGESTION])
{
    const char *near = gt_nearest(word, names, n);
    text[0] = '\0';
    if (near)
        snprintf(text, GT_SUGGESTION, "; did you mean \"%s\"?", near);
    return text;
}
