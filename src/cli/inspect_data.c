/* inspect_data.c: what a person wants to know of data before training on them:
 * whether they are what they should be, and what to type next. */
#include "cli/inspect_data.h"

#include "cli/data_figures.h"
#include "cli/label_hint.h"
#include "cli/train_line.h"

#include "base/json.h"
#include "base/log.h"
#include "base/plural.h"
#include "base/utf8.h"
#include "data/config.h"
#include "model/config.h"
#include "model/preset.h"
#include "run/contact_sheet.h"
#include "train/schema.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- As text. */

static double in_a_digit(double value)
{
    double power = pow(10, floor(log10(value)));
    return round(value / power) * power;
}

static void print_values(const gt_source *source, const gt__data_figures *f)
{
    const gt__extent *v = &f->values;
    if (v->count)
        printf("  values %.6g to %.6g", v->least, v->most);
    else
        printf("  values unknown");
    printf(", %s", source->element == GT_ELEMENT_BYTES ? "bytes" : "numbers");
    if (f->some < source->count)
        printf(" (of %llu samples)", (unsigned long long)f->some);
    printf("\n");
    if (!(source->high > source->low) && gt__extent_spans(v))
        printf("  most are about %g: log and standardize of data.transform "
               "are for values\n  that go over decades\n",
               in_a_digit(gt__extent_usual(v)));
    if (v->not_finite)
        printf("  NaN or infinite: %llu numbers; see data.on_nan\n",
               (unsigned long long)v->not_finite);
    if (f->unreadable)
        printf("  unreadable: %llu sample%s; see data.on_error\n",
               (unsigned long long)f->unreadable, gt_plural(f->unreadable));
}

static void print_column(const char *name, const gt__extent *e)
{
    printf("  condition %-12s %.6g to %.6g, mean %.6g", name, e->least, e->most,
           e->count ? e->sum / (double)e->count : 0);
    if (e->not_finite)
        printf("; %llu are NaN or infinite", (unsigned long long)e->not_finite);
    printf("\n");
}

static void describe_text(const gt_source *source, const char *split,
                          const gt__data_figures *f)
{
    char shape[GT_SHAPE_TEXT];
    const char *const *names = source->class_names;
    printf("%s: %llu %s %s of %s\n", source->uri,
           (unsigned long long)source->count, split,
           gt_shape_noun(source->shape),
           gt_shape_of_data(source->shape, shape));
    print_values(source, f);
    for (int c = 0; c < source->classes; c++) {
        char name[256] = "";
        if (names)
            gt_utf8_show(names[c], "", name, sizeof name);
        printf("  label %-4d %llu%s%s\n", c, (unsigned long long)f->labels[c],
               names ? "  " : "", name);
    }
    for (int c = 0; c < source->n_conditions; c++)
        print_column(source->conditions[c].name, &f->columns[c]);
}

/* --- As JSON. */

static void print_pair(double a, double b)
{
    printf("[");
    gt_json_number(stdout, a);
    printf(", ");
    gt_json_number(stdout, b);
    printf("]");
}

static void print_columns(const gt_source *source, const gt__data_figures *f,
                          bool means)
{
    for (int c = 0; c < source->n_conditions; c++) {
        const gt__extent *e = &f->columns[c];
        printf("%s", c ? ", " : "");
        gt_json_string(stdout, source->conditions[c].name);
        printf(": ");
        if (means)
            gt_json_number(stdout, e->count ? e->sum / (double)e->count : 0);
        else
            print_pair(e->least, e->most);
    }
}

static void describe_json(const gt_source *source, const char *split,
                          const gt__data_figures *f)
{
    char shape[GT_SHAPE_TEXT];
    printf("{\"uri\": ");
    gt_json_string(stdout, source->uri);
    printf(", \"source\": \"%s\", \"split\": \"%s\", \"count\": %llu, "
           "\"shape\": %s, \"element\": \"%s\", \"values\": ",
           source->type->name, split, (unsigned long long)source->count,
           gt_shape_list(source->shape, shape),
           source->element == GT_ELEMENT_BYTES ? "byte" : "real");
    print_pair(f->values.least, f->values.most);
    printf(", \"values_of\": %llu, \"not_finite\": %llu, \"unreadable\": %llu, "
           "\"labels\": [",
           (unsigned long long)f->some,
           (unsigned long long)f->values.not_finite,
           (unsigned long long)f->unreadable);
    for (int c = 0; c < source->classes; c++)
        printf("%s%llu", c ? ", " : "", (unsigned long long)f->labels[c]);
    if (source->class_names)
        printf("], \"class_names\": [");
    for (int c = 0; source->class_names && c < source->classes; c++) {
        printf("%s", c ? ", " : "");
        gt_json_string(stdout, source->class_names[c]);
    }
    printf("], \"conditions\": {");
    print_columns(source, f, false);
    printf("}, \"condition_means\": {");
    print_columns(source, f, true);
    printf("}}\n");
}

/* --- Both splits. */

static gt_status describe(const gt_source *source, gt_split split,
                          const gt_cli_args *args, gt__data_figures *f)
{
    const char *name = split == GT_SPLIT_TRAIN ? "training" : "held-out";
    gt_status status = gt__data_figures_find(f, source);
    if (status == GT_OK && gt_cli_flag(args, "json"))
        describe_json(source, name, f);
    else if (status == GT_OK)
        describe_text(source, name, f);
    return status;
}

static gt_status draw(const char *path, const gt_source *source)
{
    gt_status status = gt_contact_sheet_write(path, source);
    if (status == GT_OK)
        gt_info("wrote %s", path);
    return status;
}

/* The held-out samples; then what the others are good for. */
static gt_status describe_splits(const gt_data_config *config,
                                 const gt_cli_args *args)
{
    const char *picture = gt_cli_value(args, "picture");
    gt_source *train = NULL, *test = NULL;
    gt__data_figures of_train = {0}, of_test = {0};
    gt_status status = gt_source_open(&train, config, GT_SPLIT_TRAIN);
    if (status == GT_OK && train)
        status = describe(train, GT_SPLIT_TRAIN, args, &of_train);
    if (status == GT_OK && train && picture)
        status = draw(picture, train);
    if (status == GT_OK)
        status = gt_source_open(&test, config, GT_SPLIT_TEST);
    if (status == GT_OK && test)
        status = describe(test, GT_SPLIT_TEST, args, &of_test);
    if (status == GT_OK && train && !gt_cli_flag(args, "json")) {
        gt__label_hint(train, config);
        gt__train_line(train, &of_train, args);
    }
    gt__data_figures_free(&of_test);
    gt__data_figures_free(&of_train);
    gt_source_close(test);
    gt_source_close(train);
    return status;
}

/* --- Options. */

enum { SECTION = sizeof "data." - 1 };

/* The texts of --set, all of the section data. */
static gt_status take_sets(const gt_cli_args *args, const char **sets, int *n,
                           bool *image)
{
    *n = 0;
    *image = false;
    for (int i = 0; i < args->n_hits; i++) {
        const char *value = args->hit[i].value;
        if (strcmp(args->hit[i].option->name, "set") != 0)
            continue;
        if (strncmp(value, "data.", SECTION) != 0)
            return gt_fail(GT_ERR_USAGE,
                           "--set %s: of data only keys of the section data "
                           "count, as in --set data.layout=nchw",
                           value);
        *image = *image || !strncmp(value, "data.image=", SECTION + 6);
        sets[(*n)++] = value;
    }
    return GT_OK;
}

/* Keys of the section are read as those of a whole configuration. What such a
 * one must say, and what is not asked for here, a preset says. */
gt_status gt__inspect_data(const char *uri, const gt_cli_args *args)
{
    const char *sets[GT_CLI_MAX_HITS];
    const gt_preset *preset;
    gt_config *whole = NULL;
    bool image;
    int n;
    gt_status status = take_sets(args, sets, &n, &image);
    if (status == GT_OK)
        status = gt_preset_find("quickstart", &preset);
    if (status == GT_OK)
        status = gt_config_parse(&whole, &gt_train_schema, "--set",
                                 preset->text, preset->size, sets, n);
    if (status != GT_OK)
        return status;
    gt_data_config config = *gt_data_config_of(whole);
    config.uri = (char *)uri;
    config.image = image ? config.image : GT_SHAPE_OF_SOURCE;
    config.on_nan = GT_DATA_NAN_KEEP;
    status = describe_splits(&config, args);
    gt_config_free(whole);
    return status;
}
