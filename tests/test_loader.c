/* The loader as its users see it: the contents of a batch depend on its number
 * alone, on any rank and from any start.
 *
 * ctest: threads */
#include "data/loader.h"
#include "data/shuffle.h"
#include "open_uri.h"
#include "read_one.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static const gt_shape point = {1, 1, 2};

/* The model is told nothing, or all that it can be told. */
static const gt_data_config bare = {.range = GT_RANGE_SYMMETRIC},
                            told = {.range = GT_RANGE_UNIT, .classes = 64};

static gt_source *open_source(const char *uri, gt_split split, gt_shape shape)
{
    gt_source *source;
    if (open_uri(&source, uri, split, shape) != GT_OK)
        fail_msg("%s", gt_message());
    return source;
}

static gt_loader *open_loader(const gt_loader_config *config)
{
    gt_loader *loader;
    if (gt_loader_open(&loader, config) != GT_OK)
        fail_msg("%s", gt_message());
    return loader;
}

static void shard_bounds_cover_any_batch_without_gaps(void **state)
{
    (void)state;
    for (int batch = 1; batch <= 40; batch++)
        for (int shards = 1; shards <= batch; shards++) {
            int most = gt_shard_max(batch, shards), largest = 0;
            for (int n = 1; n <= batch; n++) {
                int next = 0, filled = 0;
                for (int s = 0; s < shards; s++) {
                    int first, count;
                    gt_shard_bounds(n, batch, shards, s, &first, &count);
                    assert_int_equal(first, next);
                    assert_in_range(count, 0, most);
                    assert_true(count == 0 || filled == s);
                    filled += count > 0;
                    next += count;
                    largest = count > largest ? count : largest;
                }
                assert_int_equal(next, n);
                /* ceil(n / (batch / shards)), in whole numbers */
                assert_true(filled * batch >= n * shards);
                assert_true((filled - 1) * batch < n * shards);
            }
            assert_int_equal(largest, most);
        }
}

static void a_full_batch_is_cut_as_evenly_as_integers_allow(void **state)
{
    (void)state;
    for (int s = 0; s < 7; s++) {
        int first, count;
        gt_shard_bounds(64, 64, 7, s, &first, &count);
        assert_int_equal(first, s * 64 / 7);
        assert_int_equal(first + count, (s + 1) * 64 / 7);
    }
}

/* The numbers that batch `b` must hold, by the contract in position.h. */
static uint64_t expected_number(const gt_loader_config *c, uint64_t b,
                                uint64_t place)
{
    const gt_source *source = c->source;
    uint64_t batches = gt_batches_per_epoch(source->count, c->batch);
    uint64_t epoch = b / batches;
    uint64_t position = b % batches * (uint64_t)c->batch + place;
    uint64_t number = gt_shuffle(c->seed, epoch, source->count, position);
    return source->endless ? number + epoch * source->count : number;
}

/* Check all that a delivered batch says; hits[place] counts who delivered it.
 */
static void assert_batch(const gt_loader_config *c, const gt_batch *batch,
                         uint64_t number, int *hits)
{
    const gt_source *source = c->source;
    size_t size = gt_shape_size(source->shape);
    uint64_t batches = gt_batches_per_epoch(source->count, c->batch);
    assert_int_equal(batch->number, number);
    assert_int_equal(batch->epoch, number / batches);
    assert_int_equal(batch->n_shards, c->n_shards);
    gt_real *x = malloc(size * sizeof *x);
    assert_non_null(x);
    for (int i = 0; i < batch->n_shards; i++) {
        const gt_shard *shard = &batch->shards[i];
        int first, count;
        assert_int_equal(shard->index, c->first_shard + i);
        gt_shard_bounds(batch->n, c->batch, c->shards, shard->index, &first,
                        &count);
        assert_int_equal(shard->first_sample, first);
        assert_int_equal(shard->samples.n, count);
        for (int j = 0; j < count; j++) {
            uint64_t place = shard->first_sample + (uint64_t)j;
            uint64_t sample = expected_number(c, number, place);
            read_one(source, sample, c->data->range, x);
            assert_memory_equal(x, shard->samples.x + (size_t)j * size,
                                size * sizeof *x);
            assert_int_equal(shard->samples.labels[j],
                             label_of(source, sample));
            hits[place]++;
        }
    }
    free(x);
}

/* What shards of a unit have lies in one piece. */
static void assert_together(const gt_loader_config *c, const gt_batch *batch)
{
    size_t size = gt_shape_size(c->source->shape);
    for (int i = 0; i + 1 < gt_batch_present(batch); i++) {
        const gt_samples *a = &batch->shards[i].samples;
        const gt_samples *b = &batch->shards[i + 1].samples;
        if ((i + 1) % c->unit == 0)
            continue;
        assert_ptr_equal(b->x, a->x + (size_t)a->n * size);
        assert_ptr_equal(b->labels, a->labels + a->n);
    }
}

/* Two epochs of `count` samples on `ranks` ranks, whose shards come in units.
 */
static void check_units(gt_source *source, int batch, int shards, int ranks,
                        int unit)
{
    uint64_t batches = gt_batches_per_epoch(source->count, batch);
    gt_loader_config config[4];
    gt_loader *loader[4];
    for (int r = 0; r < ranks; r++) {
        int first = shards * r / ranks;
        config[r] = (gt_loader_config){
            .source = source,
            .data = &told,
            .seed = 3,
            .batch = batch,
            .shards = shards,
            .first_shard = first,
            .n_shards = shards * (r + 1) / ranks - first,
            .unit = unit,
        };
        loader[r] = open_loader(&config[r]);
    }
    for (uint64_t b = 0; b < 2 * batches; b++) {
        uint64_t left = source->count - b % batches * (uint64_t)batch;
        int n = left < (uint64_t)batch ? (int)left : batch, hits[64] = {0};
        for (int r = 0; r < ranks; r++) {
            const gt_batch *got = gt_loader_next(loader[r]);
            assert_int_equal(got->n, n);
            assert_batch(&config[r], got, b, hits);
            assert_together(&config[r], got);
        }
        for (int i = 0; i < 64; i++)
            assert_int_equal(hits[i], i < n ? 1 : 0);
    }
    for (int r = 0; r < ranks; r++)
        gt_loader_close(loader[r]);
}

static void check_ranks(gt_source *source, int batch, int shards, int ranks)
{
    check_units(source, batch, shards, ranks, 1);
}

static void shards_of_a_unit_lie_in_one_piece(void **state)
{
    (void)state;
    gt_source *source = open_source("grid?count=130", GT_SPLIT_TRAIN, point);
    for (int ranks = 1; ranks <= 3; ranks++) {
        check_units(source, 32, 12, ranks, 2);
        check_units(source, 32, 12, ranks, ranks == 2 ? 2 : 4);
        check_units(source, 31, 12, ranks, ranks == 2 ? 2 : 4);
    }
    check_units(source, 13, 8, 1, 8);
    gt_source_close(source);
}

static void every_rank_count_delivers_the_same_batches(void **state)
{
    (void)state;
    static const char *const uris[] = {"ring?count=96", "grid?count=97",
                                       "grid?count=130", "ring?count=5"};
    for (int u = 0; u < 4; u++) {
        gt_source *train = open_source(uris[u], GT_SPLIT_TRAIN, point);
        for (int ranks = 1; ranks <= 4; ranks++) {
            check_ranks(train, 32, 12, ranks);
            check_ranks(train, 13, 4, ranks);
            check_ranks(train, 7, 7, ranks);
        }
        gt_source_close(train);
    }
    gt_source *test = open_source("ring?test_count=41", GT_SPLIT_TEST, point);
    check_ranks(test, 12, 4, 3);
    gt_source_close(test);
}

/* The samples of an epoch, each exactly once: endless sources never repeat
 * one, others give the same ones in another order. */
static void check_epochs(const char *uri, gt_split split)
{
    enum { COUNT = 45, EPOCHS = 3 };
    gt_source *source = open_source(uri, split, point);
    gt_loader_config config = {.source = source,
                               .data = &told,
                               .batch = 8,
                               .shards = 4,
                               .n_shards = 4,
                               .seed = 8};
    gt_real known[EPOCHS * COUNT][2];
    int seen[EPOCHS * COUNT] = {0};
    assert_int_equal(source->count, COUNT);
    for (uint64_t i = 0; i < EPOCHS * COUNT; i++)
        read_one(source, i, config.data->range, known[i]);

    gt_loader *loader = open_loader(&config);
    for (int b = 0; b < EPOCHS * 6; b++) {
        const gt_batch *batch = gt_loader_next(loader);
        for (int s = 0; s < 4; s++)
            for (int j = 0; j < batch->shards[s].samples.n; j++) {
                const gt_real *x = batch->shards[s].samples.x + 2 * j;
                uint64_t from = source->endless ? batch->epoch * COUNT : 0;
                int matches = 0;
                for (uint64_t i = from; i < from + COUNT; i++)
                    if (!memcmp(known[i], x, sizeof known[i])) {
                        seen[i]++;
                        matches++;
                    }
                assert_int_equal(matches, 1);
            }
    }
    for (int i = 0; i < EPOCHS * COUNT; i++)
        assert_int_equal(seen[i], source->endless ? 1 : i < COUNT ? EPOCHS : 0);
    gt_loader_close(loader);
    gt_source_close(source);
}

static void each_sample_comes_exactly_once_an_epoch(void **state)
{
    (void)state;
    check_epochs("ring?count=45", GT_SPLIT_TRAIN);
    check_epochs("ring?test_count=45", GT_SPLIT_TEST);
}

static void starting_in_the_middle_equals_continuing(void **state)
{
    (void)state;
    gt_source *source =
        open_source("glyphs?count=50", GT_SPLIT_TRAIN, (gt_shape){9, 8, 1});
    gt_loader_config config = {.source = source,
                               .data = &told,
                               .seed = 5,
                               .batch = 16,
                               .shards = 4,
                               .first_shard = 1,
                               .n_shards = 2};
    for (uint64_t start = 0; start < 9; start++) {
        config.start = start;
        gt_loader *loader = open_loader(&config);
        for (uint64_t b = start; b < start + 6; b++) {
            int hits[16] = {0};
            assert_batch(&config, gt_loader_next(loader), b, hits);
        }
        gt_loader_close(loader);
    }
    config.start = 1000000007;
    gt_loader *loader = open_loader(&config);
    int hits[16] = {0};
    assert_batch(&config, gt_loader_next(loader), config.start, hits);
    gt_loader_close(loader);
    gt_source_close(source);
}

/* An epoch was begun with batches of 16 and is ended with batches of 7. */
static void
another_batch_goes_on_after_the_samples_that_were_taken(void **state)
{
    (void)state;
    gt_source *source = open_source("ring?count=50", GT_SPLIT_TRAIN, point);
    gt_loader_config config = {.source = source,
                               .data = &told,
                               .seed = 5,
                               .batch = 7,
                               .shards = 1,
                               .n_shards = 1,
                               .start = 6,
                               .from = 6,
                               .from_samples = 50 + 32};
    gt_loader *loader = open_loader(&config);
    uint64_t place = 32, epoch = 1;
    const int sizes[] = {7, 7, 4, 7};
    for (int i = 0; i < 4; i++) {
        const gt_batch *batch = gt_loader_next(loader);
        assert_int_equal(batch->number, 6 + i);
        assert_int_equal(batch->epoch, epoch);
        assert_int_equal(batch->n, sizes[i]);
        for (int j = 0; j < batch->n; j++) {
            gt_real x[2];
            uint64_t sample = gt_shuffle(5, epoch, 50, place++) + 50 * epoch;
            read_one(source, sample, config.data->range, x);
            assert_memory_equal(batch->shards[0].samples.x + 2 * j, x,
                                sizeof x);
        }
        if (place == 50) {
            place = 0;
            epoch++;
        }
    }
    gt_loader_close(loader);
    gt_source_close(source);
}

/* A batch stays as it is while the thread fills the others. */
static void a_batch_is_valid_until_the_next_call(void **state)
{
    (void)state;
    gt_source *source = open_source("ring", GT_SPLIT_TRAIN, point);
    gt_loader_config config = {.source = source,
                               .data = &told,
                               .batch = 32,
                               .shards = 4,
                               .n_shards = 4};
    gt_loader *loader = open_loader(&config);
    for (uint64_t b = 0; b < 8; b++) {
        const gt_batch *batch = gt_loader_next(loader);
        nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
        int hits[32] = {0};
        assert_batch(&config, batch, b, hits);
    }
    gt_loader_close(loader);
    gt_source_close(source);
}

/* At various moments, with the thread drawing, waiting for room, or not yet
 * started. */
static void closing_is_safe_at_any_moment(void **state)
{
    (void)state;
    gt_source *source =
        open_source("shapes", GT_SPLIT_TRAIN, (gt_shape){64, 64, 1});
    gt_loader_config config = {.source = source,
                               .data = &told,
                               .batch = 64,
                               .shards = 1,
                               .n_shards = 1};
    for (int i = 0; i < 20; i++) {
        gt_loader *loader = open_loader(&config);
        nanosleep(&(struct timespec){.tv_nsec = i * 300000}, NULL);
        if (i % 3 == 0)
            assert_int_equal(gt_loader_next(loader)->n, 64);
        gt_loader_close(loader);
    }
    gt_loader_close(NULL);
    gt_source_close(source);
}

static atomic_int reads, unblocked;

/* A source that is slow, counts, and looks at its thread's signal mask. */
static gt_status read_slowly(const gt_source *source, const uint64_t *numbers,
                             int n, const gt_source_rows *to)
{
    (void)source;
    sigset_t mask;
    pthread_sigmask(SIG_BLOCK, NULL, &mask);
    if (!sigismember(&mask, SIGTERM) || !sigismember(&mask, SIGUSR1))
        atomic_fetch_add(&unblocked, 1);
    for (int i = 0; i < n; i++) {
        atomic_fetch_add(&reads, 1);
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        to->reals[2 * i] = to->reals[2 * i + 1] = (gt_real)numbers[i];
    }
    return GT_OK;
}

static const gt_source_type slow_type = {.name = "slow", .read = read_slowly};

static void closing_does_not_wait_for_the_batch_in_work(void **state)
{
    (void)state;
    enum { BATCH = 100000 };
    gt_source source = {.type = &slow_type,
                        .shape = point,
                        .element = GT_ELEMENT_REALS,
                        .count = BATCH};
    gt_loader_config config = {.source = &source,
                               .data = &bare,
                               .batch = BATCH,
                               .shards = 2,
                               .n_shards = 2};
    gt_loader *loader = open_loader(&config);
    while (atomic_load(&reads) < 3)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    gt_loader_close(loader);
    assert_true(atomic_load(&reads) < BATCH);
}

static void signals_are_left_to_the_caller(void **state)
{
    (void)state;
    sigset_t before, after;
    pthread_sigmask(SIG_BLOCK, NULL, &before);
    gt_source source = {.type = &slow_type,
                        .shape = point,
                        .element = GT_ELEMENT_REALS,
                        .count = 4};
    gt_loader_config config = {.source = &source,
                               .data = &bare,
                               .batch = 4,
                               .shards = 2,
                               .n_shards = 2};
    gt_loader *loader = open_loader(&config);
    assert_null(gt_loader_next(loader)->shards[1].samples.labels);
    gt_loader_close(loader);
    assert_int_equal(atomic_load(&unblocked), 0);
    pthread_sigmask(SIG_BLOCK, NULL, &after);
    assert_int_equal(sigismember(&before, SIGTERM),
                     sigismember(&after, SIGTERM));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shard_bounds_cover_any_batch_without_gaps),
        cmocka_unit_test(a_full_batch_is_cut_as_evenly_as_integers_allow),
        cmocka_unit_test(every_rank_count_delivers_the_same_batches),
        cmocka_unit_test(shards_of_a_unit_lie_in_one_piece),
        cmocka_unit_test(each_sample_comes_exactly_once_an_epoch),
        cmocka_unit_test(starting_in_the_middle_equals_continuing),
        cmocka_unit_test(
            another_batch_goes_on_after_the_samples_that_were_taken),
        cmocka_unit_test(a_batch_is_valid_until_the_next_call),
        cmocka_unit_test(closing_is_safe_at_any_moment),
        cmocka_unit_test(closing_does_not_wait_for_the_batch_in_work),
        cmocka_unit_test(signals_are_left_to_the_caller),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
