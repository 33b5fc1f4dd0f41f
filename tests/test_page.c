/* Pages in three styles: nothing in a text is taken for markup, and plain text
 * fits a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/page.h"

typedef struct sheet {
    gt_page page;
    char *text;
    size_t size;
} sheet;

static void begin(sheet *s, gt_page_style style)
{
    *s = (sheet){.page.style = style};
    s->page.out = open_memstream(&s->text, &s->size);
    assert_non_null(s->page.out);
}

/* The page is exactly `want`. */
static void end(sheet *s, const char *want)
{
    assert_int_equal(fclose(s->page.out), 0);
    assert_string_equal(s->text, want);
    free(s->text);
}

static void plain_lines_are_filled_to_80_columns(void **state)
{
    (void)state;
    char text[400] = "", *line;
    sheet s;
    for (int i = 0; i < 40; i++)
        strcat(text, i % 7 ? "words " : "words\n");
    begin(&s, GT_PAGE_PLAIN);
    gt_page_paragraphs(&s.page, text);
    fclose(s.page.out);
    line = s.text + 1; /* an empty line comes before a paragraph */
    assert_int_equal(strcspn(line, "\n"), 77);
    assert_int_equal(strcspn(line + 78, "\n"), 77);
    free(s.text);
}

static void an_entry_with_a_long_name_has_its_meaning_below(void **state)
{
    (void)state;
    sheet s;
    begin(&s, GT_PAGE_PLAIN);
    s.page.column = 10;
    gt_page_item(&s.page, "-n", "N", "short");
    gt_page_item(&s.page, "--a-long-name", NULL, "long");
    end(&s, "  -n N    short\n"
            "  --a-long-name\n"
            "          long\n");
}

static void roff_escapes_dots_quotes_minuses_and_backslashes(void **state)
{
    (void)state;
    sheet s;
    begin(&s, GT_PAGE_ROFF);
    gt_page_paragraphs(&s.page, ".TH\n'quoted' a-b\n\n\\fBno");
    gt_page_item(&s.page, "--set", "a.b=c", "-1");
    gt_page_lines(&s.page, ".x\n");
    end(&s, ".PP\n\\&.TH\n\\&'quoted' a\\-b\n"
            ".PP\n\\efBno\n"
            ".TP\n\\fB\\-\\-set\\fR \\fIa.b=c\\fR\n\\-1\n"
            ".PP\n.nf\n\\&.x\n.fi\n");
}

static void markdown_escapes_what_would_be_markup(void **state)
{
    (void)state;
    sheet s;
    begin(&s, GT_PAGE_MARKDOWN);
    gt_page_title(&s.page, "gentrain-x", 1, "a <b> page");
    gt_page_section(&s.page, "Options");
    gt_page_heading(&s.page, "d_steps", "a*b | [c]", "");
    gt_page_item(&s.page, "-o", "FILE", "x_y");
    gt_page_lines(&s.page, "gentrain <x>\n");
    end(&s, "# A \\<b\\> page\n"
            "\n## Options\n"
            "\n### `d_steps`\n\na\\*b \\| \\[c\\]\n"
            "\n- `-o FILE`: x\\_y\n"
            "\n    gentrain <x>\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_lines_are_filled_to_80_columns),
        cmocka_unit_test(an_entry_with_a_long_name_has_its_meaning_below),
        cmocka_unit_test(roff_escapes_dots_quotes_minuses_and_backslashes),
        cmocka_unit_test(markdown_escapes_what_would_be_markup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
