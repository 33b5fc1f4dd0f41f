/* The sharded optimizer: ranks share its memory and its work, and nobody can
 * tell from weights, moments or messages.
 *
 * ctest: ranks 6 */
#include "task_fixture.h"

#include <mpi.h>

enum { ENCODER, DECODER };

/* Two networks of some 25 blocks each. 100 samples: the fifth batch is short,
 * and some ranks have nothing of it. */
static const char *const recipe =
    "task: vae\n"
    "data: {uri: \"glyphs?count=100&test_count=40\", image: [12, 12, 1],\n"
    "  range: unit}\n"
    "model:\n"
    "  latent: 4\n"
    "  encoder: [flatten, dense: {units: 40}, relu, dense: {units: 8}]\n"
    "  decoder: [dense: {units: 40}, batch_norm, relu, dense: {units: 144},\n"
    "    reshape: {shape: [12, 12, 1]}]\n"
    "  likelihood: bernoulli\n"
    "optimizer: {lr: 0.01}\n"
    "train: {batch: 24, shards: 12, steps: 100}\n"
    "communication: {bucket_mb: 0.004}\n";

static gt_comm *comm;

/* --- MPI's calls that all ranks take part in are counted. */

static int collectives;

int MPI_Allreduce(const void *from, void *to, int n, MPI_Datatype type,
                  MPI_Op op, MPI_Comm of)
{
    collectives++;
    return PMPI_Allreduce(from, to, n, type, op, of);
}

int MPI_Bcast(void *data, int n, MPI_Datatype type, int root, MPI_Comm of)
{
    collectives++;
    return PMPI_Bcast(data, n, type, root, of);
}

int MPI_Barrier(MPI_Comm of)
{
    collectives++;
    return PMPI_Barrier(of);
}

/* --- */

static void each_rank_keeps_the_moments_of_its_parameters_alone(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        fixture f;
        fixture_open(&f, k ? comm_apart(comm) : comm, recipe, NO_SETS);
        for (int i = 0; i < 2; i++) {
            const gt_learner *l = f.task->learner[i];
            double n = (double)l->net->n_params;
            double mine = (double)l->optimizer.count, all = mine;
            gt_comm_sum(comm, &all, 1);
            assert_true(all == n);
            assert_true(mine <= n / comm->size + 8 * GT_OPTIMIZER_BLOCK);
            assert_true(comm->size == 1 || mine < 0.8 * n);
        }
        fixture_close(&f);
    }
}

static void sums_without_owners_keep_the_optimizer_whole(void **state)
{
    (void)state;
    static const char *const sets[] = {"communication.reduction=mpi",
                                       "communication.compression=bf16"};
    for (int k = 0; k < 2; k++) {
        fixture f;
        fixture_open(&f, comm, recipe,
                     SETS(sets[k], "optimizer.clip_norm=0.1"));
        fixture_step(&f, 3);
        for (int i = 0; i < 2; i++)
            assert_int_equal(f.task->learner[i]->optimizer.count,
                             f.task->learner[i]->net->n_params);
        assert_replicas_are_equal(&f);
        fixture_close(&f);
    }
}

static void weights_and_moments_are_those_of_one_rank_to_the_bit(void **state)
{
    (void)state;
    for (int k = 0; k < 4; k++) {
        bool apart = k & 1, clips = k & 2;
        const char *const *sets =
            SETS(apart == clips ? "optimizer.kind=adam" : "optimizer.kind=sgd",
                 clips ? "optimizer.clip_norm=0.1" : "optimizer.clip_norm=0");
        fixture all, one;
        fixture_open(&all, apart ? comm_apart(comm) : comm, recipe, sets);
        fixture_open(&one, comm_of_one(), recipe, sets);
        for (int round = 0; round < 2; round++) {
            fixture_step(&all, 3);
            fixture_step(&one, 3);
            assert_states_near(&all, &one, 0);
            for (int i = 0; i < 2; i++)
                assert_true((all.task->learner[i]->clip < 1) == clips);
        }
        assert_replicas_are_equal(&all);
        fixture_close(&all);
        fixture_close(&one);
    }
}

static void only_clipping_talks_to_all_beside_the_reducer(void **state)
{
    (void)state;
    for (int k = 0; k < 3; k++) {
        fixture f;
        fixture_open(&f, k & 1 ? comm_apart(comm) : comm, recipe,
                     k & 2 ? SETS("optimizer.clip_norm=0.1") : NO_SETS);
        collectives = 0;
        fixture_step(&f, 5);
        assert_int_equal(collectives, k & 2 && comm->size > 1 ? 5 * 2 : 0);
        fixture_close(&f);
    }
}

/* A bad weight of the decoder's last layer makes the gradients before it NaN or
 * large. Any number of ranks says the same. */
static void a_bad_gradient_is_named_alike_on_all_ranks(void **state)
{
    (void)state;
    static const gt_real bad[] = {NAN, INFINITY, 1e25f};
    static const char *const want =
        "step 3: the gradient of decoder/00_dense/weight is NaN or beyond 1e18";
    for (int k = 0; k < 6; k++) {
        fixture f;
        gt_metrics none = {0};
        fixture_open(&f, k / 3 ? comm_apart(comm) : comm, recipe,
                     k % 2 ? SETS("optimizer.clip_norm=0.1") : NO_SETS);
        fixture_step(&f, 2);
        param_of(&f, DECODER, 3, 0)[700] = bad[k % 3];
        gt_status status = gt_task_step(f.task, f.step, f.loader, &none);
        assert_int_equal(status, GT_ERR_NUMERIC);
        assert_memory_equal(gt_message(), want, strlen(want));
        fixture_close(&f);
    }
}

int main(int argc, char **argv)
{
    if (gt_comm_init(&comm, &argc, &argv) != GT_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rank_keeps_the_moments_of_its_parameters_alone),
        cmocka_unit_test(sums_without_owners_keep_the_optimizer_whole),
        cmocka_unit_test(weights_and_moments_are_those_of_one_rank_to_the_bit),
        cmocka_unit_test(only_clipping_talks_to_all_beside_the_reducer),
        cmocka_unit_test(a_bad_gradient_is_named_alike_on_all_ranks),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gt_comm_finalize(comm);
    return failed;
}
