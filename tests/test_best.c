/* Which step was the best, when patience is at its end, and that both are known
 * again from the lines that a training has written. */
#include "configs.h"
#include "train/best.h"

#include "train/best_figure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static gt_config *config;

static gt_best make(const char *key, const char *more)
{
    gt_best best;
    char set[64];
    snprintf(set, sizeof set, "output.best=%s", key);
    const char *const sets[] = {set, more};
    assert_int_equal(gt_config_parse(&config, &gt_train_schema, "vae.yaml",
                                     vae_text, strlen(vae_text), sets,
                                     more ? 2 : 1),
                     GT_OK);
    gt_best_init(&best, config);
    return best;
}

static int free_config(void **state)
{
    (void)state;
    gt_config_free(config);
    config = NULL;
    return 0;
}

static bool add(gt_best *best, uint64_t step, double value)
{
    gt_metrics figures = {0};
    gt_metrics_set(&figures, best->key, value);
    return gt_best_add(best, step, &figures);
}

static void the_first_of_equal_figures_is_the_best(void **state)
{
    (void)state;
    gt_best best = make("test_loss", NULL);
    assert_true(add(&best, 10, 5));
    assert_true(add(&best, 20, 4));
    assert_false(add(&best, 30, 4));
    assert_false(add(&best, 40, 4.5));
    assert_true(best.any && best.value == 4);
    assert_int_equal(best.step, 20);
    assert_int_equal(best.since, 2);
}

static void of_some_figures_more_is_better(void **state)
{
    (void)state;
    gt_best best = make("test_loss", NULL);
    best.better = GT_BETTER_MORE;
    assert_true(add(&best, 10, 5));
    assert_false(add(&best, 20, 4));
    assert_true(add(&best, 30, 6));
    assert_int_equal(best.step, 30);
}

static void what_is_no_number_is_never_better(void **state)
{
    (void)state;
    gt_best best = make("test_loss", NULL);
    assert_false(add(&best, 10, NAN));
    assert_false(best.any);
    assert_int_equal(best.since, 1);
    assert_true(add(&best, 20, 4));
    assert_false(add(&best, 30, -INFINITY));
    assert_int_equal(best.step, 20);
}

static void steps_without_the_figure_do_not_count(void **state)
{
    (void)state;
    gt_best best = make("test_loss", "output.patience=1");
    gt_metrics others = {0};
    gt_metrics_set(&others, "loss", 1);
    assert_true(add(&best, 10, 4));
    assert_false(gt_best_add(&best, 20, &others));
    assert_int_equal(others.count, 1);
    assert_int_equal(best.since, 0);
    assert_false(gt_best_is_over(&best));
}

static void patience_ends_after_so_many_in_a_row(void **state)
{
    (void)state;
    gt_best best = make("test_loss", "output.patience=2");
    add(&best, 10, 4);
    add(&best, 20, 5);
    assert_false(gt_best_is_over(&best));
    add(&best, 30, 3);
    add(&best, 40, 5);
    assert_false(gt_best_is_over(&best));
    add(&best, 50, 3);
    assert_true(gt_best_is_over(&best));
    best.patience = 0;
    assert_false(gt_best_is_over(&best));
}

/* --- From lines. */

/* The lines of a training with these figures, as a file that was read. */
static gt_metrics_file write_lines(gt_best *best, const double *value, int n)
{
    gt_metrics_file file = {0};
    size_t size = 0;
    FILE *out = open_memstream(&file.text, &size);
    assert_non_null(out);
    for (int i = 0; i < n; i++) {
        gt_metrics figures = {0};
        gt_metrics_set(&figures, "loss", 1);
        gt_metrics_set(&figures, best->key, value[i]);
        gt_best_add(best, 10 * (uint64_t)(i + 1), &figures);
        gt_metrics_print(out, 10 * (uint64_t)(i + 1), 0.5, &figures);
    }
    fclose(out);
    file.end = file.text + size;
    for (char *c = file.text; c < file.end; c++)
        if (*c == '\n')
            *c = '\0';
    return file;
}

static void assert_same(const gt_best *a, const gt_best *b)
{
    assert_true(a->any == b->any && a->step == b->step && a->since == b->since);
    assert_true(!a->any || a->value == b->value);
}

static void it_is_known_again_to_the_last_bit_at_every_step(void **state)
{
    (void)state;
    const double value[] = {NAN, 5.0 / 3, 1.1, 1.2, 1.1, 0.7, NAN, 2};
    enum { N = sizeof value / sizeof *value };
    gt_best best = make("test_loss", NULL), known = best, then = best;
    gt_metrics_file file = write_lines(&best, value, N);
    for (int i = 0; i < N; i++) {
        add(&then, 10 * (uint64_t)(i + 1), value[i]);
        gt_best_read(&known, &file, 10 * (uint64_t)(i + 1));
        assert_same(&known, &then);
        gt_best_read(&known, &file, 10 * (uint64_t)(i + 1) + 9);
        assert_same(&known, &then);
    }
    gt_best_read(&known, &file, 9);
    assert_false(known.any);
    assert_int_equal(known.since, 0);
    gt_metrics_file_free(&file);
}

/* Nobody asked for the best one of the first steps, or for another figure. */
static void lines_without_it_tell_it_by_their_figures(void **state)
{
    (void)state;
    const double value[] = {3, 2, NAN, 2.5};
    gt_best best = make("test_loss", NULL), known = best;
    best.kept = false;
    gt_metrics_file file = write_lines(&best, value, 4);
    assert_null(strstr(file.text, "best_"));
    gt_best_read(&known, &file, 100);
    assert_true(known.any && known.value == 2);
    assert_int_equal(known.step, 20);
    assert_int_equal(known.since, 2);
    gt_metrics_file_free(&file);
}

/* --- Names. */

static void
a_figure_that_tells_nothing_is_refused_with_those_that_do(void **state)
{
    (void)state;
    gt_best best = make("test_recon", NULL);
    gt_better better;
    gt_eval_choice choice = {0};
    const gt_task_type *type = gt_task_type_of(config);
    assert_int_equal(best.better, GT_BETTER_LESS);
    assert_int_equal(gt_best_find(type, &choice, "test_kl", &better),
                     GT_ERR_CONFIG);
    assert_non_null(strstr(gt_message(), "these do: test_loss, test_recon;"));
    assert_int_equal(gt_best_find(type, &choice, "class_agreement", &better),
                     GT_ERR_CONFIG);
    assert_int_equal(gt_eval_choose("agreement", &choice), GT_OK);
    assert_int_equal(gt_best_find(type, &choice, "class_agreement", &better),
                     GT_OK);
    assert_int_equal(better, GT_BETTER_MORE);
}

/* Every metric that can be chosen says what it can be chosen by. */
static void keys_of_metrics_are_there_once(void **state)
{
    (void)state;
    int keys = 0;
    for (int i = 0; gt_eval_metrics[i]; i++)
        for (int k = 0; k < GT_EVAL_RANKS; k++) {
            const gt_eval_rank *rank = &gt_eval_metrics[i]->ranks[k];
            gt_eval_choice all;
            gt_better better;
            if (!rank->key)
                break;
            keys++;
            assert_true(strlen(rank->key) < GT_BEST_RECORD - 8);
            bool neither = rank->better == GT_BETTER_NEITHER;
            assert_int_equal(gt_eval_choose(gt_eval_metrics[i]->name, &all),
                             GT_OK);
            assert_ptr_equal(gt_eval_ranked(&all, rank->key, &better),
                             neither ? NULL : gt_eval_metrics[i]);
            assert_int_equal(gt_eval_why_not_ranked(rank->key) != NULL,
                             neither);
            for (int j = 0; j < i; j++)
                for (int l = 0; l < GT_EVAL_RANKS; l++)
                    if (gt_eval_metrics[j]->ranks[l].key)
                        assert_string_not_equal(
                            gt_eval_metrics[j]->ranks[l].key, rank->key);
        }
    assert_true(keys > 0);
}

#define each(test) cmocka_unit_test_teardown(test, free_config)

int main(void)
{
    const struct CMUnitTest tests[] = {
        each(the_first_of_equal_figures_is_the_best),
        each(of_some_figures_more_is_better),
        each(what_is_no_number_is_never_better),
        each(steps_without_the_figure_do_not_count),
        each(patience_ends_after_so_many_in_a_row),
        each(it_is_known_again_to_the_last_bit_at_every_step),
        each(lines_without_it_tell_it_by_their_figures),
        each(a_figure_that_tells_nothing_is_refused_with_those_that_do),
        each(keys_of_metrics_are_there_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
