/* The usual mistakes of data-parallel GANs: ranks that draw the same noise,
 * statistics of real and generated images that mix, optimizers that share one
 * count of updates, replicas that become different, results that depend on the
 * number of ranks. */
#include "gan_by_hand.h"
#include "near.h"
#include "tasks/state.h"

static gt_comm *comm;

/* Every kind of state. 100 samples: the fifth batch has 4, in two shards. */
static const char *const pictures =
    "task: gan\n"
    "data: {uri: \"glyphs?count=100&test_count=41\", image: [12, 12, 1]}\n"
    "model:\n"
    "  latent: 8\n"
    "  prior: uniform\n"
    "  generator:\n"
    "    - dense: {units: 72, bias: false}\n"
    "    - reshape: {shape: [3, 3, 8]}\n"
    "    - batch_norm\n"
    "    - relu\n"
    "    - conv2d_transpose: {filters: 4, kernel: 4, stride: 2, padding: 1}\n"
    "    - batch_norm\n"
    "    - relu\n"
    "    - conv2d_transpose: {filters: 1, kernel: 4, stride: 2, padding: 1}\n"
    "    - tanh\n"
    "  discriminator:\n"
    "    - conv2d: {filters: 4, kernel: 4, stride: 2, padding: 1}\n"
    "    - leaky_relu\n"
    "    - dropout: {rate: 0.3}\n"
    "    - conv2d: {filters: 4, kernel: 3, stride: 2, padding: same}\n"
    "    - batch_norm\n"
    "    - leaky_relu\n"
    "    - flatten\n"
    "    - dense: {units: 1}\n"
    "optimizer: {kind: sgd, lr: 0.01, momentum: 0.5}\n"
    "train: {batch: 24, shards: 12, steps: 10}\n";

static void check_running(const fixture *f, const double want[4])
{
    const gt_network *net = f->task->learner[D]->net;
    for (int k = 0; k < 2; k++)
        assert_all_near(net->state + net->layers[0].state[k].offset,
                        want + 2 * k, 2, 1e-5);
}

/* D's gradient is of both losses: that of its last bias is the sum of
 * D(x) - 1 and D(G(z)), which m holds where there is no momentum. */
static void check_gradient(const fixture *f, const gan_figures *v)
{
    const gt_learner *d = f->task->learner[D];
    double gradient = (double)whole_m(f, D)[d->net->layers[1].param[1].offset];
    assert_near(gradient, v->d_real - 1 + v->d_fake, 1e-4);
}

static void latents_belong_to_samples_not_to_ranks(void **state)
{
    (void)state;
    enum { EACH = 5, MOST = 64 };
    gt_real mine[EACH * LATENT], all[MOST * LATENT], want[LATENT];
    fixture f;
    for (int uniform = 0; uniform < 2; uniform++) {
        fixture_open(
            &f, comm, points,
            SETS(uniform ? "model.prior=uniform" : "model.prior=normal"));
        gt_rng at = {.seed = 7, .step = 3, .stream = GT_STREAM_LATENT};
        at.sample = (uint64_t)(comm->rank * EACH);
        gt_task_latents(f.config, at, EACH, mine);
        assert_true(comm->size * EACH <= MOST);
        gt_comm_gather(comm, mine, sizeof mine, comm->rank ? NULL : all);
        gt_comm_broadcast(comm, all, sizeof all);
        for (int i = 0; i < comm->size * EACH; i++) {
            at.sample = (uint64_t)i;
            (uniform ? gt_rng_uniform : gt_rng_normal)(at, want, LATENT);
            for (int k = 0; k < LATENT; k++)
                assert_true(all[i * LATENT + k] ==
                            (uniform ? 2 * want[k] - 1 : want[k]));
            for (int j = 0; j < i; j++)
                assert_memory_not_equal(all + i * LATENT, all + j * LATENT,
                                        sizeof want);
        }
        at.sample = (uint64_t)(comm->rank * EACH);
        at.step++;
        gt_task_latents(f.config, at, EACH, all);
        assert_memory_not_equal(all, mine, sizeof mine);
        fixture_close(&f);
    }
}

static void real_and_generated_batches_are_normalised_separately(void **state)
{
    (void)state;
    fixture f;
    gan_batch e;
    double running[4] = {0, 0, 1, 1};
    fixture_open(&f, comm, points, SETS("optimizer.momentum=0"));
    for (uint64_t step = 0; step < 7; step++) {
        make_batch(&f, step, &e);
        gan_figures before = figures_of(&f, &e),
                    mixed = figures_if_mixed(&f, &e);
        fixture_step(&f, 1);
        gan_figures after = figures_of(&f, &e); /* by D's new weights */
        assert_near(figure(&f, "loss_d"), before.loss_d, 1e-4);
        assert_near(figure(&f, "d_real"), before.d_real, 1e-4);
        assert_near(figure(&f, "d_fake"), before.d_fake, 1e-4);
        assert_near(figure(&f, "loss_g"), after.loss_g, 1e-4);
        assert_near(figure(&f, "d_fake_after"), after.d_fake, 1e-4);
        assert_true(fabs(mixed.loss_d - before.loss_d) > 1e-2);
        assert_true(fabs(after.loss_g - before.loss_g) > 1e-3);
        check_gradient(&f, &before);
        update_running(running, &before);
        check_running(&f, running);
    }
    fixture_close(&f);
}

static void synchronised_statistics_are_of_the_whole_batch(void **state)
{
    (void)state;
    fixture f;
    gan_batch e;
    double running[4] = {0, 0, 1, 1}, apart = 0;
    fixture_open(&f, comm, points,
                 SETS("optimizer.momentum=0", "norm.sync=true"));
    for (uint64_t step = 0; step < 7; step++) {
        make_batch(&f, step, &e);
        gan_figures before = figures_in_shards(&f, &e, 1),
                    cut = figures_of(&f, &e);
        fixture_step(&f, 1);
        gan_figures after = figures_in_shards(&f, &e, 1);
        assert_near(figure(&f, "loss_d"), before.loss_d, 1e-4);
        assert_near(figure(&f, "d_real"), before.d_real, 1e-4);
        assert_near(figure(&f, "d_fake"), before.d_fake, 1e-4);
        assert_near(figure(&f, "loss_g"), after.loss_g, 1e-4);
        assert_near(figure(&f, "d_fake_after"), after.d_fake, 1e-4);
        apart = fmax(apart, fabs(cut.loss_d - before.loss_d));
        check_gradient(&f, &before);
        update_running(running, &before);
        check_running(&f, running);
    }
    assert_true(apart > 1e-2);
    fixture_close(&f);
}

static void each_of_several_d_steps_takes_a_batch_of_its_own(void **state)
{
    (void)state;
    fixture f;
    gan_batch e[2];
    double running[4] = {0, 0, 1, 1};
    /* A frozen D, so that its weights are known at the second update too. */
    fixture_open(&f, comm, points,
                 SETS("train.d_steps=2", "optimizer_discriminator.lr=0"));
    for (uint64_t step = 0; step < 4; step++) {
        make_batch(&f, 2 * step, &e[0]);
        make_batch(&f, 2 * step + 1, &e[1]);
        gan_figures first = figures_of(&f, &e[0]), last = figures_of(&f, &e[1]);
        fixture_step(&f, 1);
        assert_near(figure(&f, "loss_d"), last.loss_d, 1e-4);
        assert_near(figure(&f, "loss_g"), last.loss_g, 1e-4);
        assert_true(fabs(first.loss_d - last.loss_d) > 1e-3);
        update_running(running, &first);
        update_running(running, &last);
        check_running(&f, running);
    }
    assert_int_equal(gt_loader_next(f.loader)->number, 8);
    fixture_close(&f);
}

/* Whether G and D moved in the next `steps` steps. */
static void check_moves(fixture *f, int steps, bool g_moves, bool d_moves)
{
    uint64_t g = hash_of_params(f, G), d = hash_of_params(f, D);
    fixture_step(f, steps);
    assert_int_equal(hash_of_params(f, G) != g, g_moves);
    assert_int_equal(hash_of_params(f, D) != d, d_moves);
}

static void a_frozen_network_stays_while_the_other_learns(void **state)
{
    (void)state;
    for (int adam = 0; adam < 2; adam++) {
        const char *kind = adam ? "optimizer.kind=adam" : "optimizer.kind=sgd";
        fixture f;
        fixture_open(&f, comm, pictures,
                     SETS(kind, "optimizer_generator.lr=0"));
        check_moves(&f, 3, false, true);
        fixture_close(&f);
        fixture_open(&f, comm, pictures,
                     SETS(kind, "optimizer_discriminator.lr=0"));
        check_moves(&f, 3, true, false);
        fixture_close(&f);
    }
}

/* The learning rate of an SGD update, p_new = p_old - lr m, by least squares.
 */
static double observed_rate(const fixture *f, int learner, const gt_real *old)
{
    const gt_learner *l = f->task->learner[learner];
    const gt_real *of = whole_m(f, learner);
    double products = 0, squares = 0;
    for (size_t i = 0; i < l->net->n_params; i++) {
        double m = (double)of[i];
        products += ((double)old[i] - (double)l->net->params[i]) * m;
        squares += m * m;
    }
    assert_true(squares > 0);
    return products / squares;
}

static void each_optimizer_follows_its_own_schedule(void **state)
{
    (void)state;
    static const double want[][2] = {{0.2, 0.05},   {0.1625, 0.1}, {0.125, 0.1},
                                     {0.0875, 0.1}, {0.05, 0.05},  {0.05, 0.05},
                                     {0.05, 0.025}};
    fixture f;
    fixture_open(&f, comm, points,
                 SETS("optimizer_generator={lr: 0.2, schedule: linear, "
                      "decay_steps: 4, lr_end: 0.05}",
                      "optimizer_discriminator={lr: 0.1, warmup_steps: 2, "
                      "schedule: step, decay_steps: 2, decay_factor: 0.5}"));
    for (size_t step = 0; step < sizeof want / sizeof *want; step++) {
        gt_real old[2][128];
        for (int i = 0; i < 2; i++) {
            const gt_network *net = f.task->learner[i]->net;
            assert_true(net->n_params <= 128);
            memcpy(old[i], net->params, net->n_params * sizeof(gt_real));
        }
        fixture_step(&f, 1);
        for (int i = 0; i < 2; i++)
            assert_near(observed_rate(&f, i, old[i]), want[step][i], 1e-4);
    }
    fixture_close(&f);
}

static void d_s_schedule_counts_every_one_of_its_updates(void **state)
{
    (void)state;
    fixture f;
    /* D's learning rate falls to 0 after six updates: two steps. */
    fixture_open(&f, comm, points,
                 SETS("train.d_steps=3",
                      "optimizer_discriminator={schedule: step, "
                      "decay_steps: 6, decay_factor: 0}"));
    check_moves(&f, 1, true, true);
    check_moves(&f, 1, true, true);
    check_moves(&f, 3, true, false);
    assert_int_equal(f.task->learner[G]->optimizer.updates, 5);
    assert_int_equal(f.task->learner[D]->optimizer.updates, 15);
    char updates[GT_TASK_UPDATES];
    gt_task_updates(f.task, updates);
    assert_string_equal(updates, "generator 5, discriminator 15");
    gt_task_set_step(f.task, 1, "");
    check_moves(&f, 1, true, true);
    check_moves(&f, 1, true, false);
    /* What was updated counts, not what so many steps would have updated. */
    gt_task_set_step(f.task, 9, "generator 9, discriminator 5");
    assert_int_equal(f.task->learner[G]->optimizer.updates, 9);
    assert_int_equal(f.task->learner[D]->optimizer.updates, 5);
    fixture_close(&f);
}

static void replicas_are_equal_to_the_bit_after_several_steps(void **state)
{
    (void)state;
    for (int adam = 0; adam < 2; adam++) {
        fixture f;
        fixture_open(&f, comm, pictures,
                     SETS(adam ? "optimizer.kind=adam" : "optimizer.kind=sgd",
                          "train.d_steps=2"));
        assert_replicas_are_equal(&f);
        check_moves(&f, 4, true, true);
        assert_replicas_are_equal(&f);
        assert_same_on_all_ranks(comm, "a figure", &f.metrics.entry[0].value,
                                 sizeof(double));
        fixture_close(&f);
    }
}

static void one_rank_alone_comes_to_the_same_results(void **state)
{
    (void)state;
    for (int i = 0; i < 8; i++) {
        const char *text = i & 1 ? pictures : points;
        const char *k = i & 2 ? "train.d_steps=2" : "train.d_steps=1";
        const char *sync = i & 4 ? "norm.sync=true" : "norm.sync=false";
        fixture all, one;
        fixture_open(&all, comm, text, SETS(k, sync));
        fixture_open(&one, comm_of_one(), text, SETS(k, sync));
        fixture_step(&all, 7);
        fixture_step(&one, 7);
        assert_states_near(&all, &one, 0);
        fixture_validate(&all);
        fixture_validate(&one);
        assert_near(figure(&all, "test_d_real"), figure(&one, "test_d_real"),
                    1e-6);
        if (i & 1)
            assert_near(figure(&all, "train_d_real"),
                        figure(&one, "train_d_real"), 1e-6);
        fixture_close(&all);
        fixture_close(&one);
    }
}

/* Figures that shall be compared: the same samples give the same. */
static void held_out_and_training_samples_are_evaluated_alike(void **state)
{
    (void)state;
    fixture f;
    gt_validation validation;
    fixture_open(&f, comm, pictures, NO_SETS);
    fixture_step(&f, 3);
    succeeds(gt_validation_new(&validation, f.task, f.test_source,
                               f.test_source, 0));
    f.metrics = (gt_metrics){0};
    succeeds(gt_validation_run(&validation, f.task, &f.metrics));
    gt_validation_free(&validation);
    assert_int_equal(f.metrics.count, 2);
    assert_true(figure(&f, "test_d_real") == figure(&f, "train_d_real"));
    fixture_close(&f);

    /* Without batch norm and dropout a step's own figures are made alike. */
    fixture_open(&f, comm, pictures,
                 SETS("model.discriminator=[flatten, dense: {units: 1}]",
                      "model.generator=[dense: {units: 144}, reshape: {shape: "
                      "[12, 12, 1]}]"));
    fixture_validate(&f);
    assert_int_equal(f.metrics.count, 1);
    fixture_close(&f);
}

static void
a_single_shard_is_the_same_with_synchronised_statistics(void **state)
{
    (void)state;
    fixture plain, sync;
    gt_comm *alone = comm_of_one();
    fixture_open(&plain, alone, pictures, SETS("train.shards=1"));
    fixture_open(&sync, alone, pictures,
                 SETS("train.shards=1", "norm.sync=true"));
    fixture_step(&plain, 3);
    fixture_step(&sync, 3);
    assert_states_near(&plain, &sync, 0);
    fixture_close(&plain);
    fixture_close(&sync);
}

static void a_stop_that_one_rank_wants_reaches_all_ranks(void **state)
{
    (void)state;
    assert_a_stop_reaches_all(comm, points, SETS("norm.sync=false"));
    assert_a_stop_reaches_all(comm, points, SETS("norm.sync=true"));
}

int main(int argc, char **argv)
{
    if (gt_comm_init(&comm, &argc, &argv) != GT_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(latents_belong_to_samples_not_to_ranks),
        cmocka_unit_test(real_and_generated_batches_are_normalised_separately),
        cmocka_unit_test(synchronised_statistics_are_of_the_whole_batch),
        cmocka_unit_test(each_of_several_d_steps_takes_a_batch_of_its_own),
        cmocka_unit_test(a_frozen_network_stays_while_the_other_learns),
        cmocka_unit_test(each_optimizer_follows_its_own_schedule),
        cmocka_unit_test(d_s_schedule_counts_every_one_of_its_updates),
        cmocka_unit_test(replicas_are_equal_to_the_bit_after_several_steps),
        cmocka_unit_test(one_rank_alone_comes_to_the_same_results),
        cmocka_unit_test(held_out_and_training_samples_are_evaluated_alike),
        cmocka_unit_test(
            a_single_shard_is_the_same_with_synchronised_statistics),
        cmocka_unit_test(a_stop_that_one_rank_wants_reaches_all_ranks),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gt_comm_finalize(comm);
    return failed;
}
