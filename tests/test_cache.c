/* Samples that were read stay in memory, for all processes that have the cache:
 * each is unpacked once, and is the same as without.
 *
 * ctest: threads */
#include "data/cache.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { COUNT = 1000, SIZE = 7, BROKEN = 333 };

static atomic_int reads; /* samples */

/* A sample is its number; one of them cannot be read. */
static gt_status read_packed(const gt_source *source, const uint64_t *numbers,
                             int n, const gt_source_rows *to)
{
    for (int i = 0; i < n; i++) {
        if (source->data && numbers[i] == BROKEN)
            return gt_fail(GT_ERR_FORMAT, "it is broken");
        atomic_fetch_add(&reads, 1);
        for (int j = 0; j < SIZE && to->reals; j++)
            to->reals[i * SIZE + j] = (gt_real)numbers[i] + (gt_real)j / 8;
        if (to->labels)
            to->labels[i] = (int)(numbers[i] % 10);
        if (to->conditions)
            to->conditions[i] = -(gt_real)numbers[i];
    }
    return GT_OK;
}

static const gt_source_type packed_type = {.name = "packed",
                                           .read = read_packed};

static gt_source source_of(uint64_t chunk)
{
    atomic_store(&reads, 0);
    return (gt_source){.type = &packed_type,
                       .uri = "packed",
                       .shape = {1, 1, SIZE},
                       .element = GT_ELEMENT_REALS,
                       .count = COUNT,
                       .stored_chunk = chunk,
                       .packed = true,
                       .classes = 10,
                       .n_conditions = 1};
}

static gt_cache *cache_of(const gt_source *source, int mode, bool shared)
{
    gt_cache *cache;
    assert_int_equal(gt__cache_new(&cache, source, mode, shared), GT_OK);
    return cache;
}

/* Whether `n` samples from `first` on, `step` apart, are what they should be.
 */
static bool good(gt_cache *cache, const gt_source *source, uint64_t first,
                 uint64_t step, int n)
{
    gt_real x[64 * SIZE], conditions[64];
    uint64_t numbers[64];
    int labels[64];
    for (int i = 0; i < n; i++)
        numbers[i] = (first + step * (uint64_t)i) % COUNT;
    gt_source_rows rows = {
        .reals = x, .labels = labels, .conditions = conditions};
    bool is = gt__cache_read(cache, source, numbers, n, &rows) == GT_OK;
    for (int i = 0; i < n && is; i++)
        is = x[i * SIZE] == (gt_real)numbers[i] &&
             x[i * SIZE + 6] == (gt_real)numbers[i] + (gt_real)6 / 8 &&
             labels[i] == (int)(numbers[i] % 10) &&
             conditions[i] == -(gt_real)numbers[i];
    return is;
}

static void each_sample_is_read_once(void **state)
{
    (void)state;
    const uint64_t chunks[] = {0, 1, 10, 64, 100, 3000};
    for (int c = 0; c < 6; c++) {
        gt_source source = source_of(chunks[c]);
        gt_cache *cache = cache_of(&source, GT_DATA_CACHE_AUTO, false);
        assert_int_equal(gt__cache_count(cache), COUNT);
        for (uint64_t i = 0; i < 3 * COUNT; i += 50)
            assert_true(good(cache, &source, 17 * i, 13, 50));
        assert_true(good(cache, &source, 0, 1, 64));
        assert_in_range(atomic_load(&reads), 1, COUNT);
        gt__cache_free(cache);
    }
}

static void a_sample_that_cannot_be_read_is_told_each_time(void **state)
{
    (void)state;
    gt_source source = source_of(100);
    source.data = &source;
    gt_cache *cache = cache_of(&source, GT_DATA_CACHE_AUTO, false);
    uint64_t number = BROKEN;
    gt_real x[SIZE];
    gt_source_rows rows = {.reals = x};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(gt__cache_read(cache, &source, &number, 1, &rows),
                         GT_ERR_FORMAT);
        assert_true(good(cache, &source, BROKEN - 3, 1, 3));
        assert_true(good(cache, &source, BROKEN + 1, 1, 3));
    }
    gt__cache_free(cache);
}

/* How many samples fit is a matter of memory; the others are read each time. */
static void what_is_not_wanted_is_not_kept(void **state)
{
    (void)state;
    gt_source source = source_of(0);
    assert_null(cache_of(&source, GT_DATA_CACHE_NONE, false));
    source.count = UINT64_C(1) << 27;
    assert_null(cache_of(&source, GT_DATA_CACHE_AUTO, false));
    source.count = COUNT;
    source.packed = false;
    assert_null(cache_of(&source, GT_DATA_CACHE_AUTO, false));
    gt_cache *cache = cache_of(&source, GT_DATA_CACHE_NODE, false);
    assert_non_null(cache);
    gt__cache_free(cache);
}

static void another_process_takes_what_this_one_has_read(void **state)
{
    (void)state;
    gt_source source = source_of(0);
    gt_cache *cache = cache_of(&source, GT_DATA_CACHE_AUTO, true);
    gt_region_handle handle = gt__cache_share(cache);
    if (!handle.size)
        skip();
    assert_true(good(cache, &source, 0, 1, 50));
    pid_t child = fork();
    if (child == 0) {
        gt_cache *mine = NULL;
        int bad = gt__cache_attach(&mine, &source, &handle, COUNT) != GT_OK ||
                  !good(mine, &source, 0, 1, 50) || atomic_load(&reads) != 50 ||
                  !good(mine, &source, 500, 1, 50) ||
                  atomic_load(&reads) != 100;
        gt__cache_free(mine);
        _exit(bad);
    }
    int how;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 0);
    assert_true(good(cache, &source, 500, 1, 50));
    assert_int_equal(atomic_load(&reads), 50);
    gt__cache_free(cache);
}

typedef struct reader {
    gt_cache *cache;
    const gt_source *source;
    uint64_t first;
    bool good;
} reader;

static void *read_all(void *argument)
{
    reader *r = argument;
    r->good = true;
    for (uint64_t i = 0; i < COUNT; i += 20)
        r->good = r->good && good(r->cache, r->source, r->first + 7 * i, 7, 20);
    return NULL;
}

static void threads_fill_it_side_by_side(void **state)
{
    (void)state;
    gt_source source = source_of(32);
    gt_cache *cache = cache_of(&source, GT_DATA_CACHE_AUTO, false);
    pthread_t thread[3];
    reader r[3];
    for (int i = 0; i < 3; i++) {
        r[i] = (reader){cache, &source, (uint64_t)(i * 333), false};
        assert_int_equal(pthread_create(&thread[i], NULL, read_all, &r[i]), 0);
    }
    for (int i = 0; i < 3; i++) {
        pthread_join(thread[i], NULL);
        assert_true(r[i].good);
    }
    gt__cache_free(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_sample_is_read_once),
        cmocka_unit_test(a_sample_that_cannot_be_read_is_told_each_time),
        cmocka_unit_test(what_is_not_wanted_is_not_kept),
        cmocka_unit_test(another_process_takes_what_this_one_has_read),
        cmocka_unit_test(threads_fill_it_side_by_side),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
