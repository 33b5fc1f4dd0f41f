/* Samples in memory: once a node, the same on all ranks, and each rank for
 * itself where ranks cannot see each other. */
#define _GNU_SOURCE
#include "base/sanitizers.h"
#include "comm/mpi/start.h"
#include "read_one.h"
#include "scratch.h"
#include "train/node_data.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>

enum { COUNT = 25000, SIDE = 28, TESTS = 200 };

static const gt_shape shape = {SIDE, SIDE, 1};
static gt_comm *comm;
static bool hidden; /* other processes cannot be seen */

/* In place of the system's. */
int open(const char *path, int flags, ...)
{
    __typeof__(&open) real = (__typeof__(real))dlsym(RTLD_NEXT, "open");
    va_list rest;
    va_start(rest, flags);
    int mode = flags & O_CREAT ? va_arg(rest, int) : 0;
    va_end(rest);
    if (hidden && !strncmp(path, "/proc/", 6) && strstr(path, "/fd/")) {
        errno = EACCES;
        return -1;
    }
    return real(path, flags, mode);
}

static void write_idx(const char *name, int count, int side)
{
    uint8_t head[16] = {0, 0, 8, side ? 3 : 1};
    FILE *file = fopen(in_scratch(name), "wb");
    assert_non_null(file);
    const int sizes[] = {count, side, side};
    for (int i = 0; i < 3; i++)
        for (int b = 0; b < 4; b++)
            head[4 + 4 * i + b] = (uint8_t)(sizes[i] >> (24 - 8 * b));
    fwrite(head, 1, side ? 16 : 8, file);
    size_t size = side ? (size_t)(side * side) : 1;
    uint8_t *item = malloc(size);
    assert_non_null(item);
    for (int i = 0; i < count; i++) {
        memset(item, i % (side ? 251 : 10), size);
        item[0] = (uint8_t)(i % 10);
        fwrite(item, 1, size, file);
    }
    free(item);
    assert_int_equal(fclose(file), 0);
}

/* One folder for all ranks. */
static int begin(void **state)
{
    hidden = false;
    if (comm->rank == 0) {
        make_scratch(state);
        write_idx("train-images-idx3-ubyte", COUNT, SIDE);
        write_idx("train-labels-idx1-ubyte", COUNT, 0);
        write_idx("t10k-images-idx3-ubyte", TESTS, SIDE);
    }
    gt_comm_broadcast(comm, scratch, sizeof scratch);
    return 0;
}

static int end(void **state)
{
    gt_comm_barrier(comm);
    return comm->rank == 0 ? remove_scratch(state) : 0;
}

/* All pages are looked at. */
static void check_samples(const gt_source *train, const gt_source *test)
{
    uint8_t image[SIDE * SIDE];
    assert_int_equal(train->count, COUNT);
    assert_int_equal(train->classes, 10);
    assert_int_equal(test->count, TESTS);
    assert_int_equal(test->classes, 0);
    for (uint64_t i = 0; i < COUNT; i++) {
        read_bytes(train, i, image);
        if (image[0] != i % 10 || image[SIDE * SIDE - 1] != i % 251 ||
            label_of(train, i) != (int)(i % 10))
            fail_msg("sample %d is another one", (int)i);
    }
    assert_int_equal(label_of(test, 3), -1);
}

/* A sum over the lines KEY of /proc/self/smaps, of mappings whose first line
 * has NAME in it, in bytes. */
static double mapped(const char *name, const char *key)
{
    char line[512];
    double sum = 0, value;
    bool inside = false;
    FILE *file = fopen("/proc/self/smaps", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        if (strchr("0123456789abcdef", line[0]))
            inside = strstr(line, name) != NULL;
        if (inside && !strncmp(line, key, strlen(key)) &&
            sscanf(line + strlen(key), "%lf", &value) == 1)
            sum += 1024 * value;
    }
    fclose(file);
    return sum;
}

static double on_all(double value)
{
    gt_comm_sum(comm, &value, 1);
    return value;
}

static const gt_data_config *config_of(char *uri)
{
    static gt_data_config config;
    config = (gt_data_config){.uri = uri, .image = shape};
    return &config;
}

static void open_all(char *uri, gt_source **train, gt_source **test)
{
    if (gt_node_data_open(comm, config_of(uri), train, test) != GT_OK)
        fail_msg("%s", gt_message());
}

static void samples_take_the_memory_of_a_node_once(void **state)
{
    (void)state;
    gt_source *train, *test;
    double bytes = (double)COUNT * SIDE * SIDE;
    /* Memory of a process alone: that of libraries counts for the less, the
     * more other programs run. */
    double before = on_all(mapped("", "Anonymous:"));
    open_all(scratch, &train, &test);
    check_samples(train, test);
    gt_comm_barrier(comm); /* all have looked at all pages */
    double data = on_all(mapped("memfd:gentrain", "Pss:"));
    double all = data + on_all(mapped("", "Anonymous:")) - before;
    gt_comm_barrier(comm);
    if (comm->size > 1 && gt_region_can_share()) {
        assert_true(train->region.shared && test->region.shared);
        assert_true(data > 0.99 * bytes && data < 1.03 * bytes);
        /* Sanitizers take memory of their own. */
        assert_true(all > 0.9 * bytes);
#if !defined(GT_ADDRESS_SANITIZER) && !defined(GT_THREAD_SANITIZER)
        assert_true(all < 1.25 * bytes);
#endif
    } else
        assert_false(train->region.shared);
    gt_source_close(train);
    gt_source_close(test);
    assert_true(mapped("memfd:gentrain", "Size:") == 0);
}

static void ranks_that_see_nobody_read_for_themselves(void **state)
{
    (void)state;
    gt_source *train, *test;
    hidden = comm->rank % 2 == 1;
    open_all(scratch, &train, &test);
    check_samples(train, test);
    if (comm->node_rank > 0)
        assert_true(train->region.shared == !hidden);
    gt_source_close(train);
    gt_source_close(test);
}

/* As on nodes that have the data under different paths. */
static void a_rank_with_another_path_reads_that(void **state)
{
    (void)state;
    gt_source *train, *test;
    char other[128];
    snprintf(other, sizeof other, "%s%s", scratch, comm->rank == 1 ? "/." : "");
    open_all(other, &train, &test);
    check_samples(train, test);
    assert_string_equal(train->uri, other);
    if (comm->rank == 1)
        assert_false(train->region.shared);
    gt_source_close(train);
    gt_source_close(test);
}

static void damaged_data_fail_on_all_ranks(void **state)
{
    (void)state;
    gt_source *train = NULL, *test = NULL;
    if (comm->rank == 0)
        assert_int_equal(truncate(in_scratch("t10k-images-idx3-ubyte"), 100000),
                         0);
    gt_comm_barrier(comm);
    assert_fails(gt_node_data_open(comm, config_of(scratch), &train, &test),
                 GT_ERR_FORMAT, "file ends after");
    assert_null(train);
    assert_null(test);
    assert_true(mapped("memfd:gentrain", "Size:") == 0);
}

/* Nothing is to be shared. */
static void built_in_sources_are_opened_by_each_rank(void **state)
{
    (void)state;
    gt_source *train, *test;
    open_all("glyphs?count=50&test_count=0", &train, &test);
    assert_int_equal(train->count, 50);
    assert_null(test);
    gt_source_close(train);
}

#define on_all_ranks(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(int argc, char **argv)
{
    if (gt_comm_init(&comm, &argc, &argv) != GT_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        on_all_ranks(samples_take_the_memory_of_a_node_once),
        on_all_ranks(ranks_that_see_nobody_read_for_themselves),
        on_all_ranks(a_rank_with_another_path_reads_that),
        on_all_ranks(damaged_data_fail_on_all_ranks),
        on_all_ranks(built_in_sources_are_opened_by_each_rank),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gt_comm_finalize(comm);
    return failed;
}
