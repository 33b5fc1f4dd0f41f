/* nearest.c: edit distance with swaps of neighbours (Damerau 1964), as those
 * are the commonest slips in typing. */
#include "gentrain/nearest.h"

#include <stddef.h>
#include <string.h>

enum { LONGEST = 48 };

static int min3(int a, int b, int c)
{
    int m = a < b ? a : b;
    return m < c ? m : c;
}

static int distance(const char *a, const char *b)
{
    int row[3][LONGEST + 1];
    int n = (int)strlen(a), m = (int)strlen(b);
    for (int j = 0; j <= m; j++)
        row[0][j] = j;
    for (int i = 1; i <= n; i++) {
        int *now = row[i % 3];
        const int *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
        now[0] = i;
        for (int j = 1; j <= m; j++) {
            int differ = a[i - 1] != b[j - 1];
            now[j] = min3(last[j] + 1, now[j - 1] + 1, last[j - 1] + differ);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = min3(now[j], now[j], before[j - 2] + 1);
        }
    }
    return row[n % 3][m];
}

const char *gt_nearest(const char *word, const char *const names[], int n)
{
    const char *best = NULL;
    int least = LONGEST;
    if (strlen(word) > LONGEST)
        return NULL;
    for (int i = 0; i < n; i++) {
        if (strlen(names[i]) > LONGEST)
            continue;
        int d = distance(word, names[i]);
        int longer = (int)(strlen(word) > strlen(names[i]) ? strlen(word)
                                                           : strlen(names[i]));
        if (d < least && 3 * d <= longer + 1) {
            least = d;
            best = names[i];
        }
    }
    return best;
}
