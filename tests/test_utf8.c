/* Names of all kinds: what UTF-8 is, what may go to a terminal, and what JSON
 * can hold. */
#include "base/json.h"
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void well_formed_characters_are_told_from_others(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t size;
    } cases[] = {
        {"a", 1},
        {"\xc3\xa9", 2},         /* e with an accent */
        {"\xe6\x97\xa5", 3},     /* a sign of Japanese */
        {"\xf0\x9f\x98\x80", 4}, /* a face */
        {"\xf4\x8f\xbf\xbf", 4}, /* U+10FFFF */
        {"\xe9", 0},             /* Latin-1 */
        {"\xe9t", 0},
        {"\x80", 0},
        {"\xc0\x80", 0}, /* too long for what it says */
        {"\xe0\x9f\xbf", 0},
        {"\xf0\x8f\xbf\xbf", 0},
        {"\xed\xa0\x80", 0},     /* a surrogate */
        {"\xf4\x90\x80\x80", 0}, /* beyond Unicode */
        {"\xe6\x97", 0},         /* cut */
        {"\xff", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(gt_utf8_character(cases[i].text), cases[i].size);
}

static void flaws_are_named(void **state)
{
    (void)state;
    assert_null(gt_utf8_flaw("", ""));
    assert_null(gt_utf8_flaw("B\xc3\xa4r \xe6\x97\xa5 'x' \"y\"", ""));
    assert_string_equal(gt_utf8_flaw("B\xe4r", ""), "is not UTF-8");
    assert_string_equal(gt_utf8_flaw("a\nb", ""), "holds a control character");
    assert_null(gt_utf8_flaw("a\nb", "\t\n"));
    assert_string_equal(gt_utf8_flaw("a\x1b[2J", "\n"),
                        "holds a control character");
    assert_string_equal(gt_utf8_flaw("a\x7f", ""), "holds a control character");
    assert_string_equal(gt_utf8_flaw("\xc2\x9b", ""),
                        "holds a control character");
}

static void a_cut_leaves_whole_characters(void **state)
{
    (void)state;
    assert_int_equal(gt_utf8_cut("abc", 63), 3);
    assert_int_equal(gt_utf8_cut("abc", 2), 2);
    assert_int_equal(gt_utf8_cut("a\xe6\x97\xa5", 3), 1);
    assert_int_equal(gt_utf8_cut("a\xe6\x97\xa5", 4), 4);
}

static void what_is_shown_controls_no_terminal(void **state)
{
    (void)state;
    char text[64];
    assert_string_equal(gt_utf8_show("a\x1b[2J\xe9 \xc3\xa9\n", "\n", text, 64),
                        "a\\x1b[2J\\xe9 \xc3\xa9\n");
    assert_string_equal(gt_utf8_show("\xc2\x9b", "", text, 64), "\\xc2\\x9b");
    assert_string_equal(gt_utf8_show("ab\x1b", "", text, 6), "ab");
    assert_string_equal(gt_utf8_show("ab\xc3\xa9", "", text, 4), "ab");
}

static void assert_json(const char *text, const char *expected)
{
    char *out = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&out, &size);
    assert_non_null(stream);
    gt_json_string(stream, text);
    fclose(stream);
    assert_string_equal(out, expected);
    free(out);
}

static void json_strings_are_json_whatever_they_are_made_of(void **state)
{
    (void)state;
    assert_json("B\xc3\xa4r", "\"B\xc3\xa4r\"");
    assert_json("a\"b\\c", "\"a\\\"b\\\\c\"");
    assert_json("a\n\x1b", "\"a\\u000a\\u001b\"");
    assert_json("B\xe4r\xf0\x9f", "\"B\\ufffdr\\ufffd\\ufffd\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(well_formed_characters_are_told_from_others),
        cmocka_unit_test(flaws_are_named),
        cmocka_unit_test(a_cut_leaves_whole_characters),
        cmocka_unit_test(what_is_shown_controls_no_terminal),
        cmocka_unit_test(json_strings_are_json_whatever_they_are_made_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
