/* The running average of parameters: what it is, that ranks share its memory,
 * that nobody can tell how many there are, and that training does not notice.
 *
 * ctest: ranks 6 */
#include "task_fixture.h"

#include "tasks/average.h"

enum { ENCODER, DECODER };

/* 100 samples: the fifth batch is short, and some ranks have nothing of it. */
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
    "optimizer: {lr: 0.01, ema: 0.7}\n"
    "train: {batch: 24, shards: 12, steps: 100}\n"
    "communication: {bucket_mb: 0.004}\n";

static gt_comm *comm;

/* The span of the average of a network's span. */
static const gt_span *average_of(const whole_state *w, const gt_span *span)
{
    char path[200];
    snprintf(path, sizeof path, "/ema%s", span->path);
    for (int i = 0; i < w->count; i++)
        if (!strcmp(w->spans[i].path, path))
            return &w->spans[i];
    return NULL;
}

static bool is_network(const gt_span *span)
{
    return !gt_span_is_optimizer(span->path) && !gt_span_is_ema(span->path);
}

static void assert_same_bits(const gt_span *a, const gt_span *b)
{
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->data, b->data, a->count * sizeof *a->data);
}

/* --- */

static void it_begins_with_the_parameters(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f, comm, recipe, NO_SETS);
    whole_state w = whole_state_of(&f);
    int found = 0;
    for (int i = 0; i < w.count; i++) {
        const gt_span *average = average_of(&w, &w.spans[i]);
        assert_true((average != NULL) == is_network(&w.spans[i]));
        if (average)
            assert_same_bits(average, &w.spans[i]);
        found += average != NULL;
    }
    assert_int_equal(found, 12);
    whole_state_free(&w);
    fixture_close(&f);
}

/* Written out from what parameters and statistics are after each step. */
static void it_follows_parameters_and_statistics(void **state)
{
    (void)state;
    fixture f;
    fixture_open(&f, comm, recipe, NO_SETS);
    whole_state want = whole_state_of(&f);
    for (int k = 0; k < 30; k++) {
        double decay = fmin(0.7, (1.0 + k) / (10.0 + k));
        fixture_step(&f, 1);
        whole_state now = whole_state_of(&f);
        for (int i = 0; i < now.count; i++) {
            const gt_span *average = average_of(&want, &now.spans[i]);
            for (size_t j = 0; average && j < average->count; j++)
                average->data[j] =
                    (gt_real)(decay * (double)average->data[j] +
                              (1 - decay) * (double)now.spans[i].data[j]);
            if (average)
                assert_true(distance(average_of(&now, &now.spans[i]), average) <
                            1e-5);
        }
        whole_state_free(&now);
    }
    whole_state_free(&want);
    fixture_close(&f);
}

static void it_is_that_of_one_rank_to_the_bit(void **state)
{
    (void)state;
    for (int k = 0; k < 4; k++) {
        const char *const *sets = k & 1 ? SETS("optimizer.kind=sgd")
                                        : SETS("optimizer.clip_norm=0.1");
        fixture all, one;
        fixture_open(&all, k & 2 ? comm_apart(comm) : comm, recipe, sets);
        fixture_open(&one, comm_of_one(), recipe, sets);
        fixture_step(&all, 6);
        fixture_step(&one, 6);
        assert_states_near(&all, &one, 0);
        fixture_validate(&all);
        fixture_validate(&one);
        assert_states_near(&all, &one, 0); /* compares the figures, too */
        fixture_close(&all);
        fixture_close(&one);
    }
}

static void each_rank_keeps_its_part_of_it(void **state)
{
    (void)state;
    fixture f, none;
    fixture_open(&f, comm, recipe, NO_SETS);
    fixture_open(&none, comm, recipe, SETS("optimizer.ema=0"));
    assert_true(gt_task_has_averages(f.task));
    assert_false(gt_task_has_averages(none.task));
    for (int i = 0; i < 2; i++) {
        const gt_optimizer *o = &f.task->learner[i]->optimizer;
        double n = (double)f.task->learner[i]->net->n_params;
        assert_true((double)o->count <= n / comm->size + 8 * 256);
        assert_non_null(o->average);
        assert_null(none.task->learner[i]->optimizer.average);
        assert_null(none.task->learner[i]->average_state);
    }
    fixture_close(&f);
    fixture_close(&none);
}

/* Where every rank updates everything. */
static void sums_without_owners_keep_it_whole(void **state)
{
    (void)state;
    static const char *const sets[] = {"communication.reduction=mpi",
                                       "communication.compression=bf16"};
    for (int k = 0; k < 2; k++) {
        fixture f;
        fixture_open(&f, comm, recipe, SETS(sets[k]));
        fixture_step(&f, 3);
        for (int i = 0; i < 2; i++) {
            const gt_learner *l = f.task->learner[i];
            assert_same_on_all_ranks(comm, "average", l->optimizer.average,
                                     l->net->n_params * sizeof(gt_real));
        }
        gt_task_begin_evaluation(f.task);
        assert_replicas_are_equal(&f);
        gt_task_end_evaluation(f.task);
        assert_replicas_are_equal(&f);
        fixture_close(&f);
    }
}

/* Parameters of the one, averages of the other. */
static void assert_evaluates_averages(const fixture *f, const whole_state *w)
{
    gt_span *now;
    int count;
    succeeds(gt_task_spans(f->task, false, &now, &count));
    for (int i = 0; i < count; i++)
        assert_same_bits(&now[i], average_of(w, &now[i]));
    free(now);
}

static void an_evaluation_takes_it_and_leaves_no_trace(void **state)
{
    (void)state;
    for (int k = 0; k < 2; k++) {
        fixture f;
        fixture_open(&f, k ? comm_apart(comm) : comm, recipe, NO_SETS);
        for (int round = 0; round < 2; round++) {
            fixture_step(&f, 2);
            whole_state before = whole_state_of(&f);
            gt_task_begin_evaluation(f.task);
            assert_evaluates_averages(&f, &before);
            gt_task_end_evaluation(f.task);
            whole_state after = whole_state_of(&f);
            for (int i = 0; i < before.count; i++)
                assert_same_bits(&before.spans[i], &after.spans[i]);
            whole_state_free(&before);
            whole_state_free(&after);
        }
        fixture_close(&f);
    }
}

/* The same weights and figures of steps, whether it is there or not, and
 * however often somebody evaluates. Figures of validation are others. */
static void training_does_not_notice_it(void **state)
{
    (void)state;
    fixture f, plain;
    fixture_open(&f, comm, recipe, NO_SETS);
    fixture_open(&plain, comm, recipe, SETS("optimizer.ema=0"));
    for (int k = 0; k < 3; k++) {
        fixture_step(&f, 2);
        fixture_step(&plain, 2);
        for (int i = 0; i < 2; i++)
            assert_true(hash_of_params(&f, i) == hash_of_params(&plain, i));
        assert_true(figure(&f, "loss") == figure(&plain, "loss"));
        fixture_validate(&f);
        fixture_validate(&plain);
        assert_true(figure(&f, "test_loss") != figure(&plain, "test_loss"));
    }
    fixture_close(&f);
    fixture_close(&plain);
}

/* One network alone has it: with a GAN, mostly the generator. */
static void one_network_may_have_it_alone(void **state)
{
    (void)state;
    static const char *const gan =
        "task: gan\n"
        "data: {uri: \"glyphs?count=100&test_count=40\", image: [12, 12, 1]}\n"
        "model:\n"
        "  latent: 4\n"
        "  generator: [dense: {units: 144}, tanh,\n"
        "    reshape: {shape: [12, 12, 1]}]\n"
        "  discriminator: [flatten, dense: {units: 8}, relu,\n"
        "    dense: {units: 1}]\n"
        "optimizer_generator: {ema: 0.9}\n"
        "train: {batch: 24, shards: 12, steps: 100}\n";
    fixture f;
    fixture_open(&f, comm, gan, NO_SETS);
    fixture_step(&f, 3);
    uint64_t g = hash_of_params(&f, 0), d = hash_of_params(&f, 1);
    gt_task_begin_evaluation(f.task);
    assert_true(hash_of_params(&f, 0) != g);
    assert_true(hash_of_params(&f, 1) == d);
    gt_task_end_evaluation(f.task);
    assert_true(hash_of_params(&f, 0) == g);
    fixture_close(&f);
}

int main(int argc, char **argv)
{
    if (gt_comm_init(&comm, &argc, &argv) != GT_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_begins_with_the_parameters),
        cmocka_unit_test(it_follows_parameters_and_statistics),
        cmocka_unit_test(it_is_that_of_one_rank_to_the_bit),
        cmocka_unit_test(each_rank_keeps_its_part_of_it),
        cmocka_unit_test(sums_without_owners_keep_it_whole),
        cmocka_unit_test(an_evaluation_takes_it_and_leaves_no_trace),
        cmocka_unit_test(training_does_not_notice_it),
        cmocka_unit_test(one_network_may_have_it_alone),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gt_comm_finalize(comm);
    return failed;
}
