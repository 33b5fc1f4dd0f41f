/* Several nodes, made up: MPI is made to say that ranks are dealt out over
 * nodes of two, one by one, as with --map-by node. Ranks of a node are
 * neighbours all the same, and little leaves a node.
 *
 * ctest: ranks 6 */
#include "reducer_trial.h"

#include <mpi.h>
#include <stdio.h>

enum { MOST_RANKS = 64 };

static int node_of[MOST_RANKS]; /* by rank of the job */
static size_t left_node;        /* bytes that this rank sent elsewhere */

static int nodes_for(int ranks)
{
    return (ranks + 1) / 2;
}

/* --- MPI, as these nodes have it. */

int MPI_Comm_split_type(MPI_Comm comm_, int type, int key, MPI_Info info,
                        MPI_Comm *out)
{
    int rank, size;
    (void)info;
    assert_int_equal(type, MPI_COMM_TYPE_SHARED);
    MPI_Comm_rank(comm_, &rank);
    MPI_Comm_size(comm_, &size);
    return PMPI_Comm_split(comm_, rank % nodes_for(size), key, out);
}

int MPI_Isend(const void *from, int n, MPI_Datatype type, int to, int tag,
              MPI_Comm of, MPI_Request *request)
{
    int bytes;
    MPI_Type_size(type, &bytes);
    if (node_of[to] != node_of[comm->rank])
        left_node += (size_t)(n * bytes);
    return PMPI_Isend(from, n, type, to, tag, of, request);
}

/* --- */

static void ranks_are_numbered_node_by_node(void **state)
{
    (void)state;
    int nodes = nodes_for(comm->size);
    assert_int_equal(comm->nodes, nodes);
    assert_int_equal(node_of[0], 0);
    int changes = 0;
    for (int r = 1; r < comm->size; r++)
        changes += node_of[r] != node_of[r - 1];
    assert_int_equal(changes, nodes - 1);
    assert_true((comm->rank == 0) == (comm->launch_rank == 0));
}

static void a_failure_names_the_launcher_s_number(void **state)
{
    (void)state;
    char who[32];
    int last = comm->size - 1;
    gt_status mine = GT_OK;
    if (comm->launch_rank == last)
        mine = gt_fail(GT_ERR_IO, "no disk");
    assert_int_equal(gt_comm_agree(comm, mine), GT_ERR_IO);
    snprintf(who, sizeof who, "rank %d on ", last);
    if (comm->size > 1)
        assert_memory_equal(gt_message(), who, strlen(who));
}

/* One sum, to within an error; returns what left nodes, in bytes. */
static double bytes_of(int per_rank, gt_compression compression, double error)
{
    trial t = {.count = COUNT,
               .per_rank = per_rank,
               .present = per_rank * comm->size,
               .config = {.compression = compression, .bucket = 100},
               .announcements = 5};
    gt_reducer *r;
    gt_real want[COUNT];
    evaluate(want, 0, t.present, COUNT);
    assert_int_equal(gt_reducer_new(&r, comm, COUNT, per_rank, &t.config),
                     GT_OK);
    gt_reducer_use_shared_memory(r);
    left_node = 0;
    const gt_real *sum = add_up(r, &t);
    double sent = (double)left_node, wrong = 0;
    for (int i = 0; i < COUNT; i++)
        wrong += error > 0 ? !(fabs((double)sum[i] - (double)want[i]) <= error)
                           : !!memcmp(&sum[i], &want[i], sizeof *want);
    gt_comm_sum(comm, &wrong, 1);
    gt_comm_sum(comm, &sent, 1);
    gt_reducer_free(r);
    assert_true(wrong == 0);
    return sent;
}

static void nodes_change_no_bit(void **state)
{
    (void)state;
    for (int n = 1; n <= 7; n++)
        bytes_of(n, GT_COMPRESSION_NONE, 0);
}

/* A node sends no more than one rank in its place would: its sums of the slices
 * that others own, and its own slices to each. */
static void sums_are_made_in_a_node_before_they_leave_it(void **state)
{
    (void)state;
    double least = 2.0 * COUNT * (comm->nodes - 1);
    if (comm->size % 2 != 0)
        skip();
    for (int n = 1; n <= 8; n *= 2) {
        double error = n * comm->size / 10.0;
        assert_true(bytes_of(n, GT_COMPRESSION_NONE, 0) ==
                    sizeof(gt_real) * least);
        assert_true(bytes_of(n, GT_COMPRESSION_BF16, error) ==
                    sizeof(uint16_t) * least);
    }
}

int main(int argc, char **argv)
{
    if (gt_comm_init(&comm, &argc, &argv) != GT_OK)
        return 1;
    int mine = comm->launch_rank % nodes_for(comm->size);
    MPI_Comm job;
    MPI_Comm_split(MPI_COMM_WORLD, 0, comm->rank, &job);
    MPI_Allgather(&mine, 1, MPI_INT, node_of, 1, MPI_INT, job);
    MPI_Comm_free(&job);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_are_numbered_node_by_node),
        cmocka_unit_test(a_failure_names_the_launcher_s_number),
        cmocka_unit_test(nodes_change_no_bit),
        cmocka_unit_test(sums_are_made_in_a_node_before_they_leave_it),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gt_comm_finalize(comm);
    return failed;
}
