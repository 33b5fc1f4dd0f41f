/* A table that the runner cannot run is named as what it is, and what follows
 * from a table follows from it alone: which pass sends gradients where, how
 * often networks run, and when a vector is complete. */
#include "tasks/task.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { G, D, NETWORKS };

static void loss(const gt_stage_shard *at)
{
    (void)at;
}

static void make(const gt_stage_shard *at, gt_real *input)
{
    (void)at;
    (void)input;
}

static int64_t three(const gt_config *config)
{
    (void)config;
    return 3;
}

/* A table like a GAN's, to be spoilt. */
typedef struct table {
    gt_stage stages[5];
    gt_update updates[2];
    gt_figure figures[1];
    gt_step_table step;
} table;

static table *adversarial(void)
{
    static table t;
    t = (table){
        .stages = {{0, G, 0x4000, GT_FROM_NOISE, .noise = 1},
                   {0, D, 0x1000, GT_FROM_DATA, .loss = loss, .weights = true},
                   {0, D, 0x2000, 0, .loss = loss, .weights = true},
                   {1, G, 0x4000, 0, .again = true, .weights = true},
                   {1, D, 0x3000, 3, .loss = loss, .input = true}},
        .updates = {{.times = three}, {.same_batch = true}},
        .figures = {{"loss", 1}}};
    t.step = (gt_step_table){5, 2, 1, t.stages, t.updates, t.figures};
    return &t;
}

static void every_task_has_a_table_that_can_be_run(void **state)
{
    (void)state;
    int n = 0;
    for (const gt_task_type *type; (type = gt_task_type_at(n)); n++) {
        const char *fault = gt_step_fault(&type->step, type->n_networks);
        if (fault)
            fail_msg("%s: %s", type->name, fault);
        assert_in_range(type->n_networks, 1, GT_TASK_MAX_NETWORKS);
    }
    assert_true(n >= 2);
    assert_null(gt_step_fault(&adversarial()->step, NETWORKS));
}

static void assert_fault(const table *t, const char *part)
{
    const char *fault = gt_step_fault(&t->step, NETWORKS);
    if (!fault || !strstr(fault, part))
        fail_msg("'%s' lacks '%s'", fault ? fault : "no fault", part);
}

#define SPOILT(change, part)                                                   \
    do {                                                                       \
        table *t = adversarial();                                              \
        change;                                                                \
        assert_fault(t, part);                                                 \
    } while (0)

static void a_stage_reads_what_is_there(void **state)
{
    (void)state;
    SPOILT(t->stages[2].from = 2, "does not come before it");
    SPOILT(t->stages[2].from = 4, "does not come before it");
    SPOILT(t->stages[2].from = -3, "does not come before it");
    SPOILT(t->stages[0].noise = 0, "draws none");
    SPOILT(t->stages[2].noise = 7, "does not read it");
    SPOILT(t->stages[3].loss = loss;
           t->stages[4].from = 2, "of another update");
    SPOILT(t->stages[1].input = true, "wanted by nobody");
    SPOILT(t->stages[1].network = 2, "that there is not");
}

static void a_pass_is_repeated_only_as_it_was(void **state)
{
    (void)state;
    SPOILT(t->stages[3].stream = 0x5000, "not the same pass");
    SPOILT(t->stages[3].make = make, "not the same pass");
    SPOILT(t->stages[3].from = GT_FROM_NOISE;
           t->stages[3].noise = 1, "repeats no other");
    SPOILT(t->updates[1].same_batch = false, "of another batch");
    SPOILT(t->updates[0].same_batch = true, "before the first update");
}

static void gradients_come_from_and_go_to_somewhere(void **state)
{
    (void)state;
    SPOILT(t->stages[1].loss = NULL, "a loss and no gradient");
    SPOILT(t->stages[2].weights = false, "a loss and no gradient");
    SPOILT(t->stages[4].input = false, "a loss and no gradient");
    SPOILT(t->stages[2].input = true, "a loss and no gradient");
    SPOILT(t->stages[3].weights = false, "a loss and no gradient");
    SPOILT(t->stages[4].network = G, "while its network is needed");
    SPOILT(t->step.n_stages = 3, "changes no network");
}

static void updates_and_figures_are_in_order(void **state)
{
    (void)state;
    SPOILT(t->stages[1].update = 1, "order of their updates");
    SPOILT(t->stages[0].update = 2, "order of their updates");
    SPOILT(t->figures[0].update = 2, "no update");
    SPOILT(t->step.n_figures = GT_MAX_FIGURES + 1, "too long");
}

static void passes_updates_and_batches_are_counted_from_the_table(void **state)
{
    (void)state;
    const gt_step_table *t = &adversarial()->step;
    assert_int_equal(gt_step_batches(t, NULL), 3);
    assert_int_equal(gt_step_updates(t, NULL, D), 3);
    assert_int_equal(gt_step_updates(t, NULL, G), 1);
    gt_step_passes d = gt_step_passes_of(t, NULL, D);
    gt_step_passes g = gt_step_passes_of(t, NULL, G);
    /* D sees real and generated samples three times, and generated ones once
     * more for G, which are not generated again. */
    assert_true(d.forward == 7 && d.weights == 6 && d.partial == 6 &&
                d.inputs == 1);
    assert_true(g.forward == 3 && g.weights == 1 && g.partial == 1 &&
                g.inputs == 0);
}

static void a_vector_is_opened_first_and_closed_last(void **state)
{
    (void)state;
    const gt_step_table *t = &adversarial()->step;
    gt_stage_plan plan[5];
    for (int s = 0; s < 5; s++)
        plan[s] = gt_stage_plan_of(t, s);
    assert_int_equal(plan[0].keeper, 3);
    assert_int_equal(plan[3].sender, 4);
    assert_int_equal(plan[2].sender, -1);
    assert_int_equal(plan[1].share, 2);
    assert_int_equal(plan[3].share, 1);
    for (int s = 0; s < 5; s++) {
        assert_int_equal(plan[s].opens, s == 1 || s == 3);
        assert_int_equal(plan[s].closes, s == 2 || s == 3);
        assert_int_equal(plan[s].reports, plan[s].closes);
    }
}

/* As in a VAE: the first stage waits for what the second one sends. */
static void the_stage_that_waits_for_another_is_complete_last(void **state)
{
    (void)state;
    static const gt_stage stages[] = {
        {0, 0, 0x1000, GT_FROM_DATA, .loss = loss, .weights = true},
        {0, 1, 0x2000, 0, .noise = 1, .make = make, .loss = loss,
         .weights = true, .input = true},
    };
    static const gt_update updates[] = {{0}};
    const gt_step_table t = {2, 1, 0, stages, updates, NULL};
    int networks[NETWORKS];
    assert_null(gt_step_fault(&t, NETWORKS));
    assert_int_equal(gt_update_networks(&t, 0, networks), 2);
    assert_int_equal(networks[0], 1);
    assert_int_equal(networks[1], 0);
    assert_true(gt_stage_plan_of(&t, 0).reports);
    assert_false(gt_stage_plan_of(&t, 1).reports);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_task_has_a_table_that_can_be_run),
        cmocka_unit_test(a_stage_reads_what_is_there),
        cmocka_unit_test(a_pass_is_repeated_only_as_it_was),
        cmocka_unit_test(gradients_come_from_and_go_to_somewhere),
        cmocka_unit_test(updates_and_figures_are_in_order),
        cmocka_unit_test(passes_updates_and_batches_are_counted_from_the_table),
        cmocka_unit_test(a_vector_is_opened_first_and_closed_last),
        cmocka_unit_test(the_stage_that_waits_for_another_is_complete_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
