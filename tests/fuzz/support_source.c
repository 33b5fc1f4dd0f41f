/* support_source.c: whatever the bytes of a file are, a source either refuses
 * them or keeps its word. */
#include "support_source.h"

#include "base/status.h"

#include <stdlib.h>
#include <string.h>

/* Larger samples than that only take time. */
enum { LARGEST = 1 << 22, SAMPLES = 3 };

static void check_labels(const gt_source *s, const int *labels, int n)
{
    for (int i = 0; i < n; i++)
        must(labels[i] >= -1 && labels[i] < (s->classes > 0 ? s->classes : 1));
}

static void use(const gt_source *s)
{
    size_t size = gt_shape_size(s->shape), columns = (size_t)s->n_conditions;
    must(s->count > 0 && size > 0);
    for (int i = 0; i < s->n_conditions; i++)
        must(s->conditions[i].name);
    if (size > LARGEST)
        return;
    const uint64_t numbers[SAMPLES] = {s->count - 1, 0, s->count / 2};
    int labels[SAMPLES];
    gt_real *conditions = calloc(SAMPLES * columns + 1, sizeof *conditions);
    void *samples = calloc(SAMPLES * size, sizeof(gt_real));
    must(conditions && samples);
    bool bytes = s->element == GT_ELEMENT_BYTES;
    gt_source_rows rows = {.bytes = bytes ? samples : NULL,
                           .reals = bytes ? NULL : samples,
                           .labels = labels,
                           .conditions = columns ? conditions : NULL};
    gt_status status = gt_source_read(s, numbers, SAMPLES, &rows);
    if (status == GT_OK)
        check_labels(s, labels, SAMPLES);
    else
        must(*gt_message());
    free(conditions);
    free(samples);
}

void open_and_use(const gt_data_config *config)
{
    for (int split = GT_SPLIT_TRAIN; split <= GT_SPLIT_TEST; split++) {
        gt_source *source = NULL;
        gt_status status = gt_source_open(&source, config, (gt_split)split);
        must(status == GT_OK || (!source && *gt_message()));
        if (source)
            use(source);
        gt_source_close(source);
    }
}

gt_shape take_shape(input *in)
{
    int form = take(in);
    if (!(form & 1))
        return GT_SHAPE_OF_SOURCE;
    return (gt_shape){.h = form >> 1 & 7 ? form >> 1 & 7 : 32,
                      .w = form >> 4 & 7 ? form >> 4 & 7 : 32,
                      .c = 1 + (form & 2)};
}
