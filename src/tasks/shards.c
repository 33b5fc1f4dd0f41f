/* shards.c: the number of shards decides what batch norm sees and in which
 * order gradients are added, so results depend on it. It should therefore not
 * depend on the number of ranks, if that can be avoided. */
#include "tasks/shards.h"

#include "base/log.h"
#include "base/plural.h"

#include <stdio.h>

enum { MOST = 16, LEAST_SAMPLES = 16 };

static int automatic(int batch, int ranks)
{
    int shards = 1;
    while (shards < MOST && batch / (2 * shards) >= LEAST_SAMPLES)
        shards *= 2;
    return shards % ranks == 0 ? shards : ranks;
}

/* Words that name the number nearest to n, up to `most`, that the ranks can
 * share; "" if there is none. */
static const char *suggest(int n, int most, int ranks, char words[64])
{
    int near = (n + ranks / 2) / ranks * ranks;
    if (near == 0)
        near = ranks;
    if (near > most)
        near = most / ranks * ranks;
    snprintf(words, 64, ", or set train.shards to %d", near);
    return near ? words : "";
}

gt_status gt_shards_choose(int asked, int accumulate, int batch, int ranks,
                           int *shards)
{
    if (batch < ranks)
        return gt_fail(GT_ERR_CONFIG,
                       "train.batch is %d but there are %d ranks; each rank "
                       "needs an image: use at most %d rank%s or a batch of at "
                       "least %d",
                       batch, ranks, batch,
                       gt_plural((unsigned long long)batch), ranks);
    int n = asked < 0 ? automatic(batch, ranks) : asked;
    if (n > batch / accumulate)
        return gt_fail(GT_ERR_CONFIG,
                       "train.shards is %d and train.accumulate %d, but "
                       "train.batch is %d; a piece of a shard needs an image",
                       n, accumulate, batch);
    if (n % ranks != 0) {
        char fitting[256] = "", other[64];
        size_t used = 0;
        for (int r = 1; r <= n && used < sizeof fitting - 16; r++)
            if (n % r == 0)
                used += (size_t)snprintf(fitting + used, sizeof fitting - used,
                                         "%s%d", r > 1 ? ", " : "", r);
        return gt_fail(GT_ERR_CONFIG,
                       "train.shards is %d, which %d ranks cannot share "
                       "evenly; use %s rank%s%s",
                       n, ranks, fitting, gt_plural((unsigned long long)n),
                       suggest(n, batch / accumulate, ranks, other));
    }
    if (asked < 0 && n != automatic(batch, 1))
        gt_warn("train.shards: auto is %d on %d ranks, but %d on one, so "
                "results differ from those on other numbers of ranks; set "
                "train.shards to %d for all of them, or use a number of ranks "
                "that divides %d",
                n, ranks, automatic(batch, 1), n, automatic(batch, 1));
    *shards = n * accumulate;
    return GT_OK;
}
