/* damaged_source.c: gentrain with one more source, for cli_unreadable.sh:
 * digits that come as if from a file, some of which cannot be read. Linked in
 * front of the program's own table of sources.
 *
 * DAMAGED="SPLIT EVERY FIRST" (SPLIT: train or test) damages the samples FIRST,
 * FIRST + EVERY, ... STORED=N says that N samples are stored together. */
#include "data/sources.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_damaged(const gt_source *source, uint64_t number)
{
    char split[8];
    unsigned long long every, first;
    const char *text = getenv("DAMAGED");
    if (!text || sscanf(text, "%7s %llu %llu", split, &every, &first) != 3)
        return false;
    return !strcmp(split, "train") == (source->first == 0) && number >= first &&
           (number - first) % every == 0;
}

static gt_status read_damaged(const gt_source *source, const uint64_t *numbers,
                              int n, const gt_source_rows *to)
{
    for (int i = 0; i < n; i++)
        if (is_damaged(source, numbers[i]))
            return gt_fail(GT_ERR_FORMAT, "block %llu is damaged",
                           (unsigned long long)numbers[i]);
    return gt__source_glyphs.read(source, numbers, n, to);
}

static gt_status open_damaged(gt_source *source,
                              const gt_source_request *request)
{
    const char *stored = getenv("STORED");
    source->endless = false;
    source->chunk = stored ? strtoull(stored, NULL, 10) : 0;
    return gt__source_glyphs.open(source, request);
}

static const gt_source_type damaged = {.name = "damaged",
                                       .help = "damaged digits",
                                       .default_count = 100,
                                       .natural = {28, 28, 1},
                                       .open = open_damaged,
                                       .read = read_damaged};

const gt_source_type *const gt_source_types[] = {&gt__source_idx, &damaged};
const int gt_source_type_count = 2;
