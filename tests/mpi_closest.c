/* The samples of data that are nearest to given ones, streamed: against all
 * distances, with the same result on any number of ranks. */
#include "comm/mpi/start.h"
#include "eval/closest.h"
#include "open_uri.h"
#include "point_sets.h"

static gt_comm *comm;

enum { SIDE = 8, DIM = SIDE * SIDE, COUNT = 3300, Q = 300, K = 5 };

static const gt_data_config data = {.uri = (char *)"glyphs?count=3300",
                                    .image = {SIDE, SIDE, 1},
                                    .range = GT_RANGE_SYMMETRIC};

typedef struct opened {
    gt_source *source;
    gt_reader reader;
    gt_points all, queries;
} opened;

/* Queries are samples of the data, made a little noisy but for the first. */
static void open_data(opened *o)
{
    assert_int_equal(gt_source_open(&o->source, &data, GT_SPLIT_TRAIN), GT_OK);
    assert_int_equal(gt_reader_open(&o->reader, o->source, &data), GT_OK);
    o->all = new_points(COUNT, DIM, 1, 0);
    o->queries = new_points(Q, DIM, 2, 0);
    uint64_t numbers[COUNT];
    for (uint64_t i = 0; i < COUNT; i++)
        numbers[i] = i;
    gt_sample_rows rows = {.x = (gt_real *)o->all.x};
    assert_int_equal(gt_reader_read(&o->reader, numbers, COUNT, &rows), GT_OK);
    gt_real *x = (gt_real *)o->queries.x;
    for (int i = 0; i < Q * DIM; i++)
        x[i] =
            o->all.x[i / DIM * 11 * DIM + i % DIM] + (i < DIM ? 0 : x[i] / 20);
}

static void close_data(opened *o)
{
    free_points(&o->all);
    free_points(&o->queries);
    gt_reader_close(&o->reader);
    gt_source_close(o->source);
}

static void the_nearest_are_those_of_all_distances(void **state)
{
    (void)state;
    opened o;
    gt_comm solo = gt_comm_solo();
    static gt_neighbour got[Q * K], want[Q * K];
    open_data(&o);
    assert_int_equal(
        gt_closest_find(comm, &o.queries, &o.reader, COUNT, K, got), GT_OK);
    assert_int_equal(
        gt_neighbours_find(&solo, &o.queries, &o.all, K, false, "a test", want),
        GT_OK);
    assert_memory_equal(got, want, sizeof want);
    assert_true(got[0].square == 0 && got[0].number == 0);
    for (int i = 1; i < Q; i++)
        assert_true(got[i * K].square > 0);
    close_data(&o);
}

static void what_does_not_fit_is_refused_by_all_ranks(void **state)
{
    (void)state;
    opened o;
    gt_neighbour out[K];
    open_data(&o);
    gt_points other = {.n = 1, .dim = 2, .x = o.queries.x};
    assert_int_equal(gt_closest_find(comm, &other, &o.reader, COUNT, K, out),
                     GT_ERR_MISMATCH);
    other.dim = DIM;
    assert_int_equal(gt_closest_find(comm, &other, &o.reader, 3, K, out),
                     GT_ERR_CONFIG);
    assert_non_null(strstr(gt_message(), "the data have 3"));
    close_data(&o);
}

int main(int argc, char **argv)
{
    if (gt_comm_init(&comm, &argc, &argv) != GT_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nearest_are_those_of_all_distances),
        cmocka_unit_test(what_does_not_fit_is_refused_by_all_ranks),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gt_comm_finalize(comm);
    return failed;
}
