/* balance.c: rank 0 writes a wave while the others read the next one. What that
 * takes is a mean over all waves: a single one ends more chunks or fewer, and
 * the ranks would wait for each other in turns. */
#include "import/balance.h"

int gt__balance_length(const gt__balance *b, int most)
{
    if (b->reading <= 0 || !b->samples || !b->waves)
        return most;
    double each = b->reading / (double)b->samples;
    double length = most - b->writing / (double)b->waves / each;
    return (int)(length > most / 8 ? length : most / 8 + 1);
}
