/* The loader on a source whose samples are stored in chunks.
 *
 * ctest: threads */
#include "data/loader.h"
#include "data/order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The chunks that a reader keeps: as many as a window of the order has. */
typedef struct kept {
    uint64_t chunk[GT_ORDER_WINDOW], used[GT_ORDER_WINDOW];
    uint64_t now, loads;
} kept;

static void load_chunk(kept *k, uint64_t chunk)
{
    int oldest = 0;
    k->now++;
    for (int i = 0; i < GT_ORDER_WINDOW; i++) {
        if (k->used[i] && k->chunk[i] == chunk) {
            k->used[i] = k->now;
            return;
        }
        oldest = k->used[i] < k->used[oldest] ? i : oldest;
    }
    k->chunk[oldest] = chunk;
    k->used[oldest] = k->now;
    k->loads++;
}

/* A sample is its number. */
static gt_status read_stored(const gt_source *source, const uint64_t *numbers,
                             int n, const gt_source_rows *to)
{
    for (int i = 0; i < n; i++) {
        load_chunk(source->data, numbers[i] / source->chunk);
        to->reals[i] = (gt_real)numbers[i];
    }
    return GT_OK;
}

static const gt_source_type stored_type = {.name = "stored",
                                           .read = read_stored};

static const gt_data_config bare = {.range = GT_RANGE_SYMMETRIC};

enum { COUNT = 1005, CHUNK = 10, BATCH = 48, SHARDS = 12, EPOCHS = 3 };

static const uint64_t batches = (COUNT + BATCH - 1) / BATCH;

static gt_source source_of(kept *k)
{
    *k = (kept){0};
    return (gt_source){.type = &stored_type,
                       .shape = {1, 1, 1},
                       .element = GT_ELEMENT_REALS,
                       .count = COUNT,
                       .chunk = CHUNK,
                       .data = k};
}

/* What rank `rank` of `ranks` gets of the batches start .. end - 1 goes to its
 * place in `numbers` [all samples of the training]. */
static void collect(const gt_source *source, int rank, int ranks,
                    uint64_t start, uint64_t end, uint64_t *numbers)
{
    int first = SHARDS * rank / ranks;
    gt_loader_config config = {.source = source,
                               .data = &bare,
                               .seed = 6,
                               .batch = BATCH,
                               .shards = SHARDS,
                               .first_shard = first,
                               .n_shards = SHARDS * (rank + 1) / ranks - first,
                               .start = start,
                               .end = end};
    gt_loader *loader;
    assert_int_equal(gt_loader_open(&loader, &config), GT_OK);
    for (uint64_t b = start; b < end; b++) {
        const gt_batch *batch = gt_loader_next(loader);
        uint64_t at = b / batches * COUNT + b % batches * BATCH;
        for (int s = 0; s < batch->n_shards; s++) {
            const gt_shard *shard = &batch->shards[s];
            for (int j = 0; j < shard->samples.n; j++)
                numbers[at + shard->first_sample + (uint64_t)j] =
                    (uint64_t)shard->samples.x[j];
        }
    }
    gt_loader_close(loader);
}

static void assert_order(const uint64_t *numbers, uint64_t from, uint64_t to)
{
    const gt_order order = {.seed = 6, .count = COUNT, .chunk = CHUNK};
    for (uint64_t i = from; i < to; i++)
        assert_int_equal(numbers[i], gt_order_at(&order, i / COUNT, i % COUNT));
}

static void any_number_of_ranks_reads_in_the_same_order(void **state)
{
    (void)state;
    static uint64_t numbers[EPOCHS * COUNT];
    kept k;
    for (int ranks = 1; ranks <= 4; ranks++) {
        memset(numbers, 0, sizeof numbers);
        for (int rank = 0; rank < ranks; rank++) {
            gt_source source = source_of(&k);
            collect(&source, rank, ranks, 0, EPOCHS * batches, numbers);
        }
        assert_order(numbers, 0, EPOCHS * (uint64_t)COUNT);
    }
}

static void reading_begins_at_any_batch(void **state)
{
    (void)state;
    static uint64_t numbers[EPOCHS * COUNT];
    kept k;
    for (uint64_t start = 0; start < 2 * batches; start += 5) {
        gt_source source = source_of(&k);
        memset(numbers, 0, sizeof numbers);
        collect(&source, 0, 1, start, start + 4, numbers);
        uint64_t from = start / batches * COUNT + start % batches * BATCH;
        assert_order(numbers, from, from + 3 * BATCH);
    }
}

/* The chunks of an epoch's last window may be wanted in the first one of the
 * next epoch. */
static void each_chunk_is_loaded_once_an_epoch(void **state)
{
    (void)state;
    static uint64_t numbers[EPOCHS * COUNT];
    const uint64_t all = EPOCHS * (COUNT / CHUNK + 1);
    for (int ranks = 1; ranks <= 3; ranks++) {
        kept k;
        gt_source source = source_of(&k);
        collect(&source, ranks - 1, ranks, 0, EPOCHS * batches, numbers);
        assert_true(k.loads <= all);
        assert_true(k.loads > all - EPOCHS * GT_ORDER_WINDOW);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_number_of_ranks_reads_in_the_same_order),
        cmocka_unit_test(reading_begins_at_any_batch),
        cmocka_unit_test(each_chunk_is_loaded_once_an_epoch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
