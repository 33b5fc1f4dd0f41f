/* The printed reference: every key and layer is there, whatever the style. */
#include "configs.h"

#include "model/reference.h"
#include "nn/layer_list.h"

#include <stdio.h>
#include <stdlib.h>

typedef void (*printer)(const gt_page *page);

static void print_config(const gt_page *page)
{
    gt_config_print_reference(page, &gt_train_schema);
}

static void print_layers(const gt_page *page)
{
    gt_variants_print_reference(page, &gt_layer_variants);
}

/* The text; the caller frees it. */
static char *printed(printer print, gt_page_style style)
{
    char *text;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    assert_non_null(file);
    print(&(gt_page){.out = file, .style = style});
    assert_int_equal(fclose(file), 0);
    assert_non_null(text);
    return text;
}

static int lines_with(const char *text, const char *begin)
{
    int found = 0;
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        found += !strncmp(line, begin, strlen(begin));
    }
    return found;
}

/* Exactly `n` lines begin with `before`, the name and `after`. */
static void has(const char *text, int n, const char *before, const char *name,
                const char *after)
{
    char begin[128];
    snprintf(begin, sizeof begin, "%s%s%s", before, name, after);
    if (lines_with(text, begin) != n)
        print_error("not %d lines with \"%s\"\n", n, begin);
    assert_int_equal(lines_with(text, begin), n);
}

static const char *const sections[] = {
    "task", "data",          "optimizer", "optimizer_generator",
    "norm", "communication", "output",    NULL};
static const char *const keys[] = {
    "uri",     "latent",        "generator", "beta_warmup_steps", "schedule",
    "d_steps", "discriminator", "sync",      "bucket_mb",         "test_every",
    NULL};

static void plain_text_has_every_section_and_layer_in_80_columns(void **state)
{
    (void)state;
    char *text = printed(print_config, GT_PAGE_PLAIN);
    char *layers = printed(print_layers, GT_PAGE_PLAIN);
    for (int i = 0; sections[i]; i++)
        has(text, 1, "", sections[i], " - ");
    for (int i = 0; keys[i]; i++)
        has(text, 1, "  ", keys[i], " ");
    for (int i = 0; gt_layer_variants.at(i).name; i++)
        has(layers, 1, "", gt_layer_variants.at(i).name, " - ");
    for (const char *p = text; *p; p += strcspn(p, "\n"), p += *p == '\n')
        assert_true(strcspn(p, "\n") <= 80);
    for (const char *p = layers; *p; p += strcspn(p, "\n"), p += *p == '\n')
        assert_true(strcspn(p, "\n") <= 80);
    free(text);
    free(layers);
}

static void parts_of_one_section_are_told_apart_by_task(void **state)
{
    (void)state;
    char *text = printed(print_config, GT_PAGE_PLAIN);
    has(text, 1, "", "model - the networks", "\n");
    has(text, 1, "", "model - the networks (task gan or vae only)", "\n");
    has(text, 1, "", "model - the networks (task gan only)", "\n");
    has(text, 1, "", "model - the networks (task vae only)", "\n");
    free(text);
}

static void roff_has_a_subsection_each_and_no_line_that_is_a_macro(void **state)
{
    (void)state;
    char *text = printed(print_config, GT_PAGE_ROFF);
    char *layers = printed(print_layers, GT_PAGE_ROFF);
    for (int i = 0; sections[i]; i++)
        has(text, 1, ".SS ", sections[i], "\n");
    for (int i = 0; keys[i]; i++)
        has(text, 1, "\\fB", keys[i], "\\fR (");
    for (int i = 0; gt_layer_variants.at(i).name; i++)
        has(layers, 1, ".SS ", gt_layer_variants.at(i).name, "\n");
    int macros = lines_with(text, ".");
    assert_int_equal(macros, lines_with(text, ".SS ") +
                                 lines_with(text, ".TP\n") +
                                 lines_with(text, ".PP\n"));
    for (const char *p = text; (p = strchr(p, '-')); p++)
        assert_true(p > text && p[-1] == '\\');
    free(text);
    free(layers);
}

static void markdown_has_a_heading_each_and_rows_of_four_cells(void **state)
{
    (void)state;
    char *text = printed(print_config, GT_PAGE_MARKDOWN);
    char *layers = printed(print_layers, GT_PAGE_MARKDOWN);
    for (int i = 0; sections[i]; i++)
        has(text, 1, "### `", sections[i], "`\n");
    for (int i = 0; keys[i]; i++)
        has(text, 1, "| `", keys[i], "` | ");
    for (int i = 0; gt_layer_variants.at(i).name; i++)
        has(layers, 1, "### `", gt_layer_variants.at(i).name, "`\n");
    for (const char *p = text; *p; p++) {
        int cells = 0;
        if (*p == '|')
            for (; *p != '\n'; p++)
                cells += *p == '|' && p[-1] != '\\';
        else
            p += strcspn(p, "\n");
        assert_true(cells == 0 || cells == 5);
    }
    free(text);
    free(layers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_has_every_section_and_layer_in_80_columns),
        cmocka_unit_test(parts_of_one_section_are_told_apart_by_task),
        cmocka_unit_test(
            roff_has_a_subsection_each_and_no_line_that_is_a_macro),
        cmocka_unit_test(markdown_has_a_heading_each_and_rows_of_four_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
