/* Suggestions for misspelt names. */
#include "base/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *const names[] = {"dense",      "conv2d", "conv2d_transpose",
                                    "batch_norm", "relu",   "leaky_relu",
                                    "tanh",       NULL,     "lr",
                                    "flatten"};
enum { N = sizeof names / sizeof *names };

static void suggests(const char *word, const char *name)
{
    const char *near = gt_nearest(word, names, N);
    if (name) {
        assert_non_null(near);
        assert_string_equal(near, name);
    } else {
        assert_null(near);
    }
}

static void finds_letters_added_dropped_changed_and_swapped(void **state)
{
    (void)state;
    suggests("densee", "dense");
    suggests("dnse", "dense");
    suggests("dende", "dense");
    suggests("desne", "dense");
    suggests("reul", "relu");
    suggests("batchnorm", "batch_norm");
    suggests("lr", "lr");
    suggests("lrr", "lr");
}

static void does_not_count_case_and_hyphens(void **state)
{
    (void)state;
    suggests("Leaky-ReLU", "leaky_relu");
    suggests("CONV2D", "conv2d");
}

static void finds_what_was_begun_and_not_finished(void **state)
{
    (void)state;
    suggests("conv", "conv2d");
    suggests("flat", "flatten");
    suggests("conv2d_tr", "conv2d_transpose");
}

static void says_nothing_when_nothing_is_near(void **state)
{
    (void)state;
    suggests("", NULL);
    suggests("x", NULL);
    suggests("zz", NULL);
    suggests("attention", NULL);
    suggests("a word that is longer than any name that a table of ours holds, "
             "by far",
             NULL);
    assert_null(gt_nearest("dense", names, 0));
}

static void takes_the_first_of_equals(void **state)
{
    (void)state;
    static const char *const equal[] = {"steps", "stepa", "stepb"};
    assert_string_equal(gt_nearest("stepc", equal, 3), "steps");
    assert_string_equal(gt_nearest("stepb", equal, 3), "stepb");
}

static void a_suggestion_ends_a_message(void **state)
{
    (void)state;
    char text[GT_SUGGESTION];
    static const char *const longest[] = {
        "the_longest_name_that_anybody_who_writes_it_wrong_may_be_helped"};
    assert_int_equal(strlen(longest[0]), 63);
    assert_string_equal(gt_suggestion("attention", names, N, text), "");
    assert_string_equal(gt_suggestion("conv", names, N, text),
                        "; did you mean \"conv2d\"?");
    gt_suggestion(longest[0], longest, 1, text);
    assert_non_null(strstr(text, "_helped\"?"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_letters_added_dropped_changed_and_swapped),
        cmocka_unit_test(does_not_count_case_and_hyphens),
        cmocka_unit_test(finds_what_was_begun_and_not_finished),
        cmocka_unit_test(says_nothing_when_nothing_is_near),
        cmocka_unit_test(takes_the_first_of_equals),
        cmocka_unit_test(a_suggestion_ends_a_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
