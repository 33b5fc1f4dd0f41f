/* copies.c: the training data may be larger than memory, so they are streamed
 * past the samples, which are few. */
#include "eval/copies.h"

#include "core/arena.h"
#include "eval/closest.h"
#include "eval/gather.h"

#include <stdlib.h>

enum { QUERIES = 1000 };
static const size_t most_values = 8 << 20; /* of all queries */
static const size_t most_size = 1 << 16;   /* of a sample: a thousand of the
                                              data are in memory at once */
static const uint64_t most_training = 200000;

const char *gt_copies_missing(const gt_subject *s)
{
    if (!s->task->type->generate)
        return "the model makes no samples";
    return gt_shape_size(s->training->source->shape) <= most_size
               ? NULL
               : "samples of more than 65536 values take too much memory";
}

size_t gt_copies_queries(const gt_subject *s, gt_subject_set which)
{
    size_t n = most_values / gt_shape_size(s->training->source->shape);
    uint64_t count = s->samples;
    if (which == GT_SET_TEST && s->test->source->count < count)
        count = s->test->source->count;
    n = n < QUERIES ? n : QUERIES;
    return n < count ? n : (size_t)count;
}

uint64_t gt_copies_training(const gt_subject *s)
{
    uint64_t count = s->training->source->count;
    return count < most_training ? count : most_training;
}

/* The first n samples of a set as the model has them, into x [n x size]. */
static gt_status get_values(gt_subject *s, gt_subject_set which, size_t n,
                            gt_real *x)
{
    gt_sample_stream stream;
    uint64_t *numbers = malloc(n * sizeof *numbers);
    gt_status status = gt_subject_stream(s, which, &stream);
    if (status == GT_OK && !numbers)
        status = gt_fail(GT_ERR_MEMORY, "no memory for %zu numbers", n);
    for (size_t i = 0; status == GT_OK && i < n; i++)
        numbers[i] = i;
    status = gt_comm_agree(s->comm, status);
    if (status == GT_OK)
        status = gt_samples_gather(s->comm, &stream, numbers, n, false, x);
    gt_sample_stream_free(&stream);
    free(numbers);
    return status;
}

gt_status gt_copies_find(gt_subject *s, gt_subject_set which, size_t n, int k,
                         gt_neighbour *out)
{
    size_t size = gt_shape_size(s->training->source->shape);
    gt_real *x = gt_real_alloc(n * size);
    gt_status status =
        x ? GT_OK
          : gt_fail(GT_ERR_MEMORY, "no memory for neighbours of samples");
    status = gt_comm_agree(s->comm, status);
    if (status == GT_OK)
        status = get_values(s, which, n, x);
    if (status == GT_OK)
        status = gt_closest_find(s->comm, &(gt_points){n, (int)size, x},
                                 s->training, gt_copies_training(s), k, out);
    free(x);
    return status;
}
